import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { api } from "./_generated/api.js";
import { countRows, newThread, setup, type Component } from "../shared/testing/component.js";
import type { Message } from "../shared/validators/message.js";
import type { MessageDoc } from "../shared/validators/messageDoc.js";

const result = (toolCallId: string, value: string, toolName = "look") => ({ type: "tool-result" as const, toolCallId, toolName, output: { type: "text" as const, value } });
const call = (toolCallId: string, toolName = "look") => ({ type: "tool-call" as const, toolCallId, toolName, input: { at: toolCallId } });

/** What one save of a reply holds: a step with its results, in their calls' order or not, or something said. */
const reply = fc.oneof(
  fc.record({ calls: fc.integer({ min: 1, max: 3 }), isTurned: fc.boolean(), said: fc.option(fc.constantFrom("a", "b"), { nil: undefined }) }).map(({ calls, isTurned, said }): Message[] => {
    const ids = Array.from({ length: calls }, (_, index) => `call ${index}`);
    const text = said === undefined ? [] : [{ type: "text" as const, text: said }];
    return [
      { role: "assistant", content: [...text, ...ids.map((id) => call(id))] },
      { role: "tool", content: (isTurned ? ids.toReversed() : ids).map((id) => result(id, `of ${id}`)) },
    ];
  }),
  fc.constant<Message[]>([{ role: "assistant", content: "said" }]),
);

type Change = { at: number; kind: "delete" | "replace" | "fail" | "range"; length: number };
const change = fc.record({ at: fc.nat(), kind: fc.constantFrom("delete" as const, "replace" as const, "fail" as const, "range" as const), length: fc.nat(2) });

async function listed(t: Component, threadId: string): Promise<MessageDoc[]> {
  const { page } = await t.query(api.messages.listMessagesByThreadId, { threadId, order: "asc", paginationOpts: { cursor: null, numItems: 1000 } });
  return page;
}

const inShort = ({ _id, order, stepOrder, message, status, tool, agentName, model, provider }: MessageDoc) => ({ _id, order, stepOrder, message, status, tool, agentName, model, provider });

/** Makes a change, and says what the list of messages should be after it. */
async function make(t: Component, { threadId, before, change: { at, kind, length } }: { threadId: string; before: MessageDoc[]; change: Change }): Promise<MessageDoc[]> {
  const index = at % before.length;
  const doc = before[index]!;
  switch (kind) {
    case "delete":
      await t.mutation(api.messages.deleteByIds, { messageIds: [doc._id] });
      return before.filter(({ _id }) => _id !== doc._id);
    case "fail":
      await t.mutation(api.messages.updateMessage, { messageId: doc._id, patch: { status: "failed", error: "no" } });
      return before.with(index, { ...doc, status: "failed" });
    case "replace": {
      const message: Message = doc.message?.role === "tool" ? { role: "tool", content: [result("call 0", "another")] } : { role: "assistant", content: [{ type: "text", text: "another" }] };
      await t.mutation(api.messages.updateMessage, { messageId: doc._id, patch: { message } });
      return before.with(index, { ...doc, message, tool: message.role === "tool" });
    }
    case "range": {
      const last = before[Math.min(index + length, before.length - 1)]!;
      const end = { endOrder: last.order, endStepOrder: last.stepOrder + 1 };
      await t.mutation(api.messages.deleteByOrder, { threadId, startOrder: doc.order, startStepOrder: doc.stepOrder, ...end });
      return before.filter((_, place) => place < index || place > before.indexOf(last));
    }
    default:
      return kind satisfies never;
  }
}

