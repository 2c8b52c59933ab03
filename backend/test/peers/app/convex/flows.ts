import { vResultValidator, vWorkflowId, WorkflowManager, type WorkflowId } from "@convex-dev/workflow";
import { v } from "convex/values";
import { components, internal } from "./_generated/api.js";
import { internalAction, internalMutation, internalQuery, mutation, query } from "./_generated/server.js";

const workflow = new WorkflowManager(components.workflow, {
  workpoolOptions: { maxParallelism: 10, retryActionsByDefault: false, defaultRetryBehavior: { maxAttempts: 3, initialBackoffMs: 10, base: 2 } },
});

const runArgs = { run: v.string() };

export const count = internalQuery({
  args: runArgs,
  handler: async (ctx, { run }): Promise<number> => (await ctx.db.query("marks").withIndex("by_run", (q) => q.eq("run", run)).collect()).length,
});

export const shout = internalAction({ args: { text: v.string() }, handler: async (_ctx, { text }): Promise<string> => text.toUpperCase() });

/** A query, a mutation, an action, an inline step, and what they return. */
export const mixed = workflow.define({ args: runArgs, returns: v.string() }).handler(async (step, { run }): Promise<string> => {
  const before = await step.runQuery(internal.flows.count, { run });
  const after = await step.runMutation(internal.marks.add, { run, label: "one" });
  const inline = await step.runMutation(internal.marks.add, { run, label: "two" }, { inline: true });
  return await step.runAction(internal.flows.shout, { text: `marks ${before} ${after} ${inline}` });
});

/** Steps at the same time, each asking its own address. */
export const parallel = workflow.define({ args: { urls: v.array(v.string()) }, returns: v.array(v.string()) }).handler(
  async (step, { urls }): Promise<string[]> => await Promise.all(urls.map((url) => step.runAction(internal.pools.visit, { url }))),
);

/** A mark, a pause until somebody says go, a mark. */
export const pausing = workflow.define({ args: runArgs, returns: v.string() }).handler(async (step, { run }): Promise<string> => {
  await step.runMutation(internal.marks.add, { run, label: "before" });
  const word = await step.awaitEvent({ name: "go", validator: v.string() });
  await step.runMutation(internal.marks.add, { run, label: "after" });
  return await step.runAction(internal.flows.shout, { text: word });
});

/** Many marks, one step each. */
export const chain = workflow.define({ args: { run: v.string(), length: v.number() } }).handler(async (step, { run, length }): Promise<void> => {
  for (let index = 0; index < length; index++) await step.runMutation(internal.marks.add, { run, label: String(index) });
});

/** Draws before its first step; each replay must draw the same. */
export const drawing = workflow.define({ args: runArgs, returns: v.string() }).handler(async (step, { run }): Promise<string> => {
  const drawn = String(Math.random());
  for (let index = 0; index < 2; index++) await step.runMutation(internal.marks.add, { run, label: drawn });
  return drawn;
});

export const sleeping = workflow.define({ args: { run: v.string(), ms: v.number() } }).handler(async (step, { run, ms }): Promise<void> => {
  await step.runMutation(internal.marks.add, { run, label: "asleep" });
  await step.sleep(ms);
  await step.runMutation(internal.marks.add, { run, label: "awake" });
});

/** Recovers from a step that fails for good; a step that fails at first is tried again. */
export const retrying = workflow.define({ args: { flaky: v.string(), broken: v.string() }, returns: v.array(v.string()) }).handler(
  async (step, { flaky, broken }): Promise<string[]> => {
    const first = await step.runAction(internal.pools.visit, { url: flaky }, { retry: true });
    try {
      await step.runAction(internal.pools.visit, { url: broken });
      return [first, "not reached"];
    } catch (error) {
      return [first, error instanceof Error ? error.message : String(error)];
    }
  },
);

export const failing = workflow.define({ args: runArgs }).handler(async (step, { run }): Promise<void> => {
  await step.runMutation(internal.marks.add, { run, label: "before the failure" });
  throw new Error("the workflow gave up");
});

export const parent = workflow.define({ args: runArgs, returns: v.string() }).handler(
  async (step, { run }): Promise<string> => `child said: ${await step.runWorkflow(internal.flows.mixed, { run })}`,
);

const names = { mixed: internal.flows.mixed, parallel: internal.flows.parallel, pausing: internal.flows.pausing, chain: internal.flows.chain, drawing: internal.flows.drawing, sleeping: internal.flows.sleeping, retrying: internal.flows.retrying, failing: internal.flows.failing, parent: internal.flows.parent };

export const start = mutation({
  args: { flow: v.string(), run: v.string(), args: v.any() },
  handler: async (ctx, { flow, run, args }): Promise<WorkflowId> => {
    const target = names[flow as keyof typeof names];
    return await workflow.start(ctx, target, args as never, { onComplete: internal.flows.completed, context: { run } });
  },
});

export const completed = internalMutation({
  args: { workflowId: vWorkflowId, result: vResultValidator, context: v.object(runArgs) },
  handler: async (ctx, { result, context }) => void (await ctx.db.insert("outcomes", { run: context.run, label: "workflow", result })),
});

export const go = mutation({ args: { id: vWorkflowId, word: v.string() }, handler: async (ctx, { id, word }) => void (await workflow.sendEvent(ctx, { workflowId: id, name: "go", validator: v.string(), value: word })) });
export const cancel = mutation({ args: { id: vWorkflowId }, handler: async (ctx, { id }) => await workflow.cancel(ctx, id) });
export const status = query({ args: { id: vWorkflowId }, handler: async (ctx, { id }) => await workflow.status(ctx, id) });
export const steps = query({ args: { id: vWorkflowId }, handler: async (ctx, { id }) => (await workflow.listSteps(ctx, id)).page.map(({ name, stepNumber }) => ({ name, stepNumber })) });
export const cleanup = mutation({ args: { id: vWorkflowId }, handler: async (ctx, { id }) => await workflow.cleanup(ctx, id) });
