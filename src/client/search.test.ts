// @vitest-environment edge-runtime
import { convexTest } from "convex-test";
import { componentsGeneric, defineSchema, type GenericActionCtx, type GenericDataModel } from "convex/server";
import { convexToJson, type Value } from "convex/values";
import { describe, expect, test, vi } from "vitest";
import { register } from "../test.js";
import { Agent } from "./agent.js";
import type { AgentOptions, ContextOptions } from "./agentOptions.js";
import type { AgentComponent } from "./ctx.js";
import { embedMessages, generateAndSaveEmbeddings } from "./context/embed.js";
import { fetchRecentAndSearchMessages } from "./context/fetch.js";
import { fetchContextWithPrompt } from "./context/fetchWithPrompt.js";
import { listMessages } from "./listMessages.js";
import { saveMessage, saveMessages } from "./messages.js";
import { listStreams } from "./streaming/syncStreams.js";
import { scriptedEmbeddingModel, type ScriptedEmbeddingOptions } from "./testing/scriptedEmbedding.js";
import { scriptedModel } from "./testing/scriptedModel.js";
import { createThread } from "./threads.js";

/** What `components.agent` of an app's generated code is. */
const component = componentsGeneric().agent as unknown as AgentComponent;

type Ctx = GenericActionCtx<GenericDataModel>;

/** The calls to the component, `module.function`, and what their arguments and results take as JSON. */
type Calls = { names: string[]; bytes: number };

const path = Symbol.for("toReferencePath");

/** Runs `run` in an action of an app that has the component, and counts its calls. */
async function inAction<T>(run: (ctx: Ctx, calls: Calls) => Promise<T>): Promise<T> {
  const t = convexTest(defineSchema({}), { "./convex/_generated/api.js": async () => ({}) });
  register(t);
  return (await t.action(async (ctx) => {
    const calls: Calls = { names: [], bytes: 0 };
    const counted = (kind: "runQuery" | "runMutation" | "runAction") => async (reference: never, args: never) => {
      calls.names.push(String(reference[path]).split("/").slice(3).join("."));
      const result = await (ctx[kind] as (r: never, a: never) => Promise<unknown>)(reference, args);
      calls.bytes += sizeOf(args) + sizeOf(result);
      return result;
    };
    const counting = { ...ctx, runQuery: counted("runQuery"), runMutation: counted("runMutation"), runAction: counted("runAction") };
    return run(counting as unknown as Ctx, calls);
  })) as T;
}

function sizeOf(value: unknown): number {
  const defined: unknown = withoutUndefined(value);
  return JSON.stringify(convexToJson((defined ?? null) as Value)).length;
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null || value instanceof ArrayBuffer) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, withoutUndefined(item)]])));
}

const hybrid: ContextOptions = { recentMessages: 2, searchOptions: { limit: 1, textSearch: true, vectorSearch: true, messageRange: { before: 0, after: 1 } } };

function agentOf({ embedding = {}, ...options }: Partial<AgentOptions> & { embedding?: ScriptedEmbeddingOptions } = {}) {
  const model = scriptedModel({ steps: [["It was espresso."]] });
  const embeddingModel = scriptedEmbeddingModel({ dimension: 64, ...embedding });
  const agent = new Agent(component, { name: "Tester", languageModel: model, embeddingModel, contextOptions: hybrid, ...options });
  return { agent, model, embeddingModel };
}

/** A thread with an old conversation about coffee and newer talk. */
async function coffeeThread(ctx: Ctx, agent: Agent, userId?: string): Promise<string> {
  const threadId = await createThread(ctx, component, { userId });
  const messages = ["My favourite drink is espresso", "Noted", "How is the weather", "Sunny", "And tomorrow", "Rain"];
  await agent.saveMessages(ctx, { threadId, messages: messages.map((content, index) => ({ role: index % 2 === 0 ? "user" : "assistant", content })) });
  return threadId;
}

const docsOf = async (ctx: Ctx, threadId: string) =>
  (await listMessages(ctx, component, { threadId, paginationOpts: { cursor: null, numItems: 100 } })).page.toReversed();
const shownTo = (model: ReturnType<typeof scriptedModel>) =>
  model.calls.at(-1)!.prompt.map(({ content }) => (typeof content === "string" ? content : content.map((part) => ("text" in part ? part.text : "")).join("")));

