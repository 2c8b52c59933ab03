import { filterOutOrphanedToolMessages } from "../shared/toolPairs.js";
import { fuseScores, searchWords } from "../shared/ranking.js";
import type { MessageDoc } from "../shared/validators/messageDoc.js";
import type { SearchMatch } from "../shared/validators/search.js";
import type { Id } from "../component/_generated/dataModel.js";
import type { QueryCtx } from "../component/_generated/server.js";
import { withoutTools } from "./context.js";
import { messagesOf, type MessageRow } from "./messageRows.js";
import { toMessageDocs } from "./overflow.js";
import { mustGetPrompt } from "./saveMessages.js";
import { isVisible, readSurroundings, type Range, type Search } from "./searchRanges.js";
import { parseThreadId } from "./threads.js";
import { messageOfVector } from "./vectors.js";

/** A search finds no more than this; each match brings its surroundings. */
const MAX_LIMIT = 100;
/** Convex gives no more results of a vector search; a text search looks at no more rows than this either. */
const MAX_CANDIDATES = 256;

/** What a search is given; see `searchFields`. */
export interface SearchArgs {
  threadId?: string | undefined;
  userId?: string | undefined;
  targetMessageId?: string | undefined;
  beforeOrder?: number | undefined;
  text?: string | undefined;
  limit: number;
  messageRange?: Range | undefined;
  excludeToolMessages?: boolean | undefined;
}

/**
 * The messages that words or vectors find, with those around them: by thread, the thread with the oldest find first,
 * each thread in its own order and its tool calls in pairs. `vectorIds` are what a vector search found, best first.
 */
export async function searchMessages(ctx: QueryCtx, given: SearchGiven): Promise<MessageDoc[]> {
  return (await explainedSearch(ctx, given)).messages;
}

interface SearchGiven {
  args: SearchArgs;
  textSearch: boolean;
  vectorIds: readonly string[];
  /** How near the vectors are, in the places of `vectorIds`. */
  vectorScores?: readonly number[] | undefined;
}

/** As {@link searchMessages}, and which of the messages matched, best first, and how well. */
export async function explainedSearch(
  ctx: QueryCtx,
  { args, textSearch, vectorIds, vectorScores }: SearchGiven,
): Promise<{ messages: MessageDoc[]; matches: SearchMatch[] }> {
  const search = await toSearch(ctx, args);
  const limit = Math.min(Math.max(0, Math.floor(args.limit)), MAX_LIMIT);
  if (limit === 0 || (search.threadId === null && search.userId === undefined)) return { messages: [], matches: [] };
  const depth = textSearch && vectorIds.length > 0 ? depthFor(limit) : limit;
  const byText = textSearch ? await findByText(ctx, search, { text: args.text ?? search.target?.text ?? "", limit: depth }) : [];
  const { best, byVector, scores } = await joinRankings(ctx, search, { byText, vectorIds, depth, limit });
  const rows = await readSurroundings(ctx, best, { range: args.messageRange ?? { before: 0, after: 0 }, search });
  const nearness = new Map(vectorIds.map((id, index) => [id, vectorScores?.[index]]));
  const matches = scores.map(([messageId, score]): SearchMatch => ({
    messageId,
    score,
    ...rankIn("textRank", byText.map(({ _id }) => _id), messageId),
    ...rankIn("vectorRank", byVector, messageId),
    ...scoreOf(best.find(({ _id }) => _id === messageId), nearness),
  }));
  return { messages: await toContext(ctx, rows, search), matches };
}

function rankIn(name: "textRank" | "vectorRank", ids: readonly string[], id: string): Partial<SearchMatch> {
  const index = ids.indexOf(id);
  return index < 0 ? {} : { [name]: index + 1 };
}

function scoreOf(row: MessageRow | undefined, nearness: ReadonlyMap<string, number | undefined>): Partial<SearchMatch> {
  const vectorScore = row?.embeddingId === undefined ? undefined : nearness.get(row.embeddingId);
  return vectorScore === undefined ? {} : { vectorScore };
}

/** Two rankings are joined a little deeper than what is wanted of them: what both agree on may be the first of neither. */
const depthFor = (limit: number): number => Math.ceil(limit * 1.5) + 1;

async function toSearch(ctx: QueryCtx, args: SearchArgs): Promise<Search> {
  const { userId, targetMessageId, beforeOrder = Infinity, excludeToolMessages = true } = args;
  const threadId = args.threadId === undefined ? null : parseThreadId(ctx, args.threadId);
  const target = threadId === null || targetMessageId === undefined ? null : await mustGetPrompt(ctx, { threadId, promptMessageId: targetMessageId });
  return { threadId, userId, target, beforeOrder, excludeToolMessages };
}

