import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { api } from "./_generated/api.js";
import { countRows, failureOfCall, newThread, setup, type Component } from "../shared/testing/component.js";

const say = (content: string) => ({ message: { role: "user" as const, content } });
const reply = (content: string) => ({ message: { role: "assistant" as const, content } });

async function add(t: Component, threadId: string, args: { promptMessageId?: string; messages: ReturnType<typeof say | typeof reply>[] }) {
  return (await t.mutation(api.messages.addMessages, { threadId, ...args })).messages;
}

describe("law 1: order", () => {
  test("places are unique and without gaps in their turn, whoever saves at the same time", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const [prompt] = await add(t, threadId, { messages: [say("first")] });
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        add(t, threadId, index % 2 === 0 ? { messages: [say(`turn ${index}`)] } : { promptMessageId: prompt!._id, messages: [reply("a"), reply("b")] }),
      ),
    );
    const { page } = await t.query(api.messages.listMessagesByThreadId, { threadId, order: "asc", paginationOpts: { cursor: null, numItems: 1000 } });
    expect(page).toHaveLength(31);
    const places = page.map(({ order, stepOrder }) => `${order}.${stepOrder}`);
    expect(new Set(places).size).toBe(31);
    expect(page.filter(({ order }) => order === 0).map(({ stepOrder }) => stepOrder)).toEqual(Array.from({ length: 21 }, (_, index) => index));
    expect([...new Set(page.map(({ order }) => order))]).toEqual(Array.from({ length: 11 }, (_, index) => index));
  });

  test("messages saved together: each user message opens a turn, replies join the one before", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const saved = await add(t, threadId, { messages: [say("a"), reply("b"), say("c"), reply("d")] });
    expect(saved.map(({ order, stepOrder }) => [order, stepOrder])).toEqual([[0, 0], [0, 1], [1, 0], [1, 1]]);
  });

  test("messages belong to the thread's user unless the call names one", async () => {
    const t = setup();
    const threadId = await newThread(t, "ada");
    const [message] = await add(t, threadId, { messages: [say("a")] });
    expect(message?.userId).toBe("ada");
  });
});

