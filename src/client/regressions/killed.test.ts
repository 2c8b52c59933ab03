// @vitest-environment edge-runtime
import { AsyncLocalStorage } from "node:async_hooks";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { parseFailure } from "../../shared/failureReason.js";
import { component, newApp, savedIn, shownIn, type App, type Ctx } from "../../shared/testing/app.js";
import { interrupted, never } from "../../shared/testing/interrupted.js";
import { readStreams, unpaired } from "../../shared/testing/watching.js";
import { Agent } from "../agent.js";
import { listStreams } from "../streaming/syncStreams.js";
import { scriptedModel, type ScriptedModel, type ScriptedStep } from "../testing/scriptedModel.js";
import { createThread } from "../threads.js";
import { createTool } from "../tools/createTool.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const lookUp = createTool({ description: "Looks up", args: z.object({ hangs: z.boolean() }), handler: async (_ctx, { hangs }): Promise<string> => (hangs ? never : "found") });
const dump = createTool({ description: "Gives more than a log holds", args: z.object({}), handler: async (): Promise<string> => "B".repeat(200_000) });
const call = (hangs: boolean) => ({ type: "tool-call", toolName: "lookUp", input: { hangs } }) as const;
const wait = { type: "wait", until: never } as const;
const states = ["streaming", "finished", "aborted"] as const;

const agentOf = (model: ScriptedModel) => new Agent(component, { name: "Tester", languageModel: model, tools: { lookUp, dump }, maxSteps: 5 });

/** The ctx of a process that can be killed: from then on it does nothing, and nobody is told. */
function mortal(ctx: Ctx): { ctx: Ctx; kill: () => void } {
  let isDead = false;
  // convex-test knows an action by its asynchronous context, which a timer of this test's time does not carry.
  const inAction = AsyncLocalStorage.snapshot();
  const alive = <F extends (...args: never[]) => Promise<unknown>>(run: F) => (async (...args: Parameters<F>) => (isDead ? never : inAction(() => run(...args)))) as F;
  return { ctx: { ...ctx, runQuery: alive(ctx.runQuery), runMutation: alive(ctx.runMutation), runAction: alive(ctx.runAction) }, kill: () => void (isDead = true) };
}

/** Waits, in this test's time, for what happens beside it. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let round = 0; !(await holds()); round++) {
    if (round > 2_000) throw new Error("what was waited for does not come");
    await vi.advanceTimersByTimeAsync(10);
  }
}

/** Starts a reply whose process is killed as soon as `when` is true of the thread. Returns what a viewer saw at last. */
async function killedReply(t: App, model: ScriptedModel, when: (seen: string, saved: number) => boolean) {
  const threadId = await t.mutation((ctx) => createThread(ctx, component));
  let kill = (): void => undefined;
  // It never ends: a process that is killed does not answer.
  void t.action(async (ctx) => {
    const process = mortal(ctx);
    kill = process.kill;
    await agentOf(model).streamText(process.ctx, { threadId }, { prompt: "Go" }, { saveStreamDeltas: { throttleMs: 0 } });
    return never;
  });
  const saved = () => t.query((ctx) => savedIn(ctx, threadId));
  const seen = () => t.query((ctx) => readStreams(ctx, threadId, ["streaming"]));
  await until(async () => when(JSON.stringify((await seen()).parts), (await saved()).length));
  kill();
  return { threadId, seen: await seen() };
}

/** The watchdog's minute. */
async function later(t: App, ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await t.finishInProgressScheduledFunctions();
}

type Phase = { name: string; model: () => ScriptedModel; when: (seen: string, saved: number) => boolean; shown: unknown[] };

const scripted = (...steps: ScriptedStep[]) => () => scriptedModel({ steps });
const started = { type: "step-start" };
const text = (words: string) => ({ type: "text", text: words });
const found = { type: "tool-lookUp", state: "output-available", output: "found" };
const lost = expect.stringMatching(/the process that wrote this reply stopped/u);