describe("a generation that searches", () => {
  test("is three calls and two embedding calls: each text is embedded once, and vectors are saved with the answer", async () => {
    await inAction(async (ctx, calls) => {
      const { agent, model, embeddingModel } = agentOf();
      const threadId = await coffeeThread(ctx, agent);
      const before = embeddingModel.calls.length;
      calls.names.length = 0;
      await agent.generateText(ctx, { threadId }, { prompt: "What is my favourite drink" });
      expect(calls.names).toEqual(["generations.start", "search.nearest", "search.find", "generations.saveStep"]);
      expect(embeddingModel.calls.slice(before)).toEqual([["What is my favourite drink"], ["It was espresso."]]);
      expect(shownTo(model)).toEqual(["My favourite drink is espresso", "Noted", "And tomorrow", "Rain", "What is my favourite drink"]);
      const docs = await docsOf(ctx, threadId);
      expect(docs.every(({ embeddingId }) => embeddingId !== undefined)).toBe(true);
    });
  });

  test("sends little between calls: 1,536 numbers are no burden", async () => {
    await inAction(async (ctx, calls) => {
      const { agent } = agentOf({ embedding: { dimension: 1536, embed: (text) => Array.from({ length: 1536 }, (_, index) => Math.sin(index * (text.length + 1))) } });
      const threadId = await coffeeThread(ctx, agent);
      calls.bytes = 0;
      await agent.generateText(ctx, { threadId }, { prompt: "What is my favourite drink" }, { contextOptions: { searchOptions: { limit: 10, textSearch: true, vectorSearch: true } } });
      expect(calls.bytes).toBeLessThan(40_000);
    });
  });

  test("by words alone needs no embedding model", async () => {
    await inAction(async (ctx, calls) => {
      const { agent, model } = agentOf({ embeddingModel: undefined, contextOptions: { recentMessages: 0, searchOptions: { limit: 1, textSearch: true } } });
      const threadId = await coffeeThread(ctx, agent);
      calls.names.length = 0;
      await agent.generateText(ctx, { threadId }, { prompt: "espresso?" });
      expect(calls.names).toEqual(["generations.start", "search.find", "generations.saveStep"]);
      expect(shownTo(model)).toEqual(["My favourite drink is espresso", "Noted", "espresso?"]);
    });
  });

  test("answers a saved prompt: one that has no vector is embedded once, then and never again", async () => {
    await inAction(async (ctx, calls) => {
      const { agent, embeddingModel } = agentOf();
      const threadId = await coffeeThread(ctx, agent);
      const { messageId } = await saveMessage(ctx, component, { threadId, prompt: "What is my favourite drink" });
      const before = embeddingModel.calls.length;
      await agent.generateText(ctx, { threadId }, { promptMessageId: messageId });
      expect(embeddingModel.calls.slice(before)).toEqual([["What is my favourite drink"], ["It was espresso."]]);
      calls.names.length = 0;
      await agent.generateText(ctx, { threadId }, { promptMessageId: messageId });
      expect(embeddingModel.calls.slice(before + 2)).toEqual([["It was espresso."]]);
      expect(calls.names).toEqual(["generations.start", "search.nearest", "search.find", "generations.saveStep"]);
    });
  });

  test("embeds a saved prompt anew when its vector is of another model", async () => {
    await inAction(async (ctx) => {
      const threadId = await coffeeThread(ctx, agentOf({ embedding: { modelId: "older" } }).agent);
      const { agent, model, embeddingModel } = agentOf();
      const { messageId } = await saveMessage(ctx, component, { threadId, prompt: "favourite drink", embedding: { model: "older", vector: [1, 2, 3] } });
      await agent.generateText(ctx, { threadId }, { promptMessageId: messageId });
      expect(embeddingModel.calls[0]).toEqual(["favourite drink"]);
      expect(shownTo(model).at(-1)).toBe("favourite drink");
    });
  });

  test("shows a contextHandler what was found apart from what is recent, and nothing twice", async () => {
    await inAction(async (ctx) => {
      const seen: { search: number; recent: number; all: number }[] = [];
      const { agent } = agentOf({
        contextOptions: { recentMessages: 3, searchOptions: { limit: 10, vectorSearch: true, vectorScoreThreshold: -1 } },
        contextHandler: (_ctx, { search, recent, allMessages }) => {
          seen.push({ search: search.length, recent: recent.length, all: new Set(allMessages.map(({ content }) => JSON.stringify(content))).size });
          return allMessages;
        },
      });
      const threadId = await coffeeThread(ctx, agent);
      await agent.generateText(ctx, { threadId }, { prompt: "Something else" });
      expect(seen).toEqual([{ search: 2, recent: 4, all: 7 }]);
    });
  });

  test("finds what the user said in other threads, and nobody else's", async () => {
    await inAction(async (ctx) => {
      const { agent, model } = agentOf({ contextOptions: { ...hybrid, searchOtherThreads: true } });
      await coffeeThread(ctx, agent, "ada");
      const adas = await createThread(ctx, component, { userId: "ada" });
      await agent.generateText(ctx, { threadId: adas }, { prompt: "favourite drink" });
      expect(shownTo(model)).toEqual(["My favourite drink is espresso", "Noted", "favourite drink"]);
      const bobs = await createThread(ctx, component, { userId: "bob" });
      await agent.generateText(ctx, { threadId: bobs }, { prompt: "favourite drink" });
      expect(shownTo(model)).toEqual(["favourite drink"]);
      await agent.generateText(ctx, { userId: "ada" }, { prompt: "is espresso my drink" });
      expect(shownTo(model)).toEqual(["My favourite drink is espresso", "Noted", "is espresso my drink"]);
    });
  });

  test("does not find the messages that the call itself brings and saves", async () => {
    await inAction(async (ctx) => {
      const { agent, model } = agentOf({ contextOptions: { recentMessages: 0, searchOptions: { limit: 5, textSearch: true } } });
      const threadId = await createThread(ctx, component);
      const messages = [{ role: "user" as const, content: "tea one" }, { role: "assistant" as const, content: "tea two" }];
      await agent.generateText(ctx, { threadId }, { messages, prompt: "tea three" }, { storageOptions: { saveMessages: "all" } });
      expect(shownTo(model)).toEqual(["tea one", "tea two", "tea three"]);
    });
  });

  test("by vectors without an embedding model ends as failed and says what is missing", async () => {
    await inAction(async (ctx) => {
      const { agent } = agentOf({ embeddingModel: undefined });
      const threadId = await createThread(ctx, component);
      await expect(agent.streamText(ctx, { threadId }, { prompt: "Hi" }, { saveStreamDeltas: true })).rejects.toThrow('the agent "Tester" has no embedding model');
      expect(await listStreams(ctx, component, { threadId })).toEqual([]);
    });
  });

  test("fails with the embedding model's error when that fails before the answer", async () => {
    await inAction(async (ctx) => {
      const broken = agentOf({ embedding: { embed: () => { throw new Error("no quota"); } }, callSettings: { maxRetries: 0 } });
      const threadId = await createThread(ctx, component);
      await expect(broken.agent.generateText(ctx, { threadId }, { prompt: "Hi" })).rejects.toThrow("no quota");
    });
  });
});

