// @vitest-environment edge-runtime
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { component, newApp, savedIn, shownIn, storedParts, type App, type Ctx } from "../shared/testing/app.js";
import { parseFailure } from "../shared/failureReason.js";
import { Agent } from "./agent.js";
import type { ContextHandler } from "./agentOptions.js";
import { approveToolCall } from "./approvals.js";
import { saveMessage } from "./messages.js";
import { stopTurn } from "./streaming/syncStreams.js";
import { scriptedModel } from "./testing/scriptedModel.js";
import { createThread } from "./threads.js";
import { createTool } from "./tools/createTool.js";

type Target = { threadId: string; promptMessageId: string };

function speaker() {
  const model = scriptedModel({ steps: [["Here I am."]] });
  const reported: unknown[] = [];
  const handler = vi.fn<ContextHandler>(async (_ctx, { allMessages }) => allMessages);
  const agent = new Agent(component, { name: "Speaker", languageModel: model, usageHandler: async (_ctx, usage) => void reported.push(usage), contextHandler: handler });
  return { agent, model, reported, handler };
}
type Speaker = ReturnType<typeof speaker>;

const schema = z.object({ words: z.string() });

const ways = {
  streamText: async ({ agent }: Speaker, ctx: Ctx, { threadId, promptMessageId }: Target) => void (await agent.streamText(ctx, { threadId }, { promptMessageId }, { saveStreamDeltas: true })),
  "streamText without a stream": async ({ agent }: Speaker, ctx: Ctx, { threadId, promptMessageId }: Target) => void (await (await agent.streamText(ctx, { threadId }, { promptMessageId })).consumeStream()),
  streamObject: async ({ agent }: Speaker, ctx: Ctx, { threadId, promptMessageId }: Target) => void (await agent.streamObject(ctx, { threadId }, { promptMessageId, schema }, { saveStreamDeltas: true })),
};
const throwing = {
  generateText: async ({ agent }: Speaker, ctx: Ctx, { threadId, promptMessageId }: Target) => void (await agent.generateText(ctx, { threadId }, { promptMessageId })),
  generateObject: async ({ agent }: Speaker, ctx: Ctx, { threadId, promptMessageId }: Target) => void (await agent.generateObject(ctx, { threadId }, { promptMessageId, schema })),
};

const said = async (t: App, threadId: string) => t.query(async (ctx) => (await savedIn(ctx, threadId)).map(({ text, status }) => `${status}: ${text ?? ""}`));

/** A prompt that nobody has answered yet. */
async function waiting(t: App): Promise<Target & { order: number }> {
  return t.mutation(async (ctx) => {
    const threadId = await createThread(ctx, component, { userId: "ada" });
    const { messageId, message } = await saveMessage(ctx, component, { threadId, prompt: "Hello?" });
    return { threadId, promptMessageId: messageId, order: message.order };
  });
}

const stop = (t: App, { threadId, order }: { threadId: string; order: number }) => t.mutation((ctx) => stopTurn(ctx, component, { threadId, order, reason: "stopped" }));

