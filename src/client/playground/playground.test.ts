// @vitest-environment edge-runtime
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { callFunction as call, component, newApp, savedIn, type App, type Ctx } from "../../shared/testing/app.js";
import { Agent } from "../agent.js";
import { scriptedModel } from "../testing/scriptedModel.js";
import { createTool } from "../tools/createTool.js";
import { definePlaygroundAPI } from "./definePlaygroundAPI.js";
import type { PlaygroundAnswer } from "./answers.js";
import type { PromptContext } from "./promptContext.js";
import type { ListedThread } from "./listFunctions.js";
import type { MessagesPage } from "./readFunctions.js";
import type { MessageDoc } from "../../shared/validators/messageDoc.js";
import { scriptedEmbeddingModel } from "../testing/scriptedEmbedding.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], shouldAdvanceTime: true, advanceTimeDelta: 20 });
});
afterEach(() => {
  vi.useRealTimers();
});

const weather = createTool({ description: "Weather", args: z.object({ city: z.string() }), handler: async () => "sunny" });
const firstPage = { cursor: null, numItems: 10 };

function playground(texts: string[] = ["One", "Two", "Three"]) {
  const model = scriptedModel({ steps: texts.map((text) => [text]) });
  const agent = new Agent(component, { name: "Helper", instructions: "Help.", languageModel: model, tools: { weather }, callSettings: { temperature: 0.2, headers: { authorization: "secret" } } });
  return { model, api: definePlaygroundAPI(component, { agents: [agent], userNameLookup: (_ctx, userId) => userId.toUpperCase() }) };
}

async function withKey(run: (ctx: Ctx, keys: { apiKey: string; readKey: string }, app: App) => Promise<void>): Promise<void> {
  const app = newApp();
  await app.action(async (ctx) => {
    const apiKey = await ctx.runMutation(component.apiKeys.issue, { name: "full" });
    const readKey = await ctx.runMutation(component.apiKeys.issue, { name: "look", readOnly: true });
    await run(ctx, { apiKey, readKey }, app);
  });
}

test("every function refuses a wrong key, and says so", () =>
  withKey(async (ctx) => {
    const { isApiKeyValid, ...rest } = playground().api;
    expect(await call(isApiKeyValid, ctx, { apiKey: "wrong" })).toBe(false);
    const refusals = Object.values(rest).map((fn) => expect(call(fn, ctx, { apiKey: "wrong", paginationOpts: firstPage })).rejects.toMatchObject({ data: { code: "invalid_api_key" } }));
    await vi.advanceTimersByTimeAsync(60_000);
    await Promise.all(refusals);
  }));

test("a read-only key looks at all, and changes nothing", () =>
  withKey(async (ctx, { readKey, apiKey }) => {
    const { api } = playground();
    const { threadId } = await call<{ threadId: string }>(api.createThread, ctx, { apiKey, userId: "ann" });
    expect(await call(api.listUsers, ctx, { apiKey: readKey, paginationOpts: firstPage })).toMatchObject({ page: [{ _id: "ann", name: "ANN" }] });
    const { createThread, updateThread, deleteThread, abortStream, approveToolCall, denyToolCall, generateText, streamText, regenerate, keepAnswer } = api;
    for (const fn of [createThread, updateThread, deleteThread, abortStream, approveToolCall, denyToolCall, generateText, streamText, regenerate, keepAnswer]) {
      await expect(call(fn, ctx, { apiKey: readKey, threadId, agentName: "Helper" })).rejects.toMatchObject({ data: { code: "read_only_api_key" } });
    }
  }));

test("wrong keys are answered later and later; a right one never waits", () =>
  withKey(async (ctx, { apiKey }) => {
    const delays = [];
    for (let count = 0; count < 7; count++) delays.push((await ctx.runMutation(component.apiKeys.countWrongKey, { apiKey: "wrong" })).delayMs);
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000]);
    expect(await ctx.runMutation(component.apiKeys.countWrongKey, { apiKey })).toEqual({ delayMs: 0 });
    vi.setSystemTime(Date.now() + 61_000);
    expect(await ctx.runMutation(component.apiKeys.countWrongKey, { apiKey: "wrong" })).toEqual({ delayMs: 250 });
  }));