describe("law 2: pages by turn", () => {
  interface Turn {
    replies: number;
  }
  const turns = fc.array(fc.record({ replies: fc.nat(4) }) satisfies fc.Arbitrary<Turn>, { maxLength: 8 });

  async function addTurn(t: Component, threadId: string, { replies }: Turn): Promise<void> {
    const [prompt] = await add(t, threadId, { messages: [say("prompt")] });
    if (replies > 0) await add(t, threadId, { promptMessageId: prompt!._id, messages: Array.from({ length: replies }, () => reply("answer")) });
  }

  test("pages, read while messages are added, cut no turn, and the pages between fixed cursors hold every message once", async () => {
    await fc.assert(
      fc.asyncProperty(turns, turns, fc.integer({ min: 1, max: 5 }), fc.constantFrom("asc" as const, "desc" as const), async (before, during, numItems, order) => {
        const t = setup();
        const threadId = await newThread(t);
        for (const turn of before) await addTurn(t, threadId, turn);
        const edges: (string | null)[] = [null];
        const later = [...during];
        for (let isDone = false; !isDone; ) {
          const page = await t.query(api.messages.listMessagesByThreadId, { threadId, order, paginationOpts: { cursor: edges.at(-1) ?? null, numItems } });
          expect(page.isDone || page.page.length >= numItems).toBe(true);
          edges.push(page.continueCursor);
          isDone = page.isDone;
          const turn = later.shift();
          if (turn !== undefined) await addTurn(t, threadId, turn);
        }
        const pages = [];
        for (const [index, cursor] of edges.slice(0, -1).entries()) {
          const endCursor = edges[index + 1] ?? null;
          pages.push(await t.query(api.messages.listMessagesByThreadId, { threadId, order, paginationOpts: { cursor, endCursor, numItems } }));
        }
        const rest = order === "asc" ? [await t.query(api.messages.listMessagesByThreadId, { threadId, order, paginationOpts: { cursor: edges.at(-1) ?? null, numItems: 1000 } })] : [];
        const all = await t.query(api.messages.listMessagesByThreadId, { threadId, order, paginationOpts: { cursor: null, numItems: 1000 } });
        expect([...pages, ...rest].flatMap(({ page }) => page.map(({ _id }) => _id))).toEqual(all.page.map(({ _id }) => _id));
        const turnsOfPages = pages.map(({ page }) => new Set(page.map((message) => message.order)));
        for (const [index, one] of turnsOfPages.entries()) for (const other of turnsOfPages.slice(index + 1)) expect([...one].filter((turn) => other.has(turn))).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  test("a page of nothing reads nothing and ends nothing", async () => {
    const t = setup();
    const threadId = await newThread(t);
    await add(t, threadId, { messages: [say("a")] });
    const page = await t.query(api.messages.listMessagesByThreadId, { threadId, order: "desc", paginationOpts: { cursor: null, numItems: 0 } });
    expect(page).toMatchObject({ page: [], isDone: false });
  });

  test("up to a message means nothing after it, in its turn and in the thread", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const saved = await add(t, threadId, { messages: [say("a"), reply("b"), reply("c"), say("d")] });
    const { page } = await t.query(api.messages.listMessagesByThreadId, { threadId, order: "asc", paginationOpts: { cursor: null, numItems: 100 }, upToAndIncludingMessageId: saved[1]!._id });
    expect(page.map(({ text }) => text)).toEqual(["a", "b"]);
  });

  test("a cursor that is none is refused by name", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const call = t.query(api.messages.listMessagesByThreadId, { threadId, order: "desc", paginationOpts: { cursor: "nonsense", numItems: 5 } });
    expect(await failureOfCall(call)).toMatchObject({ code: "invalid_cursor", cursor: "nonsense" });
  });
});

describe("bad input", () => {
  test.each([
    ["nobody's id", "no-such-thread"],
    ["an empty text", ""],
  ])("a thread id that is %s is refused, and the failure names it", async (_case, threadId) => {
    const t = setup();
    expect(await failureOfCall(add(t, threadId, { messages: [say("a")] }))).toMatchObject({ code: "thread_not_found", threadId });
  });

  test("the id of another table is no thread's", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const [message] = await add(t, threadId, { messages: [say("a")] });
    expect(await failureOfCall(add(t, message!._id, { messages: [say("a")] }))).toMatchObject({ code: "thread_not_found" });
    expect(await failureOfCall(t.query(api.streams.list, { threadId: message!._id }))).toMatchObject({ code: "thread_not_found" });
  });

  test("a prompt of another thread is refused", async () => {
    const t = setup();
    const [one, other] = [await newThread(t), await newThread(t)];
    const [message] = await add(t, one, { messages: [say("a")] });
    expect(await failureOfCall(add(t, other, { promptMessageId: message!._id, messages: [reply("b")] }))).toMatchObject({ code: "message_in_other_thread" });
  });

  test.each([["", "empty_message"], ["  \n", "empty_message"], ["half \ud83d of it", "invalid_text"], ["x".repeat(1_100_000), "message_too_large"], ["漢".repeat(400_000), "message_too_large"]])(
    "a prompt that cannot be stored is refused with its reason, and nothing is saved",
    async (content, code) => {
      const t = setup();
      const threadId = await newThread(t);
      expect(await failureOfCall(add(t, threadId, { messages: [say("before"), say(content)] }))).toMatchObject({ code });
      expect(await countRows(t)).toEqual({ threads: 1, threadActivity: 1 });
    },
  );

  test("emoji, combined characters and other scripts are stored as they are", async () => {
    const t = setup();
    const threadId = await newThread(t);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", minLength: 1 }), async (text) => {
        const [saved] = await add(t, threadId, { messages: [say(`> ${text}`)] });
        const [read] = await t.query(api.messages.getMessagesByIds, { messageIds: [saved!._id] });
        expect(read?.message).toEqual({ role: "user", content: `> ${text}` });
      }),
      { numRuns: 30 },
    );
  });
});

