import { UserError } from "../errors.ts";
import { isRecord, type JsonValue } from "../values/json.ts";
import { normalizeOrUndefined } from "../values/normalize.ts";
import type { VectorIndex } from "../storage/catalog.ts";
import type { Database } from "../storage/database.ts";
import { executionState } from "../transaction/transaction.ts";
import type { ComponentPath, Transaction } from "../transaction/types.ts";
import { assertReady, indexNotFound, named, splitIndexName } from "../query/plan.ts";
import { filtersOf, floatsOf } from "./vectorCache.ts";
import { filterKey, unit } from "./vectorIndexing.ts";

/** The `query` of syscall `actions/vectorSearch`. */
export interface VectorQuery {
  /** `table.index` */
  readonly indexName: string;
  readonly vector: readonly number[];
  /** 1 to 256. @default 10 */
  readonly limit?: number | null;
  /** null: all documents. */
  readonly expressions: JsonValue;
}

export interface VectorResult {
  readonly _id: string;
  /** Cosine of the angle between the vectors. */
  readonly _score: number;
}

/** At a filter field's place among the index's, a value it may have. */
interface Condition {
  readonly position: number;
  readonly key: string;
}

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 256;
const MAX_CONDITIONS = 64;

/**
 * The documents whose vectors are nearest to one, nearest first: exact, by comparing with all of them. For actions: it
 * is not part of anyone's read set.
 *
 * @throws UserError with Convex's texts: no such index, wrong dimensions, limit, filter.
 * @example const { value } = await runner.query(async (tx) => vectorSearch(tx, "", query));
 */
export function vectorSearch(tx: Transaction, component: ComponentPath, query: VectorQuery): VectorResult[] {
  const { database, meter } = executionState(tx);
  const { table, index: name } = splitIndexName(query.indexName);
  const index = named(database.catalog.table(component, table)?.vectorIndexes, name);
  if (index === undefined) throw indexNotFound(query.indexName);
  assertReady(query.indexName, index.state);
  const limit = query.limit ?? DEFAULT_LIMIT;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new UserError("InvalidVectorQuery", `Vector queries require a limit between 1 and ${MAX_LIMIT}, got ${limit}`);
  }
  if (query.vector.length !== index.dimensions) {
    throw new UserError("VectorDimensionsMismatch", `Vector query of ${query.indexName} has ${query.vector.length} dimensions, but the index has ${index.dimensions}`);
  }
  const conditions = parseFilter(query.indexName, index, query.expressions);
  const best = new Best(limit);
  meter.add("databaseQueries", 1);
  search(database, index, { vector: unit(query.vector), conditions, best });
  return best.results();
}

function search(database: Database, index: VectorIndex, wanted: { vector: Float32Array; conditions: readonly Condition[] | null; best: Best }): void {
  const { vector, conditions, best } = wanted;
  const block = database.vectors.block(index);
  if (block === null) {
    for (const row of database.vectors.rows(index)) {
      if (conditions === null || passes(conditions, filtersOf(row))) best.add(row.id, dot(vector, floatsOf(row.vector), 0));
    }
    return;
  }
  const { data, ids, filters } = block;
  for (let slot = 0; slot < ids.length; slot++) {
    if (conditions !== null && !passes(conditions, filters[slot] ?? [])) continue;
    best.add(ids[slot] ?? "", dot(vector, data, slot * index.dimensions));
  }
}

function passes(conditions: readonly Condition[], filters: readonly string[]): boolean {
  return conditions.some(({ position, key }) => filters[position] === key);
}

/** Four sums at a time: the processor need not wait for one addition before the next. */
function dot(vector: Float32Array, data: Float32Array, start: number): number {
  const length = vector.length;
  const whole = length - (length % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  // Indices stay below the lengths, which the index's dimensions give; `?? 0` would cost a check per number.
  for (let i = 0; i < whole; i += 4) {
    a += (vector[i] as number) * (data[start + i] as number);
    b += (vector[i + 1] as number) * (data[start + i + 1] as number);
    c += (vector[i + 2] as number) * (data[start + i + 2] as number);
    d += (vector[i + 3] as number) * (data[start + i + 3] as number);
  }
  for (let i = whole; i < length; i++) a += (vector[i] as number) * (data[start + i] as number);
  return a + b + c + d;
}

/** Keeps the best `limit` results seen. */
class Best {
  readonly #limit: number;
  readonly #sorted: VectorResult[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(id: string, score: number): void {
    const worst = this.#sorted[this.#limit - 1];
    if (worst !== undefined && worst._score >= score) return;
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle]?._score ?? 0) >= score) low = middle + 1;
      else high = middle;
    }
    this.#sorted.splice(low, 0, { _id: id, _score: score });
    if (this.#sorted.length > this.#limit) this.#sorted.pop();
  }

  results(): VectorResult[] {
    return this.#sorted;
  }
}

function parseFilter(indexName: string, index: VectorIndex, expression: JsonValue): Condition[] | null {
  if (expression === null) return null;
  const conditions: Condition[] = [];
  collect(expression);
  if (conditions.length <= MAX_CONDITIONS) return conditions;
  throw new UserError("TooManyVectorFilters", `Vector query of ${indexName} has too many filter conditions (${conditions.length} > maximum ${MAX_CONDITIONS}).`);

  function collect(part: JsonValue): void {
    if (isRecord(part) && Array.isArray(part["$or"])) for (const option of part["$or"]) collect(option);
    else conditions.push(parseCondition(indexName, index, part));
  }
}

function parseCondition(indexName: string, index: VectorIndex, expression: JsonValue): Condition {
  const malformed = new UserError("InvalidVectorFilter", "Filters should be a combination of `q.eq` and `q.or`.");
  if (!isRecord(expression) || !Array.isArray(expression["$eq"])) throw malformed;
  const [left, right] = expression["$eq"];
  if (!isRecord(left) || !isRecord(right) || typeof left["$field"] !== "string" || right["$literal"] === undefined) throw malformed;
  const field = left["$field"];
  const position = index.filterFields.indexOf(field);
  if (position >= 0) return { position, key: filterKey(normalizeOrUndefined(right["$literal"])) };
  throw new UserError("IncorrectFilterField", `Vector query against ${indexName} contains an equality filter on ${JSON.stringify(field)} but that field isn't indexed for filtering in \`filterFields\`.`);
}