test("agents come with what a model is told of them, and without headers", () =>
  withKey(async (ctx, { apiKey }) => {
    const agents = await call(playground().api.listAgents, ctx, { apiKey });
    expect(agents).toMatchObject([{ name: "Helper", instructions: "Help.", callSettings: { temperature: 0.2 }, tools: [{ name: "weather", description: "Weather", inputSchema: { type: "object" } }] }]);
    expect(JSON.stringify(agents)).not.toContain("secret");
  }));

test("a message sent is listed with its thread, its usage and its export", () =>
  withKey(async (ctx, { apiKey }) => {
    const { api, model } = playground();
    const { threadId } = await call<{ threadId: string }>(api.createThread, ctx, { apiKey, userId: "ann", title: "Trip to Oslo" });
    const said = await call<PlaygroundAnswer>(api.streamText, ctx, { apiKey, agentName: "Helper", userId: "ann", threadId, prompt: "Hello", system: "Be short.", callSettings: { temperature: 1 } });
    expect(said).toMatchObject({ text: "One", finishReason: "stop", order: 0 });
    expect(JSON.stringify(model.calls[0]!.prompt)).toContain("Be short.");
    expect(model.calls[0]!.temperature).toBe(1);
    const shown = await call<MessagesPage>(api.listMessages, ctx, { apiKey, threadId, paginationOpts: firstPage });
    expect(shown.page.map(({ text }) => text)).toEqual(["One", "Hello"]);
    expect(shown.uiMessages.map(({ text }) => text).toSorted()).toEqual(["Hello", "One"]);
    for (const filter of [{ userId: "ann" }, { search: "Oslo" }]) {
      const { page } = await call<{ page: ListedThread[] }>(api.listThreads, ctx, { apiKey, ...filter, paginationOpts: firstPage });
      expect(page).toMatchObject([{ _id: threadId, latestMessage: "One", lastAgentName: "Helper" }]);
    }
    expect(await call(api.listThreads, ctx, { apiKey, userId: "ann", status: "archived", paginationOpts: firstPage })).toMatchObject({ page: [] });
    expect(await call(api.usage, ctx, { apiKey, sinceMs: 0 })).toMatchObject({ isDone: true, rows: [{ userId: "ann", agentName: "Helper", messages: 1 }] });
    expect(await call(api.exportThread, ctx, { apiKey, threadId })).toMatchObject({ isDone: true, thread: { title: "Trip to Oslo" }, messages: [{ text: "Hello" }, { text: "One" }] });
  }));

test("an answer again is made from what came before its prompt, and saves nothing unless it is to", () =>
  withKey(async (ctx, { apiKey }) => {
    const { api, model } = playground(["One", "Two", "Again", "Saved"]);
    const { threadId } = await call<{ threadId: string }>(api.createThread, ctx, { apiKey });
    const at = { apiKey, agentName: "Helper", threadId };
    const first = await call<PlaygroundAnswer>(api.generateText, ctx, { ...at, prompt: "First" });
    await call(api.generateText, ctx, { ...at, prompt: "Second" });
    const messageId = first.messages.at(-1)!._id;
    expect(await call(api.regenerate, ctx, { ...at, messageId })).toMatchObject({ text: "Again", messages: [] });
    expect(model.calls[2]!.prompt).toEqual(model.calls[0]!.prompt);
    expect(await savedIn(ctx, threadId)).toHaveLength(4);
    expect(await call(api.regenerate, ctx, { ...at, messageId, save: true })).toMatchObject({ text: "Saved", order: 2 });
    expect((await savedIn(ctx, threadId)).map(({ text }) => text)).toEqual(["First", "One", "Second", "Two", "First", "Saved"]);
  }));