describe("embedding", () => {
  const noSearch = { contextOptions: { recentMessages: 10 } };

  test("without a search a generation makes one embedding call for prompt and answer, and no further call", async () => {
    await inAction(async (ctx, calls) => {
      const { agent, embeddingModel } = agentOf(noSearch);
      const threadId = await createThread(ctx, component);
      calls.names.length = 0;
      await agent.generateText(ctx, { threadId }, { prompt: "Hi" });
      expect(embeddingModel.calls).toEqual([["Hi", "It was espresso."]]);
      expect(calls.names).toEqual(["generations.start", "generations.saveStep"]);
    });
  });

  test("a streamed answer and an object are embedded too; with nothing saved nothing is", async () => {
    await inAction(async (ctx) => {
      const { agent, embeddingModel } = agentOf(noSearch);
      const threadId = await createThread(ctx, component);
      await agent.streamText(ctx, { threadId }, { prompt: "Hi" }, { saveStreamDeltas: true });
      expect((await docsOf(ctx, threadId)).map(({ embeddingId }) => typeof embeddingId)).toEqual(["string", "string"]);
      await agent.generateText(ctx, { threadId }, { prompt: "Hi" }, { storageOptions: { saveMessages: "none" } });
      await agent.generateText(ctx, {}, { prompt: "Hi" });
      expect(embeddingModel.calls).toHaveLength(1);
    });
  });

  test.each([
    ["fails", () => { throw new Error("no quota"); }, "no quota"],
    ["is larger than can be searched", () => Array.from({ length: 5000 }, () => 1), "5000 numbers"],
  ])("an answer whose embedding %s is saved all the same, and the log says so", async (_case, embed, reason) => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    await inAction(async (ctx) => {
      const { agent } = agentOf({ ...noSearch, embedding: { embed }, callSettings: { maxRetries: 0 } });
      const threadId = await createThread(ctx, component);
      const { text } = await agent.generateText(ctx, { threadId }, { prompt: "Hi" });
      expect(text).toBe("It was espresso.");
      expect((await docsOf(ctx, threadId)).map(({ status, embeddingId }) => [status, embeddingId])).toEqual([["success", undefined], ["success", undefined]]);
    });
    expect(warn).toHaveBeenCalledWith(expect.stringContaining(reason));
    warn.mockRestore();
  });

  test("the usage handler is told of every embedding call, with the thread's user", async () => {
    await inAction(async (ctx) => {
      const reports: unknown[] = [];
      const { agent } = agentOf({ usageHandler: (_ctx, { usage, model, userId, threadId, agentName }) => void reports.push([model, usage.totalTokens, userId, threadId === undefined, agentName]) });
      const threadId = await createThread(ctx, component, { userId: "ada" });
      await agent.generateText(ctx, { threadId }, { prompt: "favourite drink" });
      expect(reports).toContainEqual(["scripted-embedding", 2, "ada", false, "Tester"]);
      expect(reports).toContainEqual(["scripted-embedding", 3, "ada", false, "Tester"]);
      await agent.saveMessage(ctx, { threadId, prompt: "one two three four" });
      await agent.saveMessages(ctx, { threadId, userId: "bob", messages: [{ role: "user", content: "five" }] });
      expect(reports.slice(-2)).toEqual([["scripted-embedding", 4, "ada", false, "Tester"], ["scripted-embedding", 1, "bob", false, "Tester"]]);
    });
  });

  test("an agent embeds what it saves in an action, unless it is told to skip that or is given the vector", async () => {
    await inAction(async (ctx, calls) => {
      const { agent, embeddingModel } = agentOf();
      const threadId = await createThread(ctx, component);
      calls.names.length = 0;
      const embedded = await agent.saveMessage(ctx, { threadId, prompt: "one" });
      const skipped = await agent.saveMessage(ctx, { threadId, prompt: "two", skipEmbeddings: true });
      const given = await agent.saveMessage(ctx, { threadId, prompt: "three", embedding: { model: "other", vector: [1, 2, 3] } });
      expect([embedded, skipped, given].map(({ message }) => typeof message.embeddingId)).toEqual(["string", "undefined", "string"]);
      expect(embeddingModel.calls).toEqual([["one"]]);
      expect(calls.names).toEqual(["messages.addMessages", "messages.addMessages", "messages.addMessages"]);
    });
  });

  test("a mutation saves without embedding", async () => {
    const t = convexTest(defineSchema({}), { "./convex/_generated/api.js": async () => ({}) });
    register(t);
    const { agent, embeddingModel } = agentOf();
    const embeddingId = await t.mutation(async (ctx) => {
      const threadId = await createThread(ctx, component);
      const { message } = await agent.saveMessage(ctx, { threadId, prompt: "Hi" });
      return message.embeddingId ?? null;
    });
    expect(embeddingId).toBeNull();
    expect(embeddingModel.calls).toEqual([]);
  });

  test("saved messages are embedded by id, those with a vector left as they are", async () => {
    await inAction(async (ctx, calls) => {
      const { agent, embeddingModel } = agentOf();
      const threadId = await createThread(ctx, component);
      const { messages } = await saveMessages(ctx, component, {
        threadId,
        messages: [{ role: "user", content: "one" }, { role: "user", content: "two" }, { role: "assistant", content: [{ type: "tool-call", toolCallId: "1", toolName: "look", input: {} }] }],
        embeddings: { model: "scripted-embedding", vectors: [null, [1, 2], null] },
      });
      const messageIds = messages.map(({ _id }) => _id);
      calls.names.length = 0;
      const made = await agent.generateAndSaveEmbeddings(ctx, { messageIds });
      expect(made?.vectors.map((vector) => vector?.length)).toEqual([64, undefined, undefined]);
      expect(calls.names).toEqual(["messages.getMessagesByIds", "vector.index.insertBatch"]);
      expect(await agent.generateAndSaveEmbeddings(ctx, { messageIds })).toBeUndefined();
      expect(embeddingModel.calls).toEqual([["one"]]);
      await expect(agent.generateAndSaveEmbeddings(ctx, { messageIds: [threadId] })).rejects.toThrow(threadId);
      await expect(generateAndSaveEmbeddings(ctx, component, {}, messages)).rejects.toThrow("no embedding model");
    });
  });

  test("embedMessages gives vectors in the messages' places and saves nothing", async () => {
    await inAction(async (ctx, calls) => {
      const { embeddingModel } = agentOf();
      const made = await embedMessages(ctx, { textEmbeddingModel: embeddingModel }, [{ role: "system", content: "Be kind" }, { role: "user", content: "What is love?" }, { role: "user", content: " " }]);
      expect(made).toMatchObject({ model: "scripted-embedding", dimension: 64, vectors: [null, expect.any(Array), null] });
      expect(await embedMessages(ctx, {}, [{ role: "user", content: "x" }])).toBeUndefined();
      expect(calls.names).toEqual([]);
    });
  });
});

