import type { FunctionArgs } from "convex/server";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unpackMessages } from "../shared/packedMessages.js";
import type { MessageDoc } from "../shared/validators/messageDoc.js";
import { api } from "./_generated/api.js";
import { failureOfCall, newThread, setup, type Component } from "../shared/testing/component.js";

const MODEL = "m";
const HIT = [1, 0];
const MISS = [0, 1];

type NewMessage = { message: { role: "user" | "assistant"; content: string }; vector?: number[]; userId?: string };

const say = (content: string, isHit = false): NewMessage => ({ message: { role: "user", content }, vector: isHit ? HIT : MISS });
const reply = (content: string, isHit = false): NewMessage => ({ message: { role: "assistant", content }, vector: isHit ? HIT : MISS });

/** Saves messages, each user message in a turn of its own, with their vectors. */
async function add(t: Component, threadId: string, messages: NewMessage[], userId?: string): Promise<MessageDoc[]> {
  const embeddings = { model: MODEL, vectors: messages.map(({ vector }) => vector ?? null) };
  const saved = await t.mutation(api.messages.addMessages, { threadId, userId, messages: messages.map(({ message }) => ({ message })), embeddings });
  return saved.messages;
}

type Ask = Partial<Parameters<typeof byVector>[1]>;

/** What is found by the vector of a hit. */
async function byVector(t: Component, args: { threadId?: string; userId?: string; limit?: number; beforeOrder?: number; targetMessageId?: string; messageRange?: { before: number; after: number }; excludeToolMessages?: boolean; text?: string; textSearch?: boolean }): Promise<MessageDoc[]> {
  const { threadId, userId, limit = 50, targetMessageId, textSearch = false } = args;
  const { vectorIds } = await t.action(api.search.nearest, { threadId, userId, limit, targetMessageId, model: MODEL, vector: HIT, vectorScoreThreshold: 0.5 });
  return unpackMessages(await t.query(api.search.find, { ...args, limit, textSearch, vectorIds }));
}

/** What is found by words. */
const byText = async (t: Component, args: Omit<FunctionArgs<typeof api.search.find>, "textSearch">): Promise<MessageDoc[]> => unpackMessages(await t.query(api.search.find, { ...args, textSearch: true }));

const textsOf = (docs: readonly MessageDoc[]) => docs.map(({ text }) => text);

describe("ranges around what is found", () => {
  const turns = fc.array(fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 10 });
  const range = fc.record({ before: fc.nat(4), after: fc.nat(4) });

  test("a match brings the messages before and after it and the rest of their turns, each once and in order, and nothing that the caller has", async () => {
    await fc.assert(
      fc.asyncProperty(turns, range, fc.option(fc.nat(12), { nil: undefined }), async (turnHits, messageRange, beforeOrder) => {
        const t = setup();
        const threadId = await newThread(t);
        const messages = turnHits.flatMap((hits, turn) => hits.map((isHit, step) => (step === 0 ? say : reply)(`${turn}.${step}`, isHit)));
        await add(t, threadId, messages);
        const found = await byVector(t, { threadId, messageRange, beforeOrder });
        expect(textsOf(found)).toEqual(expectedTexts(turnHits, messageRange, beforeOrder ?? Infinity));
      }),
      { numRuns: 60 },
    );
  });

  /** The same by counting in a list. */
  function expectedTexts(turnHits: boolean[][], { before, after }: { before: number; after: number }, beforeOrder: number): string[] {
    const all = turnHits.flatMap((hits, turn) => hits.map((isHit, step) => ({ turn, text: `${turn}.${step}`, isHit }))).filter(({ turn }) => turn < beforeOrder);
    const near = (index: number) => all.some((other, at) => other.isHit && index >= at - before && index <= at + after);
    if (before === 0 && after === 0) return all.filter(({ isHit }) => isHit).map(({ text }) => text);
    const wanted = new Set(all.filter((_, index) => near(index)).map(({ turn }) => turn));
    return all.filter(({ turn }) => wanted.has(turn)).map(({ text }) => text);
  }

  test("the limit counts matches, not what comes with them, and messages that the caller has take no place", async () => {
    const t = setup();
    const threadId = await newThread(t);
    await add(t, threadId, [say("old", true), say("other"), say("known", true), say("prompt", true)]);
    expect(textsOf(await byVector(t, { threadId, limit: 1, beforeOrder: 2 }))).toEqual(["old"]);
    expect(textsOf(await byVector(t, { threadId, limit: 1, beforeOrder: 2, messageRange: { before: 0, after: 1 } }))).toEqual(["old", "other"]);
  });

  test("before a target: nothing of its place or after it, what its turn held before included", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const saved = await add(t, threadId, [say("a", true), say("b", true), reply("c", true), reply("d", true), say("e", true)]);
    expect(textsOf(await byVector(t, { threadId, targetMessageId: saved[2]!._id }))).toEqual(["a", "b"]);
    expect(textsOf(await byVector(t, { threadId, targetMessageId: saved[2]!._id, messageRange: { before: 1, after: 9 } }))).toEqual(["a", "b"]);
  });
});

