import { v } from "convex/values";
import { packMessages, vPackedMessages } from "../shared/packedMessages.js";
import { vMessageDoc } from "../shared/validators/index.js";
import { searchFields, vSearchMatch, vVector } from "../shared/validators/search.js";
import { packVector, padVector, unpackVector, type Vector } from "../shared/vectors.js";
import { internal } from "./_generated/api.js";
import { action, internalQuery, query, type ActionCtx } from "./_generated/server.js";
import { candidateCount, explainedSearch, searchMessages } from "../model/search.js";
import { mustGetPrompt } from "../model/saveMessages.js";
import { parseThreadId } from "../model/threads.js";
import { MESSAGES, parseVectorId, scopeOf, vectorTableOf } from "../model/vectors.js";

/**
 * Messages that words find (with `textSearch`) and those whose vectors `nearest` has found, with those around them; see
 * model/search.ts.
 */
export const find = query({
  args: { ...searchFields, textSearch: v.boolean(), vectorIds: v.optional(v.array(v.string())) },
  returns: vPackedMessages,
  handler: async (ctx, { textSearch, vectorIds = [], ...args }) => packMessages(await searchMessages(ctx, { args, textSearch, vectorIds })),
});

/** What `find` finds, and which of the messages matched and how well: for those who want to know why a model was shown something. */
export const explain = query({
  args: { ...searchFields, textSearch: v.boolean(), vectorIds: v.array(v.string()), vectorScores: v.array(v.number()) },
  returns: v.object({ messages: v.array(vMessageDoc), matches: v.array(vSearchMatch) }),
  handler: async (ctx, { textSearch, vectorIds, vectorScores, ...args }) => await explainedSearch(ctx, { args, textSearch, vectorIds, vectorScores }),
});

/**
 * The vectors of messages that are nearest to one, nearest first, for `find`. Without `vector` it is the target
 * message's; when that has none of this model, `needsVector` says so and nothing was searched.
 */
export const nearest = action({
  args: {
    threadId: v.optional(v.string()),
    /** With it, of all messages of this user. */
    userId: v.optional(v.string()),
    targetMessageId: v.optional(v.string()),
    model: v.string(),
    vector: v.optional(vVector),
    /** How many messages are to be found. */
    limit: v.number(),
    /** Vectors below this similarity are left out. Default: 0. */
    vectorScoreThreshold: v.optional(v.number()),
    /** How many messages the caller has, which it will not want found. */
    alreadyShown: v.optional(v.number()),
    /** Also tells how near they are. */
    withScores: v.optional(v.boolean()),
  },
  returns: v.object({ needsVector: v.boolean(), vectorIds: v.array(v.string()), vectorScores: v.array(v.number()) }),
  handler: async (ctx, args): Promise<{ needsVector: boolean; vectorIds: string[]; vectorScores: number[] }> => {
    const { model, vector: given, vectorScoreThreshold = 0, alreadyShown = 0, threadId, userId, targetMessageId, limit, withScores = false } = args;
    if (threadId === undefined && userId === undefined) return { needsVector: false, vectorIds: [], vectorScores: [] };
    const vector =
      given ??
      (threadId === undefined || targetMessageId === undefined
        ? null
        : await ctx.runQuery(internal.search.vectorOf, { threadId, messageId: targetMessageId, model }));
    if (vector === null) return { needsVector: true, vectorIds: [], vectorScores: [] };
    const found = await nearVectors(ctx, { vector, model, threadId, userId, vectorScoreThreshold, count: candidateCount(limit, alreadyShown) });
    return { needsVector: false, ...found, ...(withScores ? {} : { vectorScores: [] }) };
  },
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

/** Enough to tell any two 32-bit floats apart. */
const FLOAT_DIGITS = 9;

/** Ids of the vectors of messages that are nearest to one, nearest first: of the user, or else of the thread. */
async function nearVectors(ctx: ActionCtx, { vector, model, threadId, userId, vectorScoreThreshold, count }: NearTo): Promise<{ vectorIds: string[]; vectorScores: number[] }> {
  const numbers = unpackVector(vector);
  const dimension = numbers.length;
  const { table, size } = vectorTableOf(dimension);
  const scope = { model, dimension, table: MESSAGES };
  const found = await ctx.vectorSearch(table, "vector", {
    // The index keeps 32 bits of a number: more digits would only be carried there.
    vector: padVector(numbers.map((number) => Number(number.toPrecision(FLOAT_DIGITS))), size),
    limit: count,
    filter: (q) =>
      userId === undefined ? q.eq("threadScope", scopeOf({ ...scope, owner: threadId ?? "" })) : q.eq("userScope", scopeOf({ ...scope, owner: userId })),
  });
  const near = found.filter(({ _score }) => _score >= vectorScoreThreshold);
  return { vectorIds: near.map(({ _id }) => _id), vectorScores: near.map(({ _score }) => _score) };
}
