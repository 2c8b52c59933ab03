import type { EmbeddingModel } from "ai";
import { componentsGeneric, type GenericActionCtx, type GenericDataModel } from "convex/server";
import { expectTypeOf, test } from "vitest";
import { Agent } from "./agent.js";
import type { Config } from "./agentOptions.js";
import type { AgentComponent } from "./ctx.js";
import { embedMessages, type MessageEmbeddings } from "./context/embed.js";
import { fetchRecentAndSearchMessages } from "./context/fetch.js";
import { fetchContextWithPrompt } from "./context/fetchWithPrompt.js";
import type { MessageDoc } from "../shared/validators/messageDoc.js";
import { saveMessage } from "./messages.js";
import { scriptedModel } from "./testing/scriptedModel.js";

const component = componentsGeneric().agent as unknown as AgentComponent;
type Ctx = GenericActionCtx<GenericDataModel>;
type Given = { threadId: string; userId: string; prompt: string; messageId: string; embedding: number[]; embeddingId: string };
declare const textEmbeddingModel: Exclude<EmbeddingModel, string> & { embed(text: string): Promise<number[]> };
declare const config: Omit<Config, "textEmbeddingModel">;

// Never called: what is tested is whether it compiles, and to what.
const context = async (ctx: Ctx, { threadId, userId, prompt, messageId }: Given) => {
  const agent = new Agent(component, { languageModel: scriptedModel({ steps: [[""]] }), textEmbeddingModel });
  const searchOptions = { limit: 10, textSearch: false, vectorSearch: false, messageRange: { before: 2, after: 1 } };
  const contextOptions = { excludeToolMessages: true, recentMessages: 100, searchOptions, searchOtherThreads: false };
  const { messages } = await fetchContextWithPrompt(ctx, component, { prompt, messages: [], promptMessageId: messageId, userId, threadId, contextOptions });
  const found: MessageDoc[] = await agent.fetchContextMessages(ctx, { threadId, searchText: prompt, targetMessageId: messageId, userId, contextOptions });
  const { recentMessages, searchMessages } = await fetchRecentAndSearchMessages(ctx, component, {
    threadId,
    searchText: prompt,
    targetMessageId: messageId,
    contextOptions,
    getEmbedding: async (text) => ({ embedding: await textEmbeddingModel.embed(text), textEmbeddingModel }),
  });
  const embeddings = await embedMessages(ctx, { userId, threadId, textEmbeddingModel, ...config }, [{ role: "user", content: "What is love?" }]);
  const saved = await agent.generateAndSaveEmbeddings(ctx, { messageIds: [messageId] });
  return { messages, found, recentMessages, searchMessages, embeddings, saved };
};

const byHand = async (ctx: Ctx, { threadId, messageId, embedding, embeddingId }: Given) => {
  await saveMessage(ctx, component, { threadId, message: { role: "assistant", content: "Hi" }, embedding: { vector: [0.1, 0.2], model: "text-embedding-3-small" } });
  const page = await ctx.runQuery(component.vector.index.paginate, { vectorDimension: 1536, targetModel: "gpt-4o-mini", cursor: null, limit: 10 });
  await ctx.runMutation(component.vector.index.updateBatch, { vectors: [{ model: "gpt-4o-mini", vector: embedding, id: embeddingId }] });
  await ctx.runMutation(component.vector.index.deleteBatch, { ids: [embeddingId] });
  const ids = await ctx.runMutation(component.vector.index.insertBatch, {
    vectorDimension: 1536,
    vectors: [{ model: "gpt-4o-mini", table: "messages", userId: "123", threadId: "123", vector: embedding, messageId }],
  });
  return { page, ids };
};

test("the calls that the documentation shows compile, and nothing is any", () => {
  expectTypeOf<Awaited<ReturnType<typeof context>>["embeddings"]>().toEqualTypeOf<MessageEmbeddings | undefined>();
  expectTypeOf<Awaited<ReturnType<typeof context>>["saved"]>().toEqualTypeOf<MessageEmbeddings | undefined>();
  expectTypeOf<Awaited<ReturnType<typeof context>>["searchMessages"]>().toEqualTypeOf<MessageDoc[]>();
  expectTypeOf<Awaited<ReturnType<typeof byHand>>["ids"]>().toEqualTypeOf<string[]>();
  expectTypeOf<Awaited<ReturnType<typeof byHand>>["page"]["ids"]>().toEqualTypeOf<string[]>();
});
