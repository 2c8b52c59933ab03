import type { JsonValue } from "../values/json.ts";

/** A query as the `convex` package's query builder states it (syscalls `queryStream` and `queryPage`). */
export interface QueryJson {
  readonly source: QuerySource;
  readonly operators: readonly QueryOperator[];
}

export type Order = "asc" | "desc" | null;

export type QuerySource =
  | { readonly type: "FullTableScan"; readonly tableName: string; readonly order: Order }
  | { readonly type: "IndexRange"; readonly indexName: string; readonly range: readonly RangeBound[]; readonly order: Order }
  | { readonly type: "Search"; readonly indexName: string; readonly filters: readonly SearchFilter[] };

/** `value` may be `{"$undefined": null}`, which stands for a missing field. */
export interface RangeBound {
  readonly type: "Eq" | "Gt" | "Gte" | "Lt" | "Lte";
  readonly fieldPath: string;
  readonly value: JsonValue;
}

export type SearchFilter =
  | { readonly type: "Search"; readonly fieldPath: string; readonly value: string }
  | { readonly type: "Eq"; readonly fieldPath: string; readonly value: JsonValue };

/** `filter` holds an expression tree as the query builder writes it: `$field`, `$literal`, `$eq`, `$and`, … */
export type QueryOperator = { readonly filter: JsonValue } | { readonly limit: number };