const phases: Phase[] = [
  { name: "before the first word", model: scripted([wait]), when: (_seen, saved) => saved === 1, shown: [started] },
  { name: "in the middle of the text", model: scripted(["One two ", wait, "three"]), when: (seen) => seen.includes("One two "), shown: [started, text("One two ")] },
  {
    name: "while the input of a tool arrives",
    model: () => interrupted(scriptedModel({ steps: [["Let me see.", call(true)]] }), { after: ({ type }) => type === "tool-input-delta", until: never }),
    when: (seen) => seen.includes("input-streaming"),
    shown: [started, text("Let me see."), { type: "tool-lookUp", state: "output-error", errorText: lost }],
  },
  {
    name: "while a tool runs",
    model: scripted(["Let me see.", call(true)]), when: (seen) => seen.includes("input-available"),
    shown: [started, text("Let me see."), { type: "tool-lookUp", state: "output-error", errorText: lost }],
  },
  {
    name: "while a tool runs beside one that has given more than a log holds",
    model: scripted([{ type: "tool-call", toolName: "dump", input: {} }, call(true)]), when: (seen) => seen.includes("omittedBytes"),
    shown: [started, { type: "tool-dump", state: "output-error", errorText: expect.stringMatching(/its result of \d+ bytes was too large to keep/u) }, { type: "tool-lookUp", state: "output-error", errorText: lost }],
  },
  { name: "between two steps", model: scripted(["Let me see.", call(false)], [wait]), when: (_seen, saved) => saved === 3, shown: [started, text("Let me see."), found, started] },
  { name: "in the second step", model: scripted(["Let me see.", call(false)], ["It is ", wait]), when: (seen, saved) => saved === 3 && seen.includes("It is "), shown: [started, text("Let me see."), found, started, text("It is ")] },
];

describe("a process that is killed", () => {
  test.each(phases)("$name: ends within a minute as failed, loses and doubles nothing, and can be tried again", async ({ model, when, shown }) => {
    const t = newApp();
    const { threadId, seen } = await killedReply(t, model(), when);
    await later(t, 61_000);
    expect(await t.query((ctx) => listStreams(ctx, component, { threadId }))).toEqual([]);
    const [prompt, ...replies] = await t.query((ctx) => shownIn(ctx, threadId));
    expect(replies).toHaveLength(1);
    expect(replies[0]).toMatchObject({ status: "failed", parts: shown });
    expect(parseFailure(replies[0]!.error ?? "")).toMatchObject({ code: "timeout", retryable: true });
    // All that a viewer saw is there, and nothing that nobody saw.
    const words = (parts: readonly object[]) => parts.flatMap((part) => ("text" in part ? [part.text] : []));
    expect(words(replies[0]!.parts)).toEqual(words(seen.parts));
    const docs = await t.query((ctx) => savedIn(ctx, threadId));
    expect(docs.map(({ status }) => status)).not.toContain("pending");
    await later(t, 31_000);
    expect(await t.query((ctx) => listStreams(ctx, component, { threadId, includeStatuses: [...states] }))).toEqual([]);

    const again = scriptedModel({ steps: [["There."]] });
    await t.action(async (ctx) => void (await agentOf(again).generateText(ctx, { threadId }, { promptMessageId: docs[0]!._id })));
    expect((await t.query((ctx) => shownIn(ctx, threadId))).map(({ order, text: words_ }) => [order, words_.endsWith("There.")])).toEqual([[prompt!.order, false], [prompt!.order, true]]);
    expect(unpaired(again.calls[0]!.prompt)).toEqual([]);
  });

  test("after the last step was saved: the reply stands as it is, and its stream goes", async () => {
    const t = newApp();
    const { threadId } = await killedReply(t, scriptedModel({ steps: [["All of it."]] }), (_seen, saved) => saved === 2);
    await later(t, 61_000);
    await later(t, 31_000);
    expect((await t.query((ctx) => shownIn(ctx, threadId))).map(({ text: words, status }) => [words, status])).toEqual([["Go", "success"], ["All of it.", "success"]]);
    expect(await t.query((ctx) => listStreams(ctx, component, { threadId, includeStatuses: [...states] }))).toEqual([]);
  });

  test("without a stored stream: leaves the prompt and what was saved, nothing pending, and the prompt can be answered", async () => {
    const t = newApp();
    const threadId = await t.mutation((ctx) => createThread(ctx, component));
    void t.action(async (ctx) => {
      const process = mortal(ctx);
      await agentOf(scriptedModel({ steps: [[call(false)], [wait]] })).generateText(process.ctx, { threadId }, { prompt: "Go" });
    });
    await until(async () => (await t.query((ctx) => savedIn(ctx, threadId))).length === 3);
    await later(t, 61_000);
    const docs = await t.query((ctx) => savedIn(ctx, threadId));
    expect(docs.map(({ message, status }) => [message!.role, status])).toEqual([["user", "success"], ["assistant", "success"], ["tool", "success"]]);
    const again = scriptedModel({ steps: [["There."]] });
    await t.action(async (ctx) => void (await agentOf(again).generateText(ctx, { threadId }, { promptMessageId: docs[0]!._id })));
    expect(unpaired(again.calls[0]!.prompt)).toEqual([]);
    expect((await t.query((ctx) => shownIn(ctx, threadId))).map(({ text: words }) => words)).toEqual(["Go", "There."]);
  });
});
