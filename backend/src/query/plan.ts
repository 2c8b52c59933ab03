import { UserError } from "../errors.ts";
import type { AnyIndex, DatabaseIndex, Table, TextIndex } from "../storage/catalog.ts";
import { FIRST_KEY } from "../storage/indexKeys.ts";
import { parseSearch } from "../search/textSearch.ts";
import type { ComponentPath, KeyRange, SearchRead } from "../transaction/types.ts";
import type { ExecutionState } from "../transaction/state.ts";
import { compileFilter, type Predicate } from "./filter.ts";
import { indexRange } from "./indexRange.ts";
import type { QueryJson, QueryOperator, QuerySource } from "./types.ts";

/** How a query's rows are found. */
export type Access =
  | { readonly kind: "nothing" }
  | { readonly kind: "scan"; readonly table: Table; readonly index: DatabaseIndex; readonly range: KeyRange; readonly order: "asc" | "desc" }
  | { readonly kind: "search"; readonly index: TextIndex; readonly search: SearchRead };

export type Step = { readonly kind: "filter"; readonly passes: Predicate } | { readonly kind: "limit"; readonly rows: number };

const MAX_OPERATORS = 256;

/** @throws UserError with Convex's text when there is no such index, or it is not ready. */
export function planAccess(state: ExecutionState, component: ComponentPath, source: QuerySource): Access {
  if (source.type === "FullTableScan") {
    const table = state.findTable(component, source.tableName);
    if (table === undefined) return { kind: "nothing" };
    return { kind: "scan", table, index: table.byCreationTime, range: { from: FIRST_KEY, to: null }, order: source.order ?? "asc" };
  }
  const { table: tableName, index: name } = splitIndexName(source.indexName);
  const table = state.findTable(component, tableName);
  if (source.type === "Search") {
    const textIndex = named(table?.textIndexes, name);
    if (textIndex === undefined) throw indexNotFound(source.indexName);
    assertReady(source.indexName, textIndex.state);
    return { kind: "search", index: textIndex, search: parseSearch(source.indexName, textIndex, source.filters) };
  }
  const index = named(table?.databaseIndexes, name);
  if (table === undefined || index === undefined) {
    const fields = table === undefined ? BUILT_IN[name] : undefined;
    if (fields === undefined) throw indexNotFound(source.indexName);
    // The rules hold for a table that does not exist as well.
    indexRange({ name: source.indexName, fields }, source.range);
    return { kind: "nothing" };
  }
  assertReady(source.indexName, index.state);
  return { kind: "scan", table, index, range: indexRange({ name: source.indexName, fields: index.fields }, source.range), order: source.order ?? "asc" };
}

/** The index of this name. While a schema change is prepared there may be two: the one in use comes first. */
export function named<I extends AnyIndex>(indexes: readonly I[] | undefined, name: string): I | undefined {
  const candidates = indexes?.filter((index) => index.name === name);
  return candidates?.find((index) => index.state === "ready") ?? candidates?.[0];
}

const BUILT_IN: Readonly<Record<string, readonly string[] | undefined>> = { by_id: ["_id"], by_creation_time: ["_creationTime"] };

/** `table.index`, taken apart. */
export function splitIndexName(indexName: string): { table: string; index: string } {
  const dot = indexName.indexOf(".");
  if (dot < 1) throw new UserError("InvalidIndexName", `Invalid index name ${JSON.stringify(indexName)}: expected "table.index".`);
  return { table: indexName.slice(0, dot), index: indexName.slice(dot + 1) };
}

export function indexNotFound(indexName: string): UserError {
  return new UserError("IndexNotFound", `Index ${indexName} not found.`);
}

export function assertReady(indexName: string, state: DatabaseIndex["state"]): void {
  if (state === "backfilling") throw new UserError("IndexBackfilling", `Index ${indexName} is currently backfilling and not available to query yet.`);
  if (state === "staged") throw new UserError("IndexStaged", `Index ${indexName} is currently staged and not available to query until it is unstaged.`);
}

/** @throws UserError for too many operators or a malformed one. */
export function planSteps(operators: readonly QueryOperator[]): Step[] {
  if (operators.length > MAX_OPERATORS) {
    throw new UserError("TooManyOperators", `Query has too many operators (${operators.length} > maximum ${MAX_OPERATORS}).`);
  }
  return operators.map((operator): Step => {
    if ("filter" in operator) return { kind: "filter", passes: compileFilter(operator.filter) };
    if (!Number.isInteger(operator.limit) || operator.limit < 0) {
      throw new UserError("InvalidLimit", `Query limit must be a non-negative integer, got ${operator.limit}.`);
    }
    return { kind: "limit", rows: operator.limit };
  });
}

/** How many rows will be read at most, when no filter can drop any. */
export function expectedRows(query: QueryJson): number | undefined {
  let least: number | undefined;
  for (const operator of query.operators) {
    if ("filter" in operator) break;
    least = Math.min(least ?? operator.limit, operator.limit);
  }
  return least;
}
