import { executionState } from "../transaction/transaction.ts";
import { userFields } from "../transaction/writes.ts";
import type { ComponentPath, Transaction, TransactionRunner } from "../transaction/types.ts";
import { UserError } from "../errors.ts";
import type { JsonObject } from "../values/json.ts";
import { normalizeObject } from "../values/normalize.ts";
import { documentSize } from "../values/size.ts";
import { checkValue } from "../values/validators.ts";
import { importError } from "./importError.ts";
import type { SourceTable } from "./importSource.ts";
import type { Row } from "./parseRows.ts";

/** Rows that share a transaction: some milliseconds of the executor, far below the limits of one. */
const MAX_BATCH_ROWS = 500;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

/** Which table a number in an id will mean once the import is done. */
export type TableOfNumber = (component: ComponentPath, number: number) => string | null;

interface ReadRow {
  readonly number: number;
  readonly document: JsonObject;
}

/** Rows of a table as documents, some at a time. @throws UserError for a row that is no document. */
export async function* batches(rows: AsyncIterable<Row>): AsyncGenerator<ReadRow[]> {
  let batch: ReadRow[] = [];
  let bytes = 0;
  for await (const row of rows) {
    const document = readRow(row);
    batch.push({ number: row.number, document });
    bytes += documentSize(document);
    if (batch.length < MAX_BATCH_ROWS && bytes < MAX_BATCH_BYTES) continue;
    yield batch;
    [batch, bytes] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

function readRow({ number, value }: Row): JsonObject {
  try {
    return normalizeObject(value);
  } catch (error) {
    throw atRow(number, "wasn't a valid Convex value", error);
  }
}

function atRow(number: number, what: string, error: unknown): unknown {
  return error instanceof UserError ? importError("InvalidConvexValue", `Row ${number} ${what}: ${error.message}`, error) : error;
}

/** Where rows go: the table itself, or its hidden twin. */
export interface Destination {
  readonly component: ComponentPath;
  readonly tableOfNumber: TableOfNumber;
  /** Told how many rows were written, and their ids, after each batch. */
  readonly onBatch: (ids: readonly string[]) => Promise<void>;
}

/** Writes a table's rows, each checked against the schema of the component it is meant for. */
export async function writeRows(transactions: TransactionRunner, table: SourceTable, to: Destination): Promise<void> {
  for await (const batch of batches(table.rows())) {
    const { value: ids } = await transactions.mutate(async (tx) => {
      checkRows(tx, table, { batch, tableOfNumber: to.tableOfNumber });
      return batch.map(({ number, document }) => {
        try {
          return tx.insert(to.component, table.name, document, { import: true });
        } catch (error) {
          throw atRow(number, `of table "${table.name}" cannot be imported`, error);
        }
      });
    });
    await to.onBatch(ids);
  }
}

/** Reads a table's rows to the end and writes nothing. */
export async function validateRows(transactions: TransactionRunner, table: SourceTable, tableOfNumber: TableOfNumber): Promise<void> {
  for await (const batch of batches(table.rows())) {
    await transactions.query(async (tx) => checkRows(tx, table, { batch, tableOfNumber }));
  }
}

function checkRows(tx: Transaction, table: SourceTable, { batch, tableOfNumber }: { batch: readonly ReadRow[]; tableOfNumber: TableOfNumber }): void {
  const { componentPath, name } = table;
  const validator = executionState(tx).database.catalog.schema(componentPath)?.documentTypes.get(name);
  if (validator === undefined || validator.type === "any") return;
  for (const { number, document } of batch) {
    const problem = checkValue(validator, userFields(document), { tableOfNumber: (wanted) => tableOfNumber(componentPath, wanted) });
    if (problem !== null) throw importError("SchemaEnforcementError", `Row ${number} of table "${name}" does not match the schema: ${problem}`);
  }
}