test("the context of a message is what the model was shown for it, with where it came from", () =>
  withKey(async (ctx, { apiKey, readKey }) => {
    const { api } = playground();
    const { threadId } = await call<{ threadId: string }>(api.createThread, ctx, { apiKey });
    const at = { apiKey, agentName: "Helper", threadId };
    await call(api.generateText, ctx, { ...at, prompt: "First" });
    const { messages } = await call<PlaygroundAnswer>(api.generateText, ctx, { ...at, prompt: "Second" });
    const context = await call<PromptContext>(api.fetchPromptContext, ctx, { ...at, apiKey: readKey, targetMessageId: messages.at(-1)!._id });
    expect(context.messages.map(({ source, order }) => [source, order])).toEqual([["recent", 0], ["recent", 0], ["prompt", 1]]);
    expect(context.instructions).toBe("Help.");
    expect(context.estimatedTokens).toBeGreaterThan(0);
    const none = await call<PromptContext>(api.fetchPromptContext, ctx, { ...at, prompt: "New", contextOptions: { recentMessages: 0 } });
    expect(none.messages.map(({ source }) => source)).toEqual(["prompt"]);
    await expect(call(api.fetchPromptContext, ctx, { ...at, agentName: "Nobody" })).rejects.toMatchObject({ data: { code: "agent_not_found", available: ["Helper"] } });
  }));

test("an answer that was not saved can be kept: in place of the first, or as a turn of its own", () =>
  withKey(async (ctx, { apiKey }) => {
    const { api } = playground(["One", "Two", "Better", "Other"]);
    const { threadId } = await call<{ threadId: string }>(api.createThread, ctx, { apiKey });
    const at = { apiKey, agentName: "Helper", threadId };
    const { messages: [prompt, first] } = await call<PlaygroundAnswer>(api.generateText, ctx, { ...at, prompt: "First" });
    await call(api.generateText, ctx, { ...at, prompt: "Second" });
    const keep = (answer: PlaygroundAnswer, place: string) => call(api.keepAnswer, ctx, { ...at, promptMessageId: prompt!._id, messages: answer.unsaved, place });
    const better = await call<PlaygroundAnswer>(api.regenerate, ctx, { ...at, messageId: first!._id });
    expect(better.unsaved).toMatchObject([{ message: { role: "assistant", content: [{ type: "text", text: "Better" }] }, usage: { totalTokens: 11 }, finishReason: "stop", timing: {} }]);
    await keep(better, "replace");
    expect((await savedIn(ctx, threadId)).map(({ text }) => text)).toEqual(["First", "Better", "Second", "Two"]);
    await keep(await call<PlaygroundAnswer>(api.regenerate, ctx, { ...at, messageId: prompt!._id }), "newTurn");
    expect((await savedIn(ctx, threadId)).map(({ text, order }) => [order, text])).toEqual([[0, "First"], [0, "Better"], [1, "Second"], [1, "Two"], [2, "First"], [2, "Other"]]);
    await expect(call(api.keepAnswer, ctx, { ...at, promptMessageId: "gone", messages: [], place: "newTurn" })).rejects.toMatchObject({ data: { code: "message_not_found" } });
    await expect(call(api.keepAnswer, ctx, { ...at, messages: [], place: "newTurn" })).rejects.toMatchObject({ data: { code: "invalid_argument", argument: "promptMessageId" } });
    await expect(call(api.keepAnswer, ctx, { ...at, prompt: "Third", messages: [], place: "replace" })).rejects.toMatchObject({ data: { code: "invalid_argument" } });
    await call(api.keepAnswer, ctx, { ...at, prompt: "Third", messages: better.unsaved, place: "newTurn" });
    expect((await savedIn(ctx, threadId)).slice(6).map(({ text, order, agentName }) => [order, text, agentName])).toEqual([[3, "Third", undefined], [3, "Better", "Helper"]]);
  }));

test("a turn is listed alone, with when its model calls and tools ran", () =>
  withKey(async (ctx, { apiKey }) => {
    const slow = createTool({ description: "Slow", args: z.object({}), handler: async () => new Promise<string>((resolve) => setTimeout(() => resolve("done"), 100)) });
    const model = scriptedModel({ steps: [["Before"], [{ type: "tool-call", toolName: "slow", input: {}, toolCallId: "a" }], ["After"]] });
    const api = definePlaygroundAPI(component, { agents: [new Agent(component, { name: "Helper", languageModel: model, tools: { slow }, maxSteps: 2 })] });
    const { threadId } = await call<{ threadId: string }>(api.createThread, ctx, { apiKey });
    const at = { apiKey, agentName: "Helper", threadId };
    await call(api.generateText, ctx, { ...at, prompt: "First", maxSteps: 1 });
    await call(api.streamText, ctx, { ...at, prompt: "Go" });
    const turn = await call<MessageDoc[]>(api.listTurn, ctx, { apiKey, threadId, order: 1 });
    expect(turn.map(({ message }) => message?.role)).toEqual(["user", "assistant", "tool", "assistant"]);
    const [prompt, asks, result, answers] = turn.map(({ timing }) => timing);
    expect(prompt).toBeUndefined();
    const [tool] = result!.tools!;
    expect(tool).toMatchObject({ toolCallId: "a", startedMs: result!.startedMs, endedMs: result!.endedMs });
    expect(tool!.endedMs - tool!.startedMs).toBeGreaterThanOrEqual(100);
    expect(asks!.endedMs).toBeLessThanOrEqual(tool!.startedMs);
    expect(answers!.startedMs).toBeGreaterThanOrEqual(tool!.endedMs);
    expect(answers!.firstOutputMs).toBeGreaterThanOrEqual(answers!.startedMs);
    expect(answers!.firstOutputMs).toBeLessThanOrEqual(answers!.endedMs);
  }));