describe("law 3: tool calls come in pairs", () => {
  type Step = "user" | "text" | "tool";

  test("whatever is found and however wide the ranges are", async () => {
    const steps = fc.array(fc.tuple(fc.constantFrom<Step>("user", "text", "tool", "tool"), fc.boolean()), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(steps, fc.record({ before: fc.nat(3), after: fc.nat(3) }), fc.boolean(), async (script, messageRange, excludeToolMessages) => {
        const t = setup();
        const threadId = await newThread(t);
        await saveScript(t, threadId, script);
        const found = await byVector(t, { threadId, messageRange, excludeToolMessages });
        const parts = found.flatMap(({ message }) => (typeof message!.content === "string" ? [] : (message!.content as { type: string; toolCallId?: string }[])));
        const idsOf = (type: string) => parts.flatMap((part) => (part.type === type ? [part.toolCallId] : []));
        expect(idsOf("tool-result")).toEqual(idsOf("tool-call"));
        expect(excludeToolMessages ? idsOf("tool-call") : []).toEqual([]);
        expect(found.length > 0).toBe(script.some(([, isHit]) => isHit));
      }),
      { numRuns: 40 },
    );
  });

  async function saveScript(t: Component, threadId: string, script: [Step, boolean][]): Promise<void> {
    const messages = script.flatMap(([step, isHit], index): { message: never; vector: number[] | null }[] => {
      const vector = isHit ? HIT : MISS;
      const pair = { toolCallId: `call-${index}`, toolName: "look" };
      const text = { type: "text", text: `step ${index}` };
      const of = (message: object, own: number[] | null) => ({ message: message as never, vector: own });
      if (step === "user") return [of({ role: "user", content: `step ${index}` }, vector)];
      if (step === "text") return [of({ role: "assistant", content: `step ${index}` }, vector)];
      return [
        of({ role: "assistant", content: [text, { type: "tool-call", ...pair, input: {} }] }, vector),
        of({ role: "tool", content: [{ type: "tool-result", ...pair, output: { type: "text", value: "seen" } }] }, null),
      ];
    });
    await t.mutation(api.messages.addMessages, { threadId, messages: messages.map(({ message }) => ({ message })), embeddings: { model: MODEL, vectors: messages.map(({ vector }) => vector) } });
  }
});

describe("whose messages are found", () => {
  const USERS = ["ada", "bob"];

  test("in a thread only its own, for a user only theirs, whatever else is there", async () => {
    const threads = fc.array(fc.record({ userId: fc.constantFrom(...USERS), said: fc.array(fc.record({ isHit: fc.boolean(), by: fc.constantFrom(...USERS) }), { maxLength: 5 }) }), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(threads, fc.record({ before: fc.nat(2), after: fc.nat(2) }), async (script, messageRange) => {
        const t = setup();
        const ids: string[] = [];
        for (const { userId, said } of script) {
          const threadId = await newThread(t, userId);
          ids.push(threadId);
          for (const { isHit, by } of said) await add(t, threadId, [say("word", isHit)], by);
        }
        const text = { text: "word", textSearch: true };
        for (const [index, threadId] of ids.entries()) {
          const found = await byVector(t, { threadId, messageRange, ...text });
          expect(found.length).toBe(script[index]!.said.length);
          expect(found.every((doc) => doc.threadId === threadId)).toBe(true);
        }
        for (const userId of USERS) {
          const found = await byVector(t, { threadId: ids[0]!, userId, messageRange, ...text });
          expect(found.every((doc) => doc.userId === userId)).toBe(true);
          expect(found.length).toBe(script.flatMap(({ said }) => said).filter(({ by }) => by === userId).length);
        }
      }),
      { numRuns: 25 },
    );
  });

  // get-convex/agent 256
  test("orders of different threads are never compared: an early prompt finds late messages of another thread", async () => {
    const t = setup();
    const [old, current] = [await newThread(t, "ada"), await newThread(t, "ada")];
    await add(t, old, [say("x"), say("y"), say("z"), say("espresso", true), say("after")]);
    const [prompt] = await add(t, current, [say("espresso", true)]);
    const ask = { threadId: current, userId: "ada", targetMessageId: prompt!._id, beforeOrder: 0 };
    expect(textsOf(await byVector(t, ask))).toEqual(["espresso"]);
    expect(textsOf(await byVector(t, { ...ask, messageRange: { before: 1, after: 1 } }))).toEqual(["z", "espresso", "after"]);
    const words = await byText(t, { ...ask, text: "espresso", limit: 5 });
    expect(words.map(({ threadId }) => threadId)).toEqual([old]);
  });

  test("threads come one after another, the one with the oldest find first", async () => {
    const t = setup();
    const [one, two] = [await newThread(t, "ada"), await newThread(t, "ada")];
    await add(t, two, [say("1", true)]);
    await add(t, one, [say("2", true)]);
    await add(t, two, [say("3", true)]);
    await add(t, one, [say("4", true)]);
    expect(textsOf(await byVector(t, { userId: "ada" }))).toEqual(["1", "3", "2", "4"]);
  });

  test("without a thread and a user there is nothing to search, and a thread that is none is named", async () => {
    const t = setup();
    expect(await byVector(t, {})).toEqual([]);
    expect(await byText(t, { text: "x", limit: 3 })).toEqual([]);
    expect(await failureOfCall(byText(t, { threadId: "nobody", text: "x", limit: 3 }))).toMatchObject({ code: "thread_not_found" });
  });
});

