import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { StoredChunk } from "../shared/validators/stream.js";
import { countRows, failureOfCall, newThread, setup, textsOf, type Component } from "../shared/testing/component.js";
import { unpackMessages } from "../shared/packedMessages.js";
import { api } from "./_generated/api.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const window = { recentMessages: 10, excludeToolMessages: true };
const ids = (count: number) => Array.from({ length: count }, (_, index) => `a${index}`);

/** A turn whose step called `count` tools that all wait. */
async function asking(t: Component, count = 1): Promise<{ threadId: string; promptMessageId: string; askedBy: string }> {
  const threadId = await newThread(t, "ada");
  const content = ids(count).flatMap((approvalId) => [
    { type: "tool-call" as const, toolCallId: `call-${approvalId}`, toolName: "pay", input: {} },
    { type: "tool-approval-request" as const, approvalId, toolCallId: `call-${approvalId}` },
  ]);
  const { messages } = await t.mutation(api.messages.addMessages, { threadId, agentName: "Clerk", messages: [{ message: { role: "user", content: "Pay" } }, { message: { role: "assistant", content } }] });
  return { threadId, promptMessageId: messages[0]!._id, askedBy: messages[1]!._id };
}

const respond = (t: Component, threadId: string, approvalIds: string[], approved = true) =>
  t.mutation(api.approvals.respond, { threadId, responses: approvalIds.map((approvalId) => ({ approvalId, approved })) });
const start = (t: Component, threadId: string, promptMessageId: string, stream?: object) =>
  t.mutation(api.generations.start, { threadId, promptMessageId, messages: [], window, ...(stream && { stream }) });
const stateOf = async (t: Component, threadId: string, approvalId = "a0") => (await t.query(api.approvals.get, { threadId, approvalId }))?.state.kind;
const result = (approvalId: string) => ({ message: { role: "tool" as const, content: [{ type: "tool-result" as const, toolCallId: `call-${approvalId}`, toolName: "pay", output: { type: "text" as const, value: "paid" } }] } });

describe("a decision", () => {
  test("is found by its id however much was said since, and joins the turn that asked", async () => {
    const t = setup();
    const { threadId } = await asking(t);
    for (let index = 0; index < 150; index++) await t.mutation(api.messages.addMessages, { threadId, messages: [{ message: { role: "user", content: "and?" } }] });
    const { messageId, ...place } = await respond(t, threadId, ["a0"]);
    expect(place).toEqual({ order: 0, stepOrder: 2, stillWaiting: false });
    const [message] = await t.query(api.messages.getMessagesByIds, { messageIds: [messageId] });
    expect(message).toMatchObject({ agentName: "Clerk", userId: "ada", tool: true, message: { role: "tool", content: [{ type: "tool-approval-response", approvalId: "a0", approved: true }] } });
  });

  test("is made once: whoever answers again, either way, is told how it was answered", async () => {
    const t = setup();
    const { threadId } = await asking(t);
    await respond(t, threadId, ["a0"], false);
    expect(await failureOfCall(respond(t, threadId, ["a0"]))).toMatchObject({ code: "approval_already_answered", approvalId: "a0", approved: false });
    const byHand = { message: { role: "tool" as const, content: [{ type: "tool-approval-response" as const, approvalId: "a0", approved: true }] } };
    expect(await failureOfCall(t.mutation(api.messages.addMessages, { threadId, messages: [byHand] }))).toMatchObject({ code: "approval_already_answered" });
    expect(await failureOfCall(respond(t, threadId, ["other"]))).toMatchObject({ code: "approval_not_found", approvalId: "other" });
  });

  test("of 60 in one step: one by one and in one call, the last one tells that it is the last", async () => {
    const t = setup();
    const { threadId } = await asking(t, 60);
    for (const approvalId of ids(60).slice(0, 20)) expect(await respond(t, threadId, [approvalId])).toMatchObject({ stillWaiting: true });
    expect(await t.query(api.approvals.listRequested, { threadId })).toHaveLength(40);
    expect(await respond(t, threadId, ids(60).slice(20))).toMatchObject({ stillWaiting: false });
    expect(await t.query(api.approvals.listRequested, { threadId })).toEqual([]);
    expect(await failureOfCall(respond(t, threadId, []))).toMatchObject({ code: "invalid_argument" });
  });

  test("goes with its message: a deleted answer opens the request again, a deleted request is forgotten", async () => {
    const t = setup();
    const { threadId, askedBy } = await asking(t);
    const { messageId } = await respond(t, threadId, ["a0"]);
    await t.mutation(api.messages.deleteByIds, { messageIds: [messageId] });
    expect(await stateOf(t, threadId)).toBe("requested");
    await t.mutation(api.messages.deleteByIds, { messageIds: [askedBy] });
    expect(await stateOf(t, threadId)).toBeUndefined();
    expect((await countRows(t)).approvals).toBeUndefined();
  });
});