test("a context says what its search matched and how well, and what a message cost when it was made", () =>
  withKey(async (ctx, { apiKey }) => {
    const agent = new Agent(component, {
      name: "Helper", languageModel: scriptedModel({ steps: [["Noted."]] }), embeddingModel: scriptedEmbeddingModel({ dimension: 64 }), tools: { weather },
      contextOptions: { recentMessages: 0, searchOptions: { limit: 2, textSearch: true, vectorSearch: true, vectorScoreThreshold: 0.05, messageRange: { before: 0, after: 1 } } },
    });
    const api = definePlaygroundAPI(component, { agents: [agent] });
    const { threadId } = await call<{ threadId: string }>(api.createThread, ctx, { apiKey });
    const at = { apiKey, agentName: "Helper", threadId };
    for (const prompt of ["My parrot is called Captain Flint", "Unrelated matters entirely", "Tell me of my parrot"]) await call(api.generateText, ctx, { ...at, prompt });
    const answer = (await savedIn(ctx, threadId)).at(-1)!;
    const context = await call<PromptContext>(api.fetchPromptContext, ctx, { ...at, targetMessageId: answer._id });
    const [found] = context.messages;
    expect(found).toMatchObject({ source: "search", order: 0, match: { textRank: 1, vectorRank: 1 } });
    expect(found!.match!.vectorScore).toBeGreaterThan(0.2);
    expect(found!.match!.score).toBeCloseTo(2 / 61);
    expect(context.messages[1]).toMatchObject({ source: "search", stepOrder: 1, reportedTokens: 1 });
    expect(context.messages[1]!.match).toBeUndefined();
    expect(context.messages.at(-1)).toMatchObject({ source: "prompt", order: 2 });
    expect(context).toMatchObject({ searchedFor: "Tell me of my parrot", reported: { promptTokens: 10 }, tools: ["weather"] });
    expect(context.toolsTokens).toBeGreaterThan(5);
    const near = await call<PromptContext>(api.fetchPromptContext, ctx, { ...at, targetMessageId: answer._id, contextOptions: { searchOptions: { limit: 5, vectorSearch: true, vectorScoreThreshold: 0.99 } } });
    expect(near.messages.map(({ source }) => source)).toEqual(["prompt"]);
  }));

test("the context shown for a prompt is, message by message, what its model was shown", () =>
  withKey(async (ctx, { apiKey }) => {
    const { api, model } = playground(["One", "Two", "Three", "Four"]);
    const { threadId } = await call<{ threadId: string }>(api.createThread, ctx, { apiKey });
    const at = { apiKey, agentName: "Helper", threadId };
    for (const [index, prompt] of ["First words", "Second words", "Third words"].entries()) {
      const contextOptions = { recentMessages: index + 1, searchOptions: { limit: 1, textSearch: true } };
      const context = await call<PromptContext>(api.fetchPromptContext, ctx, { ...at, prompt, contextOptions });
      await call(api.generateText, ctx, { ...at, prompt, contextOptions });
      const texts = (messages: readonly { role: string; content: unknown }[]) => messages.flatMap(({ role, content }) => (role === "system" ? [] : [JSON.stringify(content).match(/First words|Second words|Third words|One|Two|Three/u)?.[0]]));
      expect(texts(context.messages.map(({ message }) => message))).toEqual(texts(model.calls[index]!.prompt));
    }
  }));

