import type { QueryJson } from "../../query/types.ts";
import type { VectorQuery } from "../../search/vectorSearch.ts";
import { isRecord } from "../../values/json.ts";
import { invalidArgument, type SyscallArgs } from "./args.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What is wrong with a part of a query, or null. */
type Problem = string | null;

const COMPARISONS: ReadonlySet<unknown> = new Set(["Eq", "Gt", "Gte", "Lt", "Lte"]);
const MAX_SHOWN_CHARS = 100;

/**
 * The query of a syscall. User code decides what the convex package puts into it, so its shape is checked here, once;
 * what it means (tables, indexes, fields, values, filter expressions) is checked by the database as it plans.
 *
 * @throws UserError "Invalid argument `query` for `queryStream`: …"
 */
export function queryArg(args: SyscallArgs, method: string): QueryJson {
  const { query } = args;
  const problem = isRecord(query) ? (sourceProblem(query["source"]) ?? listProblem(query, "operators", operatorProblem)) : expected("it", "an object", query);
  if (problem !== null) throw invalidArgument("query", method, problem);
  // Just checked.
  return query as unknown as QueryJson;
}

/** {@link queryArg}, for the query of a vector search; its filter is checked by the search. */
export function vectorQueryArg(args: SyscallArgs, method: string): VectorQuery {
  const { query } = args;
  const problem = isRecord(query) ? vectorQueryProblem(query) : expected("it", "an object", query);
  if (problem !== null) throw invalidArgument("query", method, problem);
  // Just checked.
  return query as unknown as VectorQuery;
}

function vectorQueryProblem(query: Fields): Problem {
  const { vector, limit } = query;
  if (!Array.isArray(vector)) return textProblem(query, "indexName") ?? expected("`vector`", "an array", vector);
  const odd = (vector as unknown[]).findIndex((number) => typeof number !== "number");
  if (odd !== -1) return expected(`number ${odd} of \`vector\``, "a finite number", vector[odd]);
  if (limit !== undefined && limit !== null && typeof limit !== "number") return expected("`limit`", "a number", limit);
  return textProblem(query, "indexName");
}

/** A cursor: text, or null where there is none. @throws UserError for anything else */
export function cursorArg(args: SyscallArgs, name: string, method: string): string | null {
  const value = args[name];
  if (value === undefined || value === null || typeof value === "string") return value ?? null;
  throw invalidArgument(name, method, expected("it", "a string or null", value));
}

function sourceProblem(source: unknown): Problem {
  if (!isRecord(source)) return expected("`source`", "an object", source);
  switch (source["type"]) {
    case "FullTableScan": return textProblem(source, "tableName") ?? orderProblem(source);
    case "IndexRange": return textProblem(source, "indexName") ?? listProblem(source, "range", boundProblem) ?? orderProblem(source);
    case "Search": return textProblem(source, "indexName") ?? listProblem(source, "filters", searchFilterProblem);
    default: return expected("`source.type`", '"FullTableScan", "IndexRange" or "Search"', source["type"]);
  }
}

function boundProblem(bound: Fields): Problem {
  return COMPARISONS.has(bound["type"]) ? textProblem(bound, "fieldPath") : expected("the comparison of a bound", '"Eq", "Gt", "Gte", "Lt" or "Lte"', bound["type"]);
}

function searchFilterProblem(filter: Fields): Problem {
  switch (filter["type"]) {
    case "Search": return textProblem(filter, "fieldPath") ?? textProblem(filter, "value");
    case "Eq": return textProblem(filter, "fieldPath");
    default: return expected("the type of a search filter", '"Search" or "Eq"', filter["type"]);
  }
}

function operatorProblem(operator: Fields): Problem {
  if ("filter" in operator) return null;
  return typeof operator["limit"] === "number" ? null : expected("`limit`", "a number", operator["limit"]);
}

function orderProblem({ order }: Fields): Problem {
  return order === "asc" || order === "desc" || order === null || order === undefined ? null : expected("`order`", '"asc" or "desc"', order);
}

function textProblem(part: Fields, field: string): Problem {
  return typeof part[field] === "string" ? null : expected(`\`${field}\``, "a string", part[field]);
}

function listProblem(part: Fields, field: string, itemProblem: (item: Fields) => Problem): Problem {
  const list = part[field];
  if (!Array.isArray(list)) return expected(`\`${field}\``, "an array", list);
  for (const item of list as unknown[]) {
    const problem = isRecord(item) ? itemProblem(item) : expected(`an item of \`${field}\``, "an object", item);
    if (problem !== null) return problem;
  }
  return null;
}

function expected(what: string, kind: string, value: unknown): string {
  const shown = value === undefined ? "nothing" : Array.isArray(value) ? "an array" : typeof value === "object" && value !== null ? "an object" : JSON.stringify(value);
  return `expected ${what} to be ${kind}, got ${shown.length > MAX_SHOWN_CHARS ? `${shown.slice(0, MAX_SHOWN_CHARS)}…` : shown}`;
}
