import {
  actionGeneric as action, createFunctionHandle, internalMutationGeneric as internalMutation, internalQueryGeneric as internalQuery, makeFunctionReference,
  mutationGeneric as mutation, queryGeneric as query, componentsGeneric,
} from "convex/server";
import { ConvexError, v } from "convex/values";

const noteRef = makeFunctionReference<"mutation", { label: string; fail?: boolean }, number>("calls:note");
const labelsRef = makeFunctionReference<"query", Record<string, never>, string[]>("calls:labels");
const selfishRef = makeFunctionReference<"mutation", { cancel: boolean }>("calls:selfish");
const noteActionRef = makeFunctionReference<"action", { label: string; fail?: boolean }>("calls:noteByAction");
// Typed by what the component exports.
const components = componentsGeneric() as unknown as Record<"box" | "secondBox", { things: Record<"put" | "putAndFail" | "callBack" | "callBackLater", typeof noteRef> & { names: typeof labelsRef } }>;

/** Everything a validator can say, one argument each. */
export const typed = query({
  args: {
    text: v.optional(v.string()), float: v.optional(v.number()), integer: v.optional(v.int64()), flag: v.optional(v.boolean()), nothing: v.optional(v.null()), bytes: v.optional(v.bytes()),
    list: v.optional(v.array(v.number())), shape: v.optional(v.object({ x: v.number(), y: v.optional(v.string()) })), map: v.optional(v.record(v.string(), v.number())),
    either: v.optional(v.union(v.literal("one"), v.literal(2), v.boolean())), literal: v.optional(v.literal("yes")), id: v.optional(v.id("things")), any: v.optional(v.any()),
  },
  handler: async (_ctx, args) => args,
});

export const required = query({ args: { name: v.string() }, handler: async (_ctx, { name }) => name });
export const wrongReturn = query({ args: {}, returns: v.number(), handler: async () => "text" as unknown as number });
export const returnsNothing = query({ args: {}, handler: async () => undefined });
export const unchecked = query({ handler: async (_ctx, args) => args });
export const secret = internalQuery({ args: {}, handler: async () => "internal" });

export const failPlainly = query({ args: {}, handler: async () => { throw new TypeError("plain failure"); } });
export const failWithData = mutation({ args: { data: v.any() }, handler: async (ctx, { data }) => {
  await ctx.db.insert("things", { group: "fail" });
  throw new ConvexError(data);
} });
export const failInAction = action({ args: { data: v.any() }, handler: async (_ctx, { data }) => { throw new ConvexError(data); } });

export const note = internalMutation({
  args: { label: v.string(), fail: v.optional(v.boolean()) },
  handler: async (ctx, { label, fail }) => {
    await ctx.db.insert("things", { group: "note", value: label });
    if (fail === true) throw new ConvexError(`failed: ${label}`);
    return (await ctx.db.query("things").withIndex("by_group_n", (q) => q.eq("group", "note")).collect()).length;
  },
});
export const labels = query({ args: {}, handler: async (ctx) => (await ctx.db.query("things").withIndex("by_group_n", (q) => q.eq("group", "note")).collect()).map((row) => row["value"]) });
export const noteByAction = action({ args: { label: v.string(), fail: v.optional(v.boolean()) }, handler: async (ctx, args) => await ctx.runMutation(noteRef, args) });

/** A nested mutation that fails is rolled back alone. */
export const nested = mutation({
  args: {},
  handler: async (ctx) => {
    const counts = [await ctx.runMutation(noteRef, { label: "kept" })];
    const caught = await ctx.runMutation(noteRef, { label: "undone", fail: true }).catch((error: unknown) => (error instanceof ConvexError ? error.data : String(error)));
    counts.push(await ctx.runMutation(noteRef, { label: "kept too" }));
    return { counts, caught, seen: await ctx.runQuery(labelsRef, {}) };
  },
});

export const throughAction = action({
  args: {},
  handler: async (ctx) => {
    await ctx.runMutation(noteRef, { label: "one" });
    await ctx.runAction(noteActionRef, { label: "two" });
    const caught = await ctx.runMutation(noteRef, { label: "three", fail: true }).catch((error: unknown) => (error instanceof ConvexError ? error.data : String(error)));
    return { seen: await ctx.runQuery(labelsRef, {}), caught };
  },
});

export const clock = mutation({
  args: {},
  handler: async (ctx) => {
    const before = Date.now();
    for (let n = 0; n < 1000; n += 1) await ctx.db.query("things").first();
    return [before, Date.now(), new Date().getTime()];
  },
});

export const whoAmI = query({ args: {}, handler: async (ctx) => await ctx.auth.getUserIdentity() });
export const whoAmIByAction = action({ args: {}, handler: async (ctx) => (await ctx.auth.getUserIdentity())?.name ?? null });

export const schedule = mutation({
  args: { label: v.string(), fail: v.optional(v.boolean()), byAction: v.optional(v.boolean()), thenThrow: v.optional(v.boolean()), delayMs: v.optional(v.number()) },
  handler: async (ctx, { label, fail, byAction, thenThrow, delayMs = 0 }) => {
    const args = { label, ...(fail === undefined ? {} : { fail }) };
    const id = byAction === true ? await ctx.scheduler.runAfter(delayMs, noteActionRef, args) : await ctx.scheduler.runAfter(delayMs, noteRef, args);
    if (thenThrow === true) throw new Error("after scheduling");
    return id;
  },
});
export const scheduleFromAction = action({ args: { label: v.string() }, handler: async (ctx, { label }) => await ctx.scheduler.runAfter(0, noteRef, { label }) });
/** Schedules a mutation that knows its own job: it notes the state it finds it in, or cancels it. */
export const scheduleSelfish = mutation({
  args: { cancel: v.boolean() },
  handler: async (ctx, args) => {
    const id = await ctx.scheduler.runAfter(0, selfishRef, args);
    await ctx.db.insert("things", { group: "selfish", value: id });
    return id;
  },
});
export const selfish = internalMutation({
  args: { cancel: v.boolean() },
  handler: async (ctx, args) => {
    const row = await ctx.db.query("things").withIndex("by_group_n", (q) => q.eq("group", "selfish")).order("desc").first();
    if (row === null) throw new Error("No job was noted");
    if (args.cancel) await ctx.scheduler.cancel(row["value"]);
    const job = await ctx.db.system.get(row["value"]);
    await ctx.db.insert("things", { group: "note", value: job !== null && "state" in job ? job.state.kind : null });
  },
});
export const cancel = mutation({ args: { id: v.id("_scheduled_functions") }, handler: async (ctx, { id }) => await ctx.scheduler.cancel(id) });

const boxName = v.union(v.literal("box"), v.literal("secondBox"));
export const putInBox = mutation({ args: { box: boxName, name: v.string() }, handler: async (ctx, { box, name }) => await ctx.runMutation(components[box].things.put, { name } as never) });
export const boxNames = query({ args: { box: boxName }, handler: async (ctx, { box }) => await ctx.runQuery(components[box].things.names, {}) });
export const putInBoxAndCatch = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.runMutation(noteRef, { label: name });
    return await ctx.runMutation(components.box.things.putAndFail, { name } as never).catch((error: unknown) => (error instanceof ConvexError ? error.data : String(error)));
  },
});
export const boxCallsBack = mutation({
  args: { label: v.string(), later: v.optional(v.boolean()) },
  handler: async (ctx, { label, later }) => {
    const handle = await createFunctionHandle(noteRef);
    return await ctx.runMutation(later === true ? components.box.things.callBackLater : components.box.things.callBack, { handle, label } as never);
  },
});