test("the threads of everyone are each user's and nobody's together, newest first, by pages that miss none", () =>
  withKey(async (ctx, { apiKey }) => {
    const { api } = playground();
    for (const userId of ["ann", undefined, "ben", "ann", undefined]) await call(api.createThread, ctx, { apiKey, ...(userId && { userId }) });
    const listed: ListedThread[] = [];
    for (let cursor: string | null = null, isDone = false; !isDone;) {
      const page: { page: ListedThread[]; continueCursor: string; isDone: boolean } = await call(api.listThreads, ctx, { apiKey, everyone: true, paginationOpts: { cursor, numItems: 2 } });
      listed.push(...page.page);
      ({ continueCursor: cursor, isDone } = page);
    }
    expect(listed.map(({ userName }) => userName)).toEqual([undefined, "ANN", "BEN", undefined, "ANN"]);
    expect(listed.map(({ _creationTime }) => _creationTime)).toEqual(listed.map(({ _creationTime }) => _creationTime).toSorted((a, b) => b - a));
  }));

test("a thread that is written to comes first among its user's, whatever their status, by pages that miss none", () =>
  withKey(async (ctx, { apiKey }) => {
    const { api } = playground();
    const create = async (userId?: string) => (await call<{ threadId: string }>(api.createThread, ctx, { apiKey, ...(userId && { userId }) })).threadId;
    const archive = (threadId: string) => call(api.updateThread, ctx, { apiKey, threadId, patch: { status: "archived" } });
    const ids: string[] = [];
    for (let count = 0; count < 7; count++) {
      ids.unshift(await create("ann"));
      vi.setSystemTime(Date.now() + 1_000);
    }
    const bens = await create("ben");
    vi.setSystemTime(Date.now() + 1_000);
    for (const index of [1, 4, 5]) await archive(ids[index]!);
    const listed = async (args: object, numItems: number) => {
      const all: string[] = [];
      for (let cursor: string | null = null, isDone = false; !isDone;) {
        const page: { page: ListedThread[]; continueCursor: string; isDone: boolean } = await call(api.listThreads, ctx, { apiKey, ...args, paginationOpts: { cursor, numItems } });
        // Followed from here on, a page shows the same.
        const again = await call<typeof page>(api.listThreads, ctx, { apiKey, ...args, paginationOpts: { cursor, numItems, endCursor: page.continueCursor } });
        expect(again.page.map(({ _id }) => _id)).toEqual(page.page.map(({ _id }) => _id));
        all.push(...page.page.map(({ _id }) => _id));
        ({ continueCursor: cursor, isDone } = page);
      }
      return all;
    };
    const written = ids[5]!;
    await call(api.generateText, ctx, { apiKey, agentName: "Helper", threadId: written, prompt: "Hello" });
    const byActivity = [written, ...ids.filter((id) => id !== written)];
    for (const numItems of [1, 2, 3, 10]) expect(await listed({ userId: "ann" }, numItems)).toEqual(byActivity);
    expect(await listed({ userId: "ann", status: "archived" }, 2)).toEqual([written, ids[1], ids[4]]);
    for (const numItems of [1, 3, 10]) expect(await listed({ everyone: true }, numItems)).toEqual([written, bens, ...ids.filter((id) => id !== written)]);
  }));

test("a thread whose last call waits for a decision says for which tool, until it is decided", () =>
  withKey(async (ctx, { apiKey }) => {
    const pay = createTool({ description: "Pays", args: z.object({}), needsApproval: () => true, handler: async () => "paid" });
    const languageModel = scriptedModel({ steps: [[{ type: "tool-call", toolName: "pay", input: {}, toolCallId: "a" }, { type: "tool-call", toolName: "pay", input: {}, toolCallId: "b" }], ["As you wish."]] });
    const api = definePlaygroundAPI(component, { agents: [new Agent(component, { name: "Teller", languageModel, tools: { pay } })] });
    const { threadId } = await call<{ threadId: string }>(api.createThread, ctx, { apiKey, userId: "ann" });
    const at = { apiKey, agentName: "Teller", threadId };
    await call(api.generateText, ctx, { ...at, prompt: "Pay" });
    const waitsFor = async () => (await call<{ page: ListedThread[] }>(api.listThreads, ctx, { apiKey, userId: "ann", paginationOpts: firstPage })).page.map((thread) => thread.waitsFor);
    const requests = await ctx.runQuery(component.approvals.listRequested, { threadId });
    const decisions: { messageId: string }[] = [];
    for (const { approvalId } of requests) {
      expect(await waitsFor()).toEqual(["pay"]);
      decisions.push(await call(api.denyToolCall, ctx, { apiKey, threadId, approvalId }));
    }
    expect(decisions).toHaveLength(2);
    expect(await waitsFor()).toEqual([undefined]);
    await call(api.generateText, ctx, { ...at, promptMessageId: decisions[1]!.messageId });
    expect(await waitsFor()).toEqual([undefined]);
  }));

