import type { EmbeddingModelV4 } from "@ai-sdk/provider";
import { RAG, vEntryId, type EntryId } from "@convex-dev/rag";
import { v } from "convex/values";
import { components, internal } from "./_generated/api.js";
import type { DataModel } from "./_generated/dataModel.js";
import { action, mutation, query } from "./_generated/server.js";

const WORDS = ["apple", "pear", "train", "rail", "river", "sea", "stone", "cloud"];
const DIMENSIONS = 128;

/** How often each of eight words is in the text, and a little of everything, so that no vector is zero. */
function embed(text: string): number[] {
  const words = text.toLowerCase().split(/\W+/);
  return Array.from({ length: DIMENSIONS }, (_, at) => words.filter((word) => word === WORDS[at]).length + 0.01);
}

const textEmbeddingModel: EmbeddingModelV4 = {
  specificationVersion: "v4",
  provider: "test",
  modelId: "wordCounts",
  maxEmbeddingsPerCall: 100,
  supportsParallelCalls: true,
  doEmbed: async ({ values }) => ({ embeddings: values.map(embed), usage: { tokens: values.join(" ").split(" ").length }, warnings: [] }),
};

interface Filters extends Record<string, string> {
  category: string;
  year: string;
}

const rag = new RAG<Filters>(components.rag, { textEmbeddingModel, embeddingDimension: DIMENSIONS, filterNames: ["category", "year"] });

const filter = v.object({ name: v.union(v.literal("category"), v.literal("year")), value: v.string() });
const content = { namespace: v.string(), key: v.optional(v.string()), title: v.optional(v.string()), filterValues: v.optional(v.array(filter)), contentHash: v.optional(v.string()) };

export const add = action({
  args: { ...content, chunks: v.array(v.string()) },
  handler: async (ctx, args) => {
    const { entryId, status, created, replacedEntry } = await rag.add(ctx, { ...args, onComplete: internal.texts.added });
    return { entryId, status, created, replaced: replacedEntry?.entryId ?? null };
  },
});

/** The text is split by the component's own splitter. */
export const addText = action({ args: { ...content, text: v.string() }, handler: async (ctx, args) => (await rag.add(ctx, args)).entryId });

export const added = rag.defineOnComplete<DataModel>(async (ctx, { entry, replacedEntry, error }) => {
  await ctx.db.insert("outcomes", { run: entry.key ?? "no key", label: "added", result: { kind: "success", returnValue: { replaced: replacedEntry?.entryId ?? null, error: error ?? null } } });
});

/** From a stored file, chunked by an action of the app that the component calls. */
export const addFile = action({
  args: { namespace: v.string(), key: v.string(), text: v.string() },
  handler: async (ctx, { namespace, key, text }): Promise<EntryId> => {
    const storageId = await ctx.storage.store(new Blob([text], { type: "text/plain" }));
    const { entryId } = await rag.addAsync(ctx, { namespace, key, metadata: { storageId }, chunkerAction: internal.texts.chunk, onComplete: internal.texts.added });
    return entryId;
  },
});

export const chunk = rag.defineChunkerAction<DataModel>(async (ctx, { entry }) => {
  const file = await ctx.storage.get(String(entry.metadata?.["storageId"]));
  if (file === null) throw new Error("The file is gone");
  return { chunks: (await file.text()).split("\n\n") };
});

export const search = action({
  args: {
    namespace: v.string(),
    query: v.string(),
    filters: v.optional(v.array(filter)),
    limit: v.optional(v.number()),
    chunkContext: v.optional(v.object({ before: v.number(), after: v.number() })),
    searchType: v.optional(v.union(v.literal("vector"), v.literal("text"), v.literal("hybrid"))),
    vectorScoreThreshold: v.optional(v.number()),
  },
  handler: async (ctx, args) => {
    const { results, entries, text } = await rag.search(ctx, args);
    return { text, entries: entries.map(({ entryId }) => entryId), results: results.map(({ entryId, order, score, content }) => ({ entryId, order, score, texts: content.map((part) => part.text) })) };
  },
});

export const list = query({
  args: { namespace: v.string(), status: v.union(v.literal("ready"), v.literal("pending"), v.literal("replaced")) },
  handler: async (ctx, { namespace, status }) => {
    const found = await rag.getNamespace(ctx, { namespace });
    if (found === null) return [];
    const { page } = await rag.list(ctx, { namespaceId: found.namespaceId, status, limit: 100 });
    return page.map(({ entryId, key }) => ({ entryId, key: key ?? null }));
  },
});

export const chunks = query({
  args: { entryId: vEntryId },
  handler: async (ctx, { entryId }) => (await rag.listChunks(ctx, { entryId, paginationOpts: { cursor: null, numItems: 100 } })).page.map(({ text, state }) => ({ text, state })),
});

export const remove = action({ args: { entryId: vEntryId }, handler: async (ctx, { entryId }) => await rag.delete(ctx, { entryId }) });
export const removeLater = mutation({ args: { entryId: vEntryId }, handler: async (ctx, { entryId }) => await rag.deleteAsync(ctx, { entryId }) });