interface Ask {
  limit: number;
}

async function findByText(ctx: QueryCtx, search: Search, { text, limit }: Ask & { text: string }): Promise<MessageRow[]> {
  const { threadId, userId } = search;
  const words = searchWords(text);
  if (words === "") return [];
  const candidates = ctx.db.query("messages").withSearchIndex("text", (q) => {
    const matching = q.search("text", words);
    if (userId !== undefined) return matching.eq("userId", userId);
    return threadId === null ? matching : matching.eq("threadId", threadId);
  });
  const found: MessageRow[] = [];
  let read = 0;
  for await (const stored of candidates) {
    const [row] = messagesOf(stored);
    if (row === undefined) continue;
    if (isWanted(row, search)) found.push(row);
    read += 1;
    if (found.length >= limit || read >= MAX_CANDIDATES) break;
  }
  return found;
}

interface Rankings {
  byText: readonly MessageRow[];
  vectorIds: readonly string[];
  /** How much of each ranking counts. */
  depth: number;
  limit: number;
}

interface Joined {
  best: MessageRow[];
  /** The ranking by vectors, as ids of messages; of those that were not read, of their vectors. */
  byVector: string[];
  scores: [id: string, score: number][];
}

/**
 * The best of two rankings. A message whose vector is near is read only when it would be among the best: until then
 * its vector stands for it, and it counts as one that may be found.
 */
async function joinRankings(ctx: QueryCtx, search: Search, { byText, vectorIds, depth, limit }: Rankings): Promise<Joined> {
  const known = new Map<string, MessageRow | null>(byText.flatMap((row) => (row.embeddingId === undefined ? [] : [[row.embeddingId, row]])));
  for (;;) {
    const byVector = vectorIds.filter((id) => known.get(id) !== null).slice(0, depth);
    const ids = byVector.map((id) => known.get(id)?._id ?? id);
    const scores = fuseScores([ids, byText.map(({ _id }) => _id)]).slice(0, limit);
    const wanted = new Set(scores.map(([id]) => id));
    const unread = byVector.filter((id) => wanted.has(id) && !known.has(id));
    if (unread.length === 0) {
      const rows = [...byText, ...[...known.values()].filter((row) => row !== null)];
      return { best: [...new Map(rows.map((row) => [row._id, row])).values()].filter(({ _id }) => wanted.has(_id)), byVector: ids, scores };
    }
    const rows = await Promise.all(unread.map((id) => messageOfVector(ctx, id)));
    for (const [index, id] of unread.entries()) {
      const row = rows[index] ?? null;
      known.set(id, row !== null && isWanted(row, search) ? row : null);
    }
  }
}

/** Whether a message may be found: complete, with text, of the right thread or user, and before what the caller has. */
function isWanted(row: MessageRow, search: Search): boolean {
  if (row.role === undefined || row.role === "tool" || row.status !== "success" || !row.text?.trim()) return false;
  return isVisible(row, search);
}

async function toContext(ctx: QueryCtx, rows: readonly MessageRow[], { excludeToolMessages }: Search): Promise<MessageDoc[]> {
  const oldestOf = new Map<Id<"threads">, number>();
  for (const { threadId, _creationTime } of rows) oldestOf.set(threadId, Math.min(_creationTime, oldestOf.get(threadId) ?? Infinity));
  const age = ({ threadId }: MessageRow): number => oldestOf.get(threadId) ?? 0;
  const inOrder = [...rows].sort((a, b) => {
    if (a.threadId !== b.threadId) return age(a) - age(b) || (a.threadId < b.threadId ? -1 : 1);
    return a.order - b.order || a.stepOrder - b.stepOrder;
  });
  const docs = await toMessageDocs(ctx, inOrder);
  return filterOutOrphanedToolMessages(excludeToolMessages ? docs.map(withoutTools) : docs);
}

/** How many results to ask a vector search for, so that `limit` are left when those that the caller has are dropped. */
export function candidateCount(limit: number, alreadyShown: number): number {
  return Math.min(Math.max(1, depthFor(limit) + Math.floor(alreadyShown) + SPARE_CANDIDATES), MAX_CANDIDATES);
}

/** The prompt itself, messages saved since, messages that failed. */
const SPARE_CANDIDATES = 16;