test("who tries wrong keys is told for how long the answer was held back", () =>
  withKey(async (ctx) => {
    const { checkApiKey } = playground().api;
    for (const delayMs of [250, 500, 1000]) {
      const refused = call(checkApiKey, ctx, { apiKey: "wrong" }).catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(2_000);
      expect(await refused).toMatchObject({ data: { code: "invalid_api_key", delayMs } });
    }
  }));

test("an answer that somebody stops is an answer that was stopped, not an error", () =>
  withKey(async (ctx, { apiKey }) => {
    const languageModel = scriptedModel({ steps: [["One", { type: "wait", until: new Promise(() => {}) }]] });
    const api = definePlaygroundAPI(component, { agents: [new Agent(component, { name: "Helper", languageModel })] });
    const { threadId } = await call<{ threadId: string }>(api.createThread, ctx, { apiKey });
    const said = call<PlaygroundAnswer>(api.streamText, ctx, { apiKey, agentName: "Helper", threadId, prompt: "Talk" });
    const [stream] = await vi.waitFor(async () => {
      const streams = await call<{ streamId: string }[]>(api.listStreams, ctx, { apiKey, threadId });
      expect(streams).toHaveLength(1);
      return streams;
    }, 20_000);
    expect(await call(api.abortStream, ctx, { apiKey, streamId: stream!.streamId })).toBe(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await said).toMatchObject({ isStopped: true, order: 0 });
    const { page } = await call<MessagesPage>(api.listMessages, ctx, { apiKey, threadId, paginationOpts: firstPage });
    expect(page[0]).toMatchObject({ status: "failed", error: "aborted: Stopped in the playground" });
  }));

test("the context of a later step is what that step's model was shown: the prompt, its calls and what they gave", () =>
  withKey(async (ctx, { apiKey }) => {
    const model = scriptedModel({ steps: [["Before"], [{ type: "tool-call", toolName: "weather", input: { city: "Oslo" }, toolCallId: "a" }], ["After"]] });
    const api = definePlaygroundAPI(component, { agents: [new Agent(component, { name: "Helper", languageModel: model, tools: { weather }, maxSteps: 2 })] });
    const { threadId } = await call<{ threadId: string }>(api.createThread, ctx, { apiKey });
    const at = { apiKey, agentName: "Helper", threadId };
    await call(api.generateText, ctx, { ...at, prompt: "First", maxSteps: 1 });
    await call(api.generateText, ctx, { ...at, prompt: "Weather?" });
    const turn = await call<MessageDoc[]>(api.listTurn, ctx, { apiKey, threadId, order: 1 });
    const rolesFor = async (targetMessageId: string) => {
      const { messages } = await call<PromptContext>(api.fetchPromptContext, ctx, { ...at, targetMessageId });
      return messages.map(({ message, source }) => [message.role, source]);
    };
    const recent = [["user", "recent"], ["assistant", "recent"]];
    const [prompt, asks, gives, answers] = turn.map(({ _id }) => _id);
    expect(await rolesFor(asks!)).toEqual([...recent, ["user", "prompt"]]);
    expect(await rolesFor(prompt!)).toEqual([...recent, ["user", "prompt"]]);
    const later = [...recent, ["user", "prompt"], ["assistant", "response"], ["tool", "response"]];
    expect(await rolesFor(answers!)).toEqual(later);
    expect(await rolesFor(gives!)).toEqual(later);
    expect(model.calls[2]!.prompt.map(({ role }) => role)).toEqual(later.map(([role]) => role));
  }));