describe("replies of any size", () => {
  const big = `${"an answer that goes on 😀 ".repeat(80_000)}end`;

  test("a reply larger than a document is saved whole, read whole and deleted whole", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const content = [{ type: "text" as const, text: big }, { type: "hologram", data: "z".repeat(900_000) } as never];
    const [prompt] = await add(t, threadId, { messages: [say("go on")] });
    const { messages } = await t.mutation(api.messages.addMessages, { threadId, promptMessageId: prompt!._id, messages: [{ message: { role: "assistant", content } }] });
    const { page } = await t.query(api.messages.listMessagesByThreadId, { threadId, order: "desc", paginationOpts: { cursor: null, numItems: 10 } });
    expect(page[0]?.message).toEqual({ role: "assistant", content });
    expect(page[0]?.text === big).toBe(true);
    expect((await countRows(t)).overflows).toBeGreaterThan(5);
    await t.mutation(api.messages.updateMessage, { messageId: messages[0]!._id, patch: { message: { role: "assistant", content: "short" } } });
    expect(await countRows(t)).toEqual({ threads: 1, threadActivity: 1, messages: 2 });
  });

  test("past what a transaction can write the failure names the limit", async () => {
    const t = setup();
    const threadId = await newThread(t);
    expect(await failureOfCall(add(t, threadId, { messages: [reply("x".repeat(6_100_000))] }))).toMatchObject({ code: "message_too_large", limitBytes: 6_000_000 });
  });
});

describe("changes and deletion", () => {
  test("a patch changes what it names; new content replaces the old in full", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const [message] = await t.mutation(api.messages.addMessages, { threadId, messages: [{ ...reply("old"), model: "m", status: "pending" as const }] }).then(({ messages }) => messages);
    const messageId = message!._id;
    expect(await t.mutation(api.messages.updateMessage, { messageId, patch: { status: "failed", error: "why" } })).toMatchObject({ text: "old", status: "failed", error: "why", model: "m" });
    const changed = await t.mutation(api.messages.updateMessage, { messageId, patch: { message: { role: "assistant", content: [{ type: "file", data: "https://example.com/a.png", mediaType: "image/png" }] } } });
    expect(changed.text).toBeUndefined();
    expect(changed).toMatchObject({ status: "failed", model: "m" });
  });

  test("a pending message is filled in its place, and others of the turn that are pending are failed", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const [prompt] = await add(t, threadId, { messages: [say("q")] });
    const pending = { ...reply(""), status: "pending" as const };
    const { messages } = await t.mutation(api.messages.addMessages, { threadId, promptMessageId: prompt!._id, messages: [pending, pending] });
    await t.mutation(api.messages.addMessages, { threadId, promptMessageId: prompt!._id, pendingMessageId: messages[0]!._id, failPendingSteps: true, messages: [reply("done")] });
    const { page } = await t.query(api.messages.listMessagesByThreadId, { threadId, order: "asc", paginationOpts: { cursor: null, numItems: 9 } });
    expect(page.map(({ text, status }) => [text, status])).toEqual([["q", "success"], ["done", "success"], ["", "failed"]]);
  });

  test("a range is deleted from its start up to but without its end", async () => {
    const t = setup();
    const threadId = await newThread(t);
    await add(t, threadId, { messages: [say("a"), reply("b"), reply("c"), say("d"), reply("e"), say("f")] });
    await t.mutation(api.messages.deleteByOrder, { threadId, startOrder: 0, startStepOrder: 1, endOrder: 1, endStepOrder: 1 });
    const { page } = await t.query(api.messages.listMessagesByThreadId, { threadId, order: "asc", paginationOpts: { cursor: null, numItems: 9 } });
    expect(page.map(({ text }) => text)).toEqual(["a", "e", "f"]);
  });
});
