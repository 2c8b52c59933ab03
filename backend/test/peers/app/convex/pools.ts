import { NonRetryableError, vOnCompleteArgs, vWorkId, Workpool, type WorkId } from "@convex-dev/workpool";
import { v } from "convex/values";
import { components, internal } from "./_generated/api.js";
import { internalAction, internalMutation, mutation, query } from "./_generated/server.js";

const pair = new Workpool(components.pairPool, { maxParallelism: 2, defaultRetryBehavior: { maxAttempts: 3, initialBackoffMs: 10, base: 2 } });
const serial = new Workpool(components.serialPool, { maxParallelism: 1 });

/** Asks an address, which decides when and how this ends: 200 with a text, 500 to fail, 400 to fail for good. */
export const visit = internalAction({
  args: { url: v.string() },
  returns: v.string(),
  handler: async (_ctx, { url }) => {
    const response = await fetch(url);
    const text = await response.text();
    if (response.status === 400) throw new NonRetryableError(text);
    if (!response.ok) throw new Error(text);
    return text;
  },
});

const job = { run: v.string(), label: v.string(), url: v.string() };

export const visitAll = mutation({
  args: { jobs: v.array(v.object(job)), retry: v.optional(v.boolean()) },
  returns: v.array(vWorkId),
  handler: async (ctx, { jobs, retry = false }) => {
    const ids: WorkId[] = [];
    for (const { run, label, url } of jobs) {
      ids.push(await pair.enqueueAction(ctx, internal.pools.visit, { url }, { retry, onComplete: internal.pools.finished, context: { run, label } }));
    }
    return ids;
  },
});

export const visitInBatch = mutation({
  args: { run: v.string(), urls: v.array(v.string()) },
  handler: async (ctx, { run, urls }): Promise<WorkId[]> =>
    await pair.enqueueActionBatch(ctx, internal.pools.visit, urls.map((url) => ({ url })), { onComplete: internal.pools.finished, context: { run, label: "batch" } }),
});

export const markAll = mutation({
  args: { run: v.string(), labels: v.array(v.string()) },
  handler: async (ctx, { run, labels }) => {
    for (const label of labels) await serial.enqueueMutation(ctx, internal.marks.add, { run, label }, { onComplete: internal.pools.finished, context: { run, label } });
  },
});

export const onlyFailures = mutation({
  args: { jobs: v.array(v.object(job)) },
  handler: async (ctx, { jobs }) => {
    for (const { run, label, url } of jobs) {
      await pair.enqueueAction(ctx, internal.pools.visit, { url }, { onComplete: internal.pools.finished, onCompleteExcludeKinds: ["success"], context: { run, label } });
    }
  },
});

export const later = mutation({
  args: { run: v.string(), delayMs: v.number() },
  handler: async (ctx, { run, delayMs }): Promise<WorkId> => await pair.enqueueMutation(ctx, internal.marks.add, { run, label: "later" }, { runAfter: delayMs }),
});

export const finished = internalMutation({
  args: vOnCompleteArgs(v.object({ run: v.string(), label: v.string() })),
  handler: async (ctx, { context, result }) => void (await ctx.db.insert("outcomes", { ...context, result })),
});

export const status = query({ args: { ids: v.array(vWorkId) }, handler: async (ctx, { ids }) => await pair.statusBatch(ctx, ids) });
export const cancel = mutation({ args: { id: vWorkId }, handler: async (ctx, { id }) => await pair.cancel(ctx, id) });
export const cancelAll = mutation({ args: {}, handler: async (ctx) => await pair.cancelAll(ctx) });
