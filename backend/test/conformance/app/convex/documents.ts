import { mutationGeneric as mutation, queryGeneric as query, type GenericQueryCtx } from "convex/server";
import { v } from "convex/values";

// Every method of `ctx.db`, with its arguments as data, so that one law can be tried on any of them.

// oxlint-disable-next-line typescript/no-explicit-any -- the data says which table, index and fields are meant
type Any = any;

const TABLES = ["things", "strict", "texts", "vectors"];
const lookup = { table: v.string(), index: v.optional(v.string()), range: v.optional(v.any()), filter: v.optional(v.any()), order: v.optional(v.union(v.literal("asc"), v.literal("desc"))) };

interface Lookup {
  readonly table: string;
  readonly index?: string | undefined;
  /** `[["eq", "group", "a"], ["gt", "n", 1]]` */
  readonly range?: [string, string, unknown][];
  /** `["and", ["eq", ["field", "n"], 1], …]` */
  readonly filter?: unknown;
  readonly order?: "asc" | "desc" | undefined;
}

function expression(q: Any, data: unknown): unknown {
  if (!Array.isArray(data)) return data;
  // The first element names a method of the builder.
  const [method, ...args] = data as [string, ...unknown[]];
  return q[method](...args.map((arg) => (method === "field" ? arg : expression(q, arg))));
}

function queryOf(ctx: GenericQueryCtx<Any>, { table, index, range = [], filter, order }: Lookup): Any {
  let found: Any = ctx.db.query(table);
  if (index !== undefined) found = found.withIndex(index, (q: Any) => range.reduce((built, [method, field, value]) => built[method](field, value), q));
  if (order !== undefined) found = found.order(order);
  return filter === undefined ? found : found.filter((q: Any) => expression(q, filter));
}

export const insert = mutation({ args: { table: v.string(), document: v.any() }, handler: async (ctx, { table, document }) => await ctx.db.insert(table, document) });
export const insertAll = mutation({
  args: { table: v.string(), documents: v.array(v.any()) },
  handler: async (ctx, { table, documents }) => {
    const ids: string[] = [];
    for (const document of documents) ids.push(await ctx.db.insert(table, document));
    return ids;
  },
});
export const get = query({ args: { id: v.any(), table: v.optional(v.string()) }, handler: async (ctx, { id, table }) => (table === undefined ? await ctx.db.get(id) : await ctx.db.get(table as never, id)) });
export const patch = mutation({ args: { id: v.any(), fields: v.any(), drop: v.optional(v.array(v.string())) }, handler: async (ctx, { id, fields, drop = [] }) => await ctx.db.patch(id, { ...fields, ...Object.fromEntries(drop.map((name) => [name, undefined])) }) });
export const replace = mutation({ args: { id: v.any(), document: v.any() }, handler: async (ctx, { id, document }) => await ctx.db.replace(id, document) });
export const remove = mutation({ args: { id: v.any() }, handler: async (ctx, { id }) => await ctx.db.delete(id) });
export const normalize = query({ args: { table: v.string(), id: v.string() }, handler: async (ctx, { table, id }) => ctx.db.normalizeId(table, id) });
export const list = query({ args: lookup, handler: async (ctx, args) => await queryOf(ctx, args).collect() });
export const take = query({ args: { ...lookup, n: v.number() }, handler: async (ctx, { n, ...args }) => await queryOf(ctx, args).take(n) });
export const first = query({ args: lookup, handler: async (ctx, args) => await queryOf(ctx, args).first() });
export const unique = query({ args: lookup, handler: async (ctx, args) => await queryOf(ctx, args).unique() });
export const page = query({ args: { ...lookup, paginationOpts: v.any() }, handler: async (ctx, { paginationOpts, ...args }) => await queryOf(ctx, args).paginate(paginationOpts) });
export const system = query({ args: { table: v.string() }, handler: async (ctx, { table }) => await ctx.db.system.query(table as "_storage").collect() });
export const systemGet = query({ args: { id: v.any() }, handler: async (ctx, { id }) => await ctx.db.system.get(id) });

/** A write, what the same transaction reads after it, and then a failure if one is asked for. */
export const writeAndRead = mutation({
  args: { group: v.string(), fail: v.boolean() },
  handler: async (ctx, { group, fail }) => {
    const id = await ctx.db.insert("things", { group, n: 1 });
    await ctx.db.patch(id, { n: 2 });
    const seen = await ctx.db.query("things").withIndex("by_group_n", (q) => q.eq("group", group)).collect();
    if (fail) throw new Error(`rolled back after ${seen.length}`);
    return seen.map((row) => row["n"]);
  },
});

/** Deletes everything, for the next law. */
export const wipe = mutation({
  args: {},
  handler: async (ctx) => {
    for (const table of TABLES) for (const row of await ctx.db.query(table).collect()) await ctx.db.delete(row._id);
  },
});
