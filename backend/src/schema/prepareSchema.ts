import { indexesOf, type AnyIndex, type Catalog, type Table } from "../storage/catalog.ts";
import type { Database } from "../storage/database.ts";
import { executionState } from "../transaction/transaction.ts";
import type { ComponentPath, DocumentWrite, Transaction, TransactionRunner } from "../transaction/types.ts";
import { applyCheckedSchema, checkDocument, tablesToCheck, type TableToCheck } from "./applySchema.ts";
import { backfillDocument, TableWalk } from "./backfill.ts";
import { desiredIndexes, hasSpec } from "./desired.ts";
import type { IndexDiff } from "./indexDiff.ts";
import type { SchemaJson } from "./types.ts";

/** How far a preparation has come. */
export interface SchemaProgress {
  readonly documentsDone: number;
  readonly documentsTotal: number;
}

/** A schema whose indexes are filled and whose documents were checked; applying it takes no time. */
export interface PreparedSchema {
  /**
   * Makes the schema the component's, in a transaction of the caller.
   *
   * @throws UserError when a document written since does not match.
   */
  apply(tx: Transaction): IndexDiff;
  /** Drops what was prepared. To be called instead of {@link apply}, or after the caller's transaction failed. */
  discard(): Promise<void>;
}

interface NewIndexes {
  readonly table: Table;
  readonly indexes: readonly AnyIndex[];
}

/**
 * Does the long part of a schema change beside the running app: fills new indexes and checks documents in short
 * transactions, between which other executions run. Writes keep the new indexes up to date from the first of these on.
 *
 * @throws UserError for a schema that breaks a rule and for a document that does not match; nothing is left behind.
 */
export async function prepareSchema(
  context: { database: Database; runner: TransactionRunner }, component: ComponentPath,
  request: { schema: SchemaJson; onProgress?: (progress: SchemaProgress) => void },
): Promise<PreparedSchema> {
  const { database, runner } = context;
  const { schema } = request;
  const { value: added } = await runner.mutate(async (tx) => addIndexes(tx, component, schema));
  const watch = watchWrites(context, tablesToCheck(database.catalog, component, schema));
  const discard = async (): Promise<void> => {
    watch.stop();
    await runner.mutate(async (tx) => dropPrepared(tx, added));
  };
  try {
    await walkTables(context, { added, checks: watch.checks, onProgress: request.onProgress });
    await runner.mutate(async (tx) => markFilled(tx, added));
  } catch (error) {
    await discard();
    throw error;
  }
  const apply = (tx: Transaction): IndexDiff => {
    if (watch.failure !== null) throw watch.failure;
    watch.stop();
    const diff = applyCheckedSchema(tx, component, schema);
    return { ...diff, added: [...diff.added, ...diff.enabled.filter(({ name }) => isNew(added, name))], enabled: diff.enabled.filter(({ name }) => !isNew(added, name)) };
  };
  return { apply, discard };
}

function isNew(added: readonly NewIndexes[], name: string): boolean {
  return added.some(({ table, indexes }) => indexes.some((index) => `${table.name}.${index.name}` === name));
}

/** Adds the indexes that are missing, empty and not yet to be queried. */
function addIndexes(tx: Transaction, component: ComponentPath, schema: SchemaJson): NewIndexes[] {
  const state = executionState(tx);
  const { catalog } = state.database;
  const added: NewIndexes[] = [];
  for (const [name, wanted] of desiredIndexes(schema)) {
    const table = catalog.table(component, name) ?? state.createTable(component, name);
    const indexes: AnyIndex[] = [];
    for (const { name, spec } of wanted) {
      const same = indexesOf(current(catalog, table)).find((index) => index.name === name && hasSpec(index, spec));
      if (same !== undefined && same.state !== "backfilling") continue;
      state.prepareWrite();
      // Left behind by a preparation that was cut short: which documents it has is not known.
      if (same !== undefined) catalog.dropIndex(current(catalog, table), same.idx);
      indexes.push(catalog.addIndex(current(catalog, table), name, { spec, state: "backfilling" }));
    }
    if (indexes.length > 0) added.push({ table, indexes });
  }
  return added;
}

function current(catalog: Catalog, table: Table): Table {
  return catalog.tableOfTbl(table.tbl) ?? table;
}

/** Checks what the app writes while the preparation goes on. */
function watchWrites(context: { database: Database; runner: TransactionRunner }, checks: readonly TableToCheck[]): { checks: readonly TableToCheck[]; failure: unknown; stop: () => void } {
  const check = (write: DocumentWrite): void => {
    const target = checks.find(({ table }) => table.component === write.componentPath && table.name === write.table);
    if (target === undefined || write.after === null || watch.failure !== null) return;
    try {
      checkDocument(context, target, write.after);
    } catch (error) {
      // It is thrown when the schema is to be applied.
      watch.failure = error;
    }
  };
  const stop = context.runner.onCommit((commit) => commit.writes.forEach(check));
  const watch: { checks: readonly TableToCheck[]; failure: unknown; stop: () => void } = { checks, failure: null, stop };
  return watch;
}

interface Walk {
  readonly added: readonly NewIndexes[];
  readonly checks: readonly TableToCheck[];
  readonly onProgress: ((progress: SchemaProgress) => void) | undefined;
}

async function walkTables(context: { database: Database; runner: TransactionRunner }, walk: Walk): Promise<void> {
  const { database, runner } = context;
  const tables = new Map([...walk.added, ...walk.checks].map(({ table }) => [table.tbl, table]));
  const documentsTotal = [...tables.keys()].reduce((sum, tbl) => sum + database.count(tbl), 0);
  let documentsDone = 0;
  for (const table of tables.values()) {
    const indexes = walk.added.find((entry) => entry.table.tbl === table.tbl)?.indexes ?? [];
    const target = walk.checks.find((entry) => entry.table.tbl === table.tbl);
    const steps = new TableWalk(database, table);
    for (let isMore = true; isMore;) {
      // Each step is a transaction of its own; the app's own executions run between them.
      const step = await runner.mutate(async (tx) => {
        executionState(tx).prepareWrite();
        return steps.step((document, row) => {
          if (target !== undefined) checkDocument(context, target, document);
          for (const index of indexes) backfillDocument(database, index, { document, row });
          documentsDone++;
        });
      });
      isMore = step.value;
      walk.onProgress?.({ documentsDone, documentsTotal: Math.max(documentsDone, documentsTotal) });
    }
  }
}

/** Complete, but waiting for the schema that wants it. */
function markFilled(tx: Transaction, added: readonly NewIndexes[]): void {
  const state = executionState(tx);
  const { catalog } = state.database;
  for (const { table, indexes } of added) {
    for (const { idx } of indexes) {
      state.prepareWrite();
      catalog.setIndexState(current(catalog, table), idx, "staged");
    }
  }
}

function dropPrepared(tx: Transaction, added: readonly NewIndexes[]): void {
  const state = executionState(tx);
  const { catalog } = state.database;
  for (const { table, indexes } of added) {
    for (const { idx } of indexes) {
      const now = current(catalog, table);
      const index = indexesOf(now).find((candidate) => candidate.idx === idx);
      if (index === undefined || index.state === "ready") continue;
      state.prepareWrite();
      catalog.dropIndex(now, idx);
    }
  }
}