describe("a run continues from a decision once", () => {
  test("the second to continue is refused, while the first runs and after it has answered", async () => {
    const t = setup();
    const { threadId, promptMessageId } = await asking(t);
    const { messageId } = await respond(t, threadId, ["a0"]);
    const { order, stepOrder } = await start(t, threadId, messageId);
    for (const from of [messageId, promptMessageId]) {
      expect(await failureOfCall(start(t, threadId, from))).toMatchObject({ code: "approval_already_continued", approvalId: "a0" });
    }
    const answer = { message: { role: "assistant" as const, content: "Paid." } };
    await t.mutation(api.generations.saveStep, { threadId, order, stepOrder, promptMessageId: messageId, messages: [result("a0"), answer] });
    vi.advanceTimersByTime(24 * 60 * 60 * 1000);
    expect(await failureOfCall(start(t, threadId, messageId))).toMatchObject({ code: "approval_already_continued" });
    // To answer the prompt once more is something else, as for every prompt.
    expect(await start(t, threadId, promptMessageId)).toMatchObject({ order: 0 });
  });

  test.each([
    ["a stream", {}],
    ["no stream", undefined],
  ])("a run that failed gives the decision back (%s)", async (_name, stream) => {
    const t = setup();
    const { threadId } = await asking(t);
    const { messageId } = await respond(t, threadId, ["a0"]);
    const { order, stepOrder, streamId } = await start(t, threadId, messageId, stream);
    await t.mutation(api.generations.fail, { threadId, order, stepOrder, error: "network: lost", ...(streamId && { stream: { streamId } }) });
    expect(await stateOf(t, threadId)).toBe("answered");
    expect(await start(t, threadId, messageId, stream)).toMatchObject({ order: 0 });
    expect(await stateOf(t, threadId)).toBe("continued");
  });

  test("a run whose process died gives it back: with a stream by the watchdog, without one after an action's time", async () => {
    const t = setup();
    const [live, silent] = [await asking(t), await asking(t)];
    const decision = await respond(t, live.threadId, ["a0"]);
    const other = await respond(t, silent.threadId, ["a0"]);
    await start(t, live.threadId, decision.messageId, {});
    await start(t, silent.threadId, other.messageId);
    vi.advanceTimersByTime(61_000);
    await t.finishInProgressScheduledFunctions();
    expect(await stateOf(t, live.threadId)).toBe("answered");
    expect(await failureOfCall(start(t, silent.threadId, other.messageId))).toMatchObject({ code: "approval_already_continued" });
    vi.advanceTimersByTime(11 * 60_000);
    expect(await start(t, silent.threadId, other.messageId)).toMatchObject({ order: 0 });
  });

  test("law 7: an abort keeps what approved tools gave, and who tries again does not run them again", async () => {
    const t = setup();
    const { threadId } = await asking(t, 2);
    const { messageId } = await respond(t, threadId, ["a0", "a1"]);
    const { streamId } = await start(t, threadId, messageId, {});
    const parts: StoredChunk[] = [
      { type: "start" },
      { type: "tool-output-available", toolCallId: "call-a0", output: { "~esc:%24paid": 5 } },
      { type: "tool-output-available", toolCallId: "call-a1", output: "soon", preliminary: true },
      { type: "start-step" }, { type: "text-start", id: "1" }, { type: "text-delta", id: "1", delta: "I paid" },
    ];
    await t.mutation(api.streams.addDelta, { streamId: streamId!, delta: { start: 0, end: parts.length, parts } });
    await t.mutation(api.streams.abort, { streamId: streamId!, reason: "stop" });
    expect((await textsOf(t, threadId)).at(-1)).toBe("I paid");
    const { turn } = await start(t, threadId, messageId, {});
    const results = unpackMessages(turn).flatMap(({ message }) => (message?.role === "tool" ? message.content : [])).filter((part) => part.type === "tool-result");
    expect(results).toEqual([{ type: "tool-result", toolCallId: "call-a0", toolName: "pay", output: { type: "json", value: { "~esc:%24paid": 5 } } }]);
  });
});

test("a person's answer to a call, saved without saying to what, joins the turn of the call", async () => {
  const t = setup();
  const { threadId } = await asking(t);
  await t.mutation(api.messages.addMessages, { threadId, messages: [{ message: { role: "user", content: "Hurry" } }] });
  const { messages } = await t.mutation(api.messages.addMessages, { threadId, messages: [result("a0")] });
  expect(messages).toMatchObject([{ order: 0, stepOrder: 2 }]);
});