describe("messages that lie in one row", () => {
  test("are listed, found, changed and deleted one by one, under ids that stay", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(reply, { minLength: 1, maxLength: 4 }), fc.array(change, { maxLength: 5 }), async (replies, changes) => {
        const t = setup();
        const threadId = await newThread(t);
        const { messages: [prompt] } = await t.mutation(api.messages.addMessages, { threadId, messages: [{ message: { role: "user", content: "hi" } }] });
        let expected: MessageDoc[] = [];
        for (const said of replies) {
          const { messages } = await t.mutation(api.messages.addMessages, { threadId, agentName: "ann", promptMessageId: prompt!._id, messages: said.map((message) => ({ message, model: "m", provider: "p" })) });
          expect(messages.map(({ message }) => message)).toEqual(said);
          expected.push(...messages);
        }
        expected = [prompt!, ...expected];
        for (const one of changes) {
          if (expected.length > 0) expected = await make(t, { threadId, before: expected, change: one });
          const now = await listed(t, threadId);
          expect(now.map(inShort)).toEqual(expected.map(inShort));
          const found = await t.query(api.messages.getMessagesByIds, { messageIds: now.map(({ _id }) => _id) });
          expect(found).toEqual(now);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("are a step and its results, which cost one document; what is not complete or waits lies apart", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const add = (messages: Message[]) => t.mutation(api.messages.addMessages, { threadId, messages: messages.map((message) => ({ message })) });
    const rows = async () => (await countRows(t))["messages"] ?? 0;
    await add([{ role: "assistant", content: [call("1")] }, { role: "tool", content: [result("1", "one")] }]);
    expect(await rows()).toBe(1);
    await add([{ role: "assistant", content: [call("2")] }, { role: "tool", content: [result("another", "one")] }]);
    expect(await rows()).toBe(3);
    await add([{ role: "assistant", content: [call("3"), { type: "tool-approval-request", approvalId: "a", toolCallId: "3" }] }, { role: "tool", content: [result("3", "one")] }]);
    expect(await rows()).toBe(5);
  });

  test("large results lie apart; those that become larger than a document stay whole, and go with their call", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const save = async (value: string) => (await t.mutation(api.messages.addMessages, { threadId, messages: [{ message: { role: "assistant", content: [call("1")] } }, { message: { role: "tool", content: [result("1", value)] } }] })).messages;
    const apart = await save("x".repeat(40_000));
    expect(await countRows(t)).toMatchObject({ messages: 2 });
    await t.mutation(api.messages.deleteByIds, { messageIds: apart.map(({ _id }) => _id) });
    const [asked, given] = await save("small");
    const message: Message = { role: "tool", content: [result("1", "x".repeat(1_500_000))] };
    await t.mutation(api.messages.updateMessage, { messageId: given!._id, patch: { message } });
    expect((await listed(t, threadId)).map((doc) => doc.message)).toEqual([asked!.message, message]);
    await t.mutation(api.messages.updateMessage, { messageId: asked!._id, patch: { status: "failed" } });
    expect((await listed(t, threadId)).map((doc) => [doc.message, doc.status])).toEqual([[asked!.message, "failed"], [message, "success"]]);
    await t.mutation(api.messages.deleteByIds, { messageIds: [asked!._id] });
    expect((await listed(t, threadId)).map(inShort)).toEqual([inShort({ ...given!, message })]);
    await t.mutation(api.messages.deleteByIds, { messageIds: [given!._id] });
    expect(await listed(t, threadId)).toEqual([]);
    const { messages = 0, overflows = 0 } = await countRows(t);
    expect([messages, overflows]).toEqual([0, 0]);
  });

  test("an answer can be given to either", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const { messages } = await t.mutation(api.messages.addMessages, { threadId, messages: [{ message: { role: "assistant", content: [call("1")] } }, { message: { role: "tool", content: [result("1", "one")] } }] });
    for (const { _id, order } of messages) {
      const { messages: [answer] } = await t.mutation(api.messages.addMessages, { threadId, promptMessageId: _id, messages: [{ message: { role: "assistant", content: "yes" } }] });
      expect(answer!.order).toBe(order);
    }
    expect((await listed(t, threadId)).map(({ stepOrder }) => stepOrder)).toEqual([0, 1, 2, 3]);
  });
});