describe("what is found", () => {
  test("by words: the text that was given, or that of the target", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const saved = await add(t, threadId, [say("I like tea"), say("Rain again"), say("what about tea?")]);
    expect(textsOf(await byText(t, { threadId, targetMessageId: saved[2]!._id, limit: 5 }))).toEqual(["I like tea"]);
    expect(textsOf(await byText(t, { threadId, text: "RAIN!", limit: 5 }))).toEqual(["Rain again"]);
    expect(await byText(t, { threadId, text: "…", limit: 5 })).toEqual([]);
    expect(await byText(t, { threadId, text: "tea", limit: 0 })).toEqual([]);
  });

  test("by both: what words and meaning agree on comes before what only one finds", async () => {
    const t = setup();
    const threadId = await newThread(t);
    await add(t, threadId, [say("by meaning only", true), say("a cup of tea"), say("tea, by both", true)]);
    const ask = { threadId, text: "tea", textSearch: true };
    expect(textsOf(await byVector(t, { ...ask, limit: 1 }))).toEqual(["tea, by both"]);
    expect(textsOf(await byVector(t, { ...ask, limit: 9 }))).toEqual(["by meaning only", "a cup of tea", "tea, by both"]);
  });

  test("messages that failed or are still being made are not", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const messages = (["pending", "failed", "success"] as const).map((status) => ({ message: { role: "assistant" as const, content: `tea ${status}` }, status }));
    await t.mutation(api.messages.addMessages, { threadId, messages, embeddings: { model: MODEL, vectors: [HIT, HIT, HIT] } });
    expect(textsOf(await byVector(t, { threadId }))).toEqual(["tea success"]);
    expect(textsOf(await byText(t, { threadId, text: "tea", limit: 5 }))).toEqual(["tea success"]);
  });

  test("the target's own vector serves when it is of this model; otherwise the caller is told that one is needed", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const [, prompt, bare] = await add(t, threadId, [say("old", true), say("prompt", true), { message: { role: "user", content: "no vector" } }]);
    const ask = (targetMessageId: string, model: string) => t.action(api.search.nearest, { threadId, targetMessageId, model, limit: 1 });
    const { needsVector, vectorIds } = await ask(prompt!._id, MODEL);
    expect(needsVector).toBe(false);
    expect(textsOf(unpackMessages(await t.query(api.search.find, { threadId, targetMessageId: prompt!._id, limit: 1, textSearch: false, vectorIds })))).toEqual(["old"]);
    const none = { needsVector: true, vectorIds: [], vectorScores: [] };
    expect(await ask(prompt!._id, "newer")).toEqual(none);
    expect(await ask(bare!._id, MODEL)).toEqual(none);
  });

  test("a deleted message is not, and leaves no gap", async () => {
    const t = setup();
    const threadId = await newThread(t);
    const saved = await add(t, threadId, [say("a"), say("b", true), say("c"), say("d", true)]);
    await t.mutation(api.messages.deleteByIds, { messageIds: [saved[1]!._id, saved[2]!._id] });
    const ask: Ask = { threadId, messageRange: { before: 1, after: 1 } };
    expect(textsOf(await byVector(t, ask))).toEqual(["a", "d"]);
  });
});