describe("a turn that is stopped before its reply begins", () => {
  test("has its end at once, for everybody to see, with the reason", async () => {
    const t = newApp();
    const turn = await waiting(t);
    expect(await stop(t, turn)).toBe(true);
    const shown = await t.query((ctx) => shownIn(ctx, turn.threadId));
    expect(shown).toMatchObject([{ role: "user", status: "success" }, { role: "assistant", status: "failed", parts: [{ type: "step-start" }] }]);
    const [, end] = await t.query((ctx) => savedIn(ctx, turn.threadId));
    expect(parseFailure(end?.error ?? "")).toMatchObject({ code: "aborted", message: "stopped" });
    expect(end).not.toHaveProperty("stopsReply");
  });

  test.each([
    ...Object.entries(ways).map(([name, run]) => [name, run, "ends"] as const),
    ...Object.entries(throwing).map(([name, run]) => [name, run, "The stream was stopped"] as const),
  ])("stops the one generation that comes for it before the model is asked; the next one answers (%s)", async (_name, run, end) => {
    const t = newApp();
    const turn = await waiting(t);
    const the = speaker();
    await stop(t, turn);
    const late = await t.action((ctx) => run(the, ctx, turn)).then(() => "ends", (error: unknown) => String(error));
    expect(late).toContain(end);
    expect({ calls: the.model.calls.length, usage: the.reported.length, context: the.handler.mock.calls.length }).toEqual({ calls: 0, usage: 0, context: 0 });
    expect(await said(t, turn.threadId)).toEqual(["success: Hello?", "failed: "]);
    await t.action((ctx) => ways.streamText(the, ctx, turn));
    expect(await said(t, turn.threadId)).toEqual(["success: Hello?", "failed: ", "success: Here I am."]);
  });

  test("a second stop finds nothing to stop, nor does one after the answer", async () => {
    const t = newApp();
    const turn = await waiting(t);
    expect([await stop(t, turn), await stop(t, turn)]).toEqual([true, false]);
    const answered = await waiting(t);
    const the = speaker();
    await t.action((ctx) => ways.streamText(the, ctx, answered));
    expect(await stop(t, answered)).toBe(false);
    expect(await stop(t, { threadId: answered.threadId, order: 99 })).toBe(false);
  });

  test("a stop whose generation never came does not take a much later try along", async () => {
    vi.useFakeTimers();
    try {
      const t = newApp();
      const turn = await waiting(t);
      await stop(t, turn);
      vi.setSystemTime(Date.now() + 11 * 60_000);
      const the = speaker();
      await t.action((ctx) => ways.streamText(the, ctx, turn));
      expect(await said(t, turn.threadId)).toEqual(["success: Hello?", "failed: ", "success: Here I am."]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("an approved call that has not run yet is not run, and runs when one tries again", async () => {
    const t = newApp();
    const paid: number[] = [];
    const pay = createTool({ description: "Pays", args: z.object({ amount: z.number() }), needsApproval: true, handler: async (_ctx, { amount }) => void paid.push(amount) });
    const model = scriptedModel({ steps: [[{ type: "tool-call", toolName: "pay", input: { amount: 5 } }], ["Paid."]] });
    const agent = new Agent(component, { name: "Banker", languageModel: model, tools: { pay }, maxSteps: 3 });
    const threadId = await t.mutation((ctx) => createThread(ctx, component));
    await t.action(async (ctx) => void (await agent.streamText(ctx, { threadId }, { prompt: "Pay" }, { saveStreamDeltas: true })));
    const [request] = await t.query((ctx) => storedParts(ctx, threadId, "tool-approval-request"));
    const { messageId: promptMessageId } = await t.mutation((ctx) => approveToolCall(ctx, component, { threadId, approvalId: String(request?.approvalId) }));
    const order = 0;
    expect(await stop(t, { threadId, order })).toBe(true);
    const goOn = () => t.action(async (ctx) => void (await agent.streamText(ctx, { threadId }, { promptMessageId }, { saveStreamDeltas: true })));
    await goOn();
    expect({ paid, calls: model.calls.length }).toEqual({ paid: [], calls: 1 });
    await goOn();
    expect({ paid, calls: model.calls.length }).toEqual({ paid: [5], calls: 2 });
  });
});

test("a generation without a stream that is stopped while the model speaks saves nothing after the stop", async () => {
  const t = newApp();
  const turn = await waiting(t);
  const model = scriptedModel({ steps: () => [{ type: "wait", until: stop(t, turn) }, "Too late."] });
  const agent = new Agent(component, { name: "Speaker", languageModel: model });
  await t.action(async (ctx) => void (await (await agent.streamText(ctx, { threadId: turn.threadId }, { promptMessageId: turn.promptMessageId })).consumeStream()));
  expect(await said(t, turn.threadId)).toEqual(["success: Hello?", "failed: "]);
});

test("a generation without a stream that is stopped after one of its steps saves no further one", async () => {
  const t = newApp();
  const turn = await waiting(t);
  const stops: boolean[] = [];
  const look = createTool({ description: "Looks", args: z.object({}), handler: async () => "sun" });
  const model = scriptedModel({ steps: (_call, index) => (index === 0 ? [{ type: "tool-call", toolName: "look", input: {} }] : [{ type: "wait", until: stop(t, turn).then((stopped) => stops.push(stopped)) }, "Too late."]) });
  const agent = new Agent(component, { name: "Speaker", languageModel: model, tools: { look }, maxSteps: 3 });
  await t.action(async (ctx) => void (await agent.generateText(ctx, { threadId: turn.threadId }, { promptMessageId: turn.promptMessageId })));
  expect(stops).toEqual([true]);
  expect((await t.query((ctx) => savedIn(ctx, turn.threadId))).map(({ message, status }) => `${message?.role} ${status}`)).toEqual(["user success", "assistant success", "tool success", "assistant failed"]);
});
