import {
  actionGeneric, internalActionGeneric, internalMutationGeneric, makeFunctionReference, mutationGeneric, paginationOptsValidator, queryGeneric,
  type DataModelFromSchemaDefinition, type GenericMutationCtx,
} from "convex/server";
import { v } from "convex/values";
import type schema from "./schema.js";

type MutationCtx = GenericMutationCtx<DataModelFromSchemaDefinition<typeof schema>>;

const tickRef = makeFunctionReference<"mutation", { key: string; round: number; rounds: number }>("ledger:tick");
const actRef = makeFunctionReference<"action", { key: string; witness: string }>("ledger:act");
const stepRef = makeFunctionReference<"mutation", { key: string; step: string }>("ledger:step");

/** Two accounts that money moves between: what they hold together never changes. */
const ACCOUNTS = ["left", "right"];

async function count(ctx: MutationCtx, client: string, n: number): Promise<number> {
  await ctx.db.insert("entries", { client, n });
  const counter = await ctx.db.query("counters").withIndex("by_client", (q) => q.eq("client", client)).unique();
  if (counter === null) await ctx.db.insert("counters", { client, count: 1 });
  else await ctx.db.patch(counter._id, { count: counter.count + 1 });
  return (counter?.count ?? 0) + 1;
}

async function move(ctx: MutationCtx, amount: number): Promise<void> {
  for (const [index, name] of ACCOUNTS.entries()) {
    const account = await ctx.db.query("accounts").withIndex("by_name", (q) => q.eq("name", name)).unique();
    const change = index === 0 ? -amount : amount;
    if (account === null) await ctx.db.insert("accounts", { name, balance: change });
    else await ctx.db.patch(account._id, { balance: account.balance + change });
  }
}

/** Notes `n` once more, and returns how many the client has noted. */
export const add = mutationGeneric({
  args: { client: v.string(), n: v.number() },
  handler: async (ctx: MutationCtx, { client, n }) => {
    await move(ctx, n);
    return await count(ctx, client, n);
  },
});

/** As {@link add}, and schedules a chain of mutations, each of which schedules the next. */
export const addWithTicks = mutationGeneric({
  args: { client: v.string(), n: v.number(), rounds: v.number(), delayMs: v.number() },
  handler: async (ctx: MutationCtx, { client, n, rounds, delayMs }) => {
    await ctx.scheduler.runAfter(delayMs, tickRef, { key: `${client}:${n}`, round: 1, rounds });
    return await count(ctx, client, n);
  },
});

/** As {@link add}, and schedules an action that is seen from outside. */
export const addWithAction = mutationGeneric({
  args: { client: v.string(), n: v.number(), witness: v.string(), delayMs: v.number() },
  handler: async (ctx: MutationCtx, { client, n, witness, delayMs }) => {
    await ctx.scheduler.runAfter(delayMs, actRef, { key: `${client}:${n}`, witness });
    return await count(ctx, client, n);
  },
});

export const tick = internalMutationGeneric({
  args: { key: v.string(), round: v.number(), rounds: v.number() },
  handler: async (ctx: MutationCtx, { key, round, rounds }) => {
    await ctx.db.insert("ticks", { key, round });
    if (round < rounds) await ctx.scheduler.runAfter(0, tickRef, { key, round: round + 1, rounds });
  },
});

export const act = internalActionGeneric({
  args: { key: v.string(), witness: v.string() },
  handler: async (ctx, { key, witness }) => {
    await ctx.runMutation(stepRef, { key, step: "begin" });
    await fetch(`${witness}/${key}`);
    await ctx.runMutation(stepRef, { key, step: "end" });
  },
});

export const step = internalMutationGeneric({
  args: { key: v.string(), step: v.string() },
  handler: async (ctx: MutationCtx, row) => void (await ctx.db.insert("steps", row)),
});

export const uploadUrl = mutationGeneric({ args: {}, handler: async (ctx) => await ctx.storage.generateUploadUrl() });

export const fileText = actionGeneric({ args: { id: v.string() }, handler: async (ctx, { id }) => (await (await ctx.storage.get(id))?.text()) ?? null });

export const counted = queryGeneric({
  args: { client: v.string() },
  handler: async (ctx, { client }): Promise<number> =>
    (await ctx.db.query("counters").withIndex("by_client", (q) => q.eq("client", client)).unique())?.["count"] ?? 0,
});

/** A page of a table, for whoever checks them all. */
export const page = queryGeneric({
  args: { table: v.union(v.literal("entries"), v.literal("counters"), v.literal("accounts"), v.literal("ticks"), v.literal("steps")), paginationOpts: paginationOptsValidator },
  handler: async (ctx, { table, paginationOpts }) => await ctx.db.query(table).paginate(paginationOpts),
});

export const jobPage = queryGeneric({
  args: { paginationOpts: paginationOptsValidator },
  handler: async (ctx, { paginationOpts }) => await ctx.db.system.query("_scheduled_functions").paginate(paginationOpts),
});