describe("context by hand", () => {
  test("an agent fetches what it would be shown: found messages before recent ones, none of them twice", async () => {
    await inAction(async (ctx, calls) => {
      const { agent } = agentOf();
      const threadId = await coffeeThread(ctx, agent);
      calls.names.length = 0;
      const docs = await agent.fetchContextMessages(ctx, { threadId, searchText: "favourite drink" });
      expect(docs.map(({ text }) => text)).toEqual(["My favourite drink is espresso", "Noted", "And tomorrow", "Rain"]);
      expect(calls.names).toEqual(["generations.window", "search.nearest", "search.find"]);
    });
  });

  test("without an agent the caller embeds, and a target's text is searched for when no other is given", async () => {
    await inAction(async (ctx) => {
      const { agent, embeddingModel } = agentOf();
      const threadId = await coffeeThread(ctx, agent);
      const { messageId } = await saveMessage(ctx, component, { threadId, prompt: "favourite drink" });
      const asked: string[] = [];
      const getEmbedding = async (text: string) => {
        asked.push(text);
        const { embeddings } = await embeddingModel.doEmbed({ values: [text] });
        return { embedding: embeddings[0]!, textEmbeddingModel: embeddingModel };
      };
      const contextOptions = { ...hybrid, recentMessages: 1 };
      const { recentMessages, searchMessages } = await fetchRecentAndSearchMessages(ctx, component, { threadId, targetMessageId: messageId, contextOptions, getEmbedding });
      expect(asked).toEqual(["favourite drink"]);
      expect(recentMessages.map(({ text }) => text)).toEqual(["And tomorrow", "Rain", "favourite drink"]);
      expect(searchMessages.map(({ text }) => text)).toEqual(["My favourite drink is espresso", "Noted"]);
      const none = await fetchRecentAndSearchMessages(ctx, component, { threadId, targetMessageId: messageId, contextOptions: { ...hybrid, recentMessages: 0 }, getEmbedding });
      expect(none.recentMessages).toEqual([]);
      expect(none.searchMessages.map(({ text }) => text)).toEqual(["My favourite drink is espresso", "Noted"]);
      await expect(fetchRecentAndSearchMessages(ctx, component, { threadId, searchText: "x", contextOptions })).rejects.toThrow("getEmbedding");
    });
  });

  test("a query can search words, and is told that it cannot search vectors", async () => {
    const t = convexTest(defineSchema({}), { "./convex/_generated/api.js": async () => ({}) });
    register(t);
    const { agent } = agentOf();
    const threadId = await t.action(async (ctx) => coffeeThread(ctx, agent));
    const words: ContextOptions = { recentMessages: 0, searchOptions: { limit: 1, textSearch: true, messageRange: { before: 0, after: 0 } } };
    const texts = await t.query(async (ctx) => (await agent.fetchContextMessages(ctx, { threadId, searchText: "espresso", contextOptions: words })).map(({ text }) => text ?? null));
    expect(texts).toEqual(["My favourite drink is espresso"]);
    await expect(t.query(async (ctx) => (await agent.fetchContextMessages(ctx, { threadId, searchText: "espresso" })).length)).rejects.toThrow("only be searched in an action");
  });

  test("fetchContextWithPrompt gives what the model would be shown, the prompt last", async () => {
    await inAction(async (ctx) => {
      const { agent, embeddingModel } = agentOf();
      const threadId = await coffeeThread(ctx, agent);
      const { messages } = await fetchContextWithPrompt(ctx, component, { threadId, prompt: "favourite drink", contextOptions: hybrid, embeddingModel });
      expect(messages.map(({ content }) => content)).toEqual(["My favourite drink is espresso", "Noted", "And tomorrow", "Rain", "favourite drink"]);
    });
  });
});
