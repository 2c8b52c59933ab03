import { v, type Infer } from "convex/values";
import { vMessageDoc } from "../shared/validators/index.js";
import { searchFields, vSearchMatch, vVector } from "../shared/validators/search.js";
import type { MessageDoc } from "../shared/validators/messageDoc.js";
import { packVector, padVector, unpackVector, type Vector } from "../shared/vectors.js";
import { internal } from "./_generated/api.js";
import { action, internalQuery, query, type ActionCtx } from "./_generated/server.js";
import { candidateCount, explainedSearch, searchMessages } from "./model/search.js";
import { mustGetPrompt } from "./model/saveMessages.js";
import { parseThreadId } from "./model/threads.js";
import { MESSAGES, parseVectorId, scopeOf, vectorTableOf } from "./model/vectors.js";

const vExplained = v.object({ messages: v.array(vMessageDoc), matches: v.array(vSearchMatch) });
type Explained = Infer<typeof vExplained>;

/** Messages that match words, with those around them; see model/search.ts. */
export const byText = query({
  args: searchFields,
  returns: v.array(vMessageDoc),
  handler: async (ctx, args): Promise<MessageDoc[]> => await searchMessages(ctx, { args, textSearch: true, vectorIds: [] }),
});

/**
 * Messages whose vectors are near to one, and with `textSearch` those that match the words too, with those around
 * them. Without `vector` it searches by the target message's; when that has none of this model, `needsVector` says so
 * and nothing was searched.
 */
export const byVector = action({
  args: {
    ...searchFields,
    model: v.string(),
    vector: v.optional(vVector),
    textSearch: v.optional(v.boolean()),
    /** Matches below this similarity are dropped. Default: 0. */
    vectorScoreThreshold: v.optional(v.number()),
    /** How many messages the caller has, which `beforeOrder` leaves out. */
    alreadyShown: v.optional(v.number()),
  },
  returns: v.object({ needsVector: v.boolean(), messages: v.array(vMessageDoc) }),
  handler: async (ctx, args): Promise<{ needsVector: boolean; messages: MessageDoc[] }> => {
    const { model, vector: given, textSearch = false, vectorScoreThreshold = 0, alreadyShown = 0, ...search } = args;
    const { threadId, userId, targetMessageId, limit } = search;
    if (threadId === undefined && userId === undefined) return { needsVector: false, messages: [] };
    const vector =
      given ??
      (threadId === undefined || targetMessageId === undefined
        ? null
        : await ctx.runQuery(internal.search.vectorOf, { threadId, messageId: targetMessageId, model }));
    if (vector === null) return { needsVector: true, messages: [] };
    const { vectorIds } = await nearVectors(ctx, { vector, model, threadId, userId, vectorScoreThreshold, count: candidateCount(limit, alreadyShown) });
    return { needsVector: false, messages: await ctx.runQuery(internal.search.surroundings, { search, textSearch, vectorIds }) };
  },
});

/**
 * What `byVector` or (without `vector`) `byText` would find, and which of the messages matched and how well: for those
 * who want to know why a model was shown something.
 */
export const explain = action({
  args: {
    ...searchFields,
    model: v.optional(v.string()),
    vector: v.optional(vVector),
    textSearch: v.optional(v.boolean()),
    vectorScoreThreshold: v.optional(v.number()),
    alreadyShown: v.optional(v.number()),
  },
  returns: vExplained,
  handler: async (ctx, args): Promise<Explained> => {
    const { model, vector, textSearch = false, vectorScoreThreshold = 0, alreadyShown = 0, ...search } = args;
    const { threadId, userId, limit } = search;
    const scope = { threadId, userId, vectorScoreThreshold, count: candidateCount(limit, alreadyShown) };
    const found = vector === undefined || model === undefined ? { vectorIds: [], vectorScores: [] } : await nearVectors(ctx, { ...scope, vector, model });
    return await ctx.runQuery(internal.search.explained, { search, textSearch, ...found });
  },
});

/** What `explain` has found. */
export const explained = internalQuery({
  args: { search: v.object(searchFields), textSearch: v.boolean(), vectorIds: v.array(v.string()), vectorScores: v.array(v.number()) },
  returns: vExplained,
  handler: async (ctx, { search, ...found }) => await explainedSearch(ctx, { args: search, ...found }),
});

/** What `byVector` has found, as messages. */
export const surroundings = internalQuery({
  args: { search: v.object(searchFields), textSearch: v.boolean(), vectorIds: v.array(v.string()) },
  returns: v.array(vMessageDoc),
  handler: async (ctx, { search, ...found }) => await searchMessages(ctx, { args: search, ...found }),
});

/** The vector of a message, as 32-bit floats; null when it has none of this model. */
export const vectorOf = internalQuery({
  args: { threadId: v.string(), messageId: v.string(), model: v.string() },
  returns: v.union(v.bytes(), v.null()),
  handler: async (ctx, { threadId, messageId, model }) => {
    const { embeddingId } = await mustGetPrompt(ctx, { threadId: parseThreadId(ctx, threadId), promptMessageId: messageId });
    const row = embeddingId === undefined ? null : await ctx.db.get(parseVectorId(ctx, embeddingId));
    return row === null || row.model !== model ? null : packVector(row.vector.slice(0, row.dimension));
  },
});

interface NearTo {
  vector: Vector;
  model: string;
  threadId: string | undefined;
  userId: string | undefined;
  vectorScoreThreshold: number;
  /** How many to ask for. */
  count: number;
}

/** Ids of the vectors of messages that are nearest to one, nearest first: of the user, or else of the thread. */
async function nearVectors(ctx: ActionCtx, { vector, model, threadId, userId, vectorScoreThreshold, count }: NearTo): Promise<{ vectorIds: string[]; vectorScores: number[] }> {
  const numbers = unpackVector(vector);
  const dimension = numbers.length;
  const { table, size } = vectorTableOf(dimension);
  const scope = { model, dimension, table: MESSAGES };
  const found = await ctx.vectorSearch(table, "vector", {
    vector: padVector(numbers, size),
    limit: count,
    filter: (q) =>
      userId === undefined ? q.eq("threadScope", scopeOf({ ...scope, owner: threadId ?? "" })) : q.eq("userScope", scopeOf({ ...scope, owner: userId })),
  });
  const near = found.filter(({ _score }) => _score >= vectorScoreThreshold);
  return { vectorIds: near.map(({ _id }) => _id), vectorScores: near.map(({ _score }) => _score) };
}
