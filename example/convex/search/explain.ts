import { cosineSimilarity } from "ai";
import { embedMany, fetchRecentAndSearchMessages, type ActionCtx, type MessageDoc } from "convex-agent";
import type { Infer } from "convex/values";
import { components } from "../_generated/api";
import { chooseEmbedding } from "../model/embedding";
import { contextOptionsOf, type SearchSettings } from "./settings";
import type { vFoundMessage } from "./tables";

export interface Question {
  threadId: string;
  userId: string;
  promptMessageId: string;
  text: string;
  settings: SearchSettings;
}

type Found = Infer<typeof vFoundMessage>;

const SHOWN_CHARS = 400;
const { model: embeddingModel } = chooseEmbedding();

/**
 * The messages that the agent's own search finds for a question, and why: the same search without neighbours, by words
 * alone and by meaning alone says what each message was found by, and its vector how like the question it is.
 */
export async function explainSearch(ctx: ActionCtx, question: Question): Promise<Found[]> {
  const { byWords, byMeaning } = question.settings;
  const [found, matches, words, meaning] = await Promise.all([
    search(ctx, question, {}),
    search(ctx, question, { withNeighbours: false }),
    byWords ? search(ctx, question, { byMeaning: false, withNeighbours: false }) : [],
    byMeaning ? search(ctx, question, { byWords: false, withNeighbours: false }) : [],
  ]);
  const ids = { matches: idsOf(matches), words: idsOf(words), meaning: idsOf(meaning) };
  const texts = found.map(({ text = "" }) => text);
  const [likeness, titles] = await Promise.all([
    byMeaning ? likenessTo(ctx, question, texts) : texts.map(() => null),
    titlesOf(ctx, found.map(({ threadId }) => threadId).filter((threadId) => threadId !== question.threadId)),
  ]);
  return found.map((doc, index): Found => ({
    messageId: doc._id,
    threadId: doc.threadId,
    threadTitle: titles.get(doc.threadId) ?? null,
    role: doc.message?.role === "user" ? "user" : "assistant",
    text: Array.from(doc.text ?? "").slice(0, SHOWN_CHARS).join(""),
    origin: ids.matches.has(doc._id) ? originOf(ids.words.has(doc._id), ids.meaning.has(doc._id)) : "neighbour",
    likeness: likeness[index] ?? null,
  }));
}

async function search(ctx: ActionCtx, { threadId, userId, promptMessageId, text, settings }: Question, changed: Partial<SearchSettings>): Promise<MessageDoc[]> {
  const { searchMessages } = await fetchRecentAndSearchMessages(ctx, components.agent, {
    threadId, userId, targetMessageId: promptMessageId, searchText: text,
    contextOptions: contextOptionsOf({ ...settings, ...changed }),
    getEmbedding: async (value) => ({ embedding: await embedOne(ctx, { userId, threadId }, value), embeddingModel }),
  });
  return searchMessages;
}

async function embedOne(ctx: ActionCtx, scope: { userId: string; threadId: string }, text: string): Promise<number[]> {
  const { embeddings: [vector = []] } = await embedMany(ctx, { ...scope, embeddingModel, values: [text] });
  return vector;
}

async function likenessTo(ctx: ActionCtx, { userId, threadId, text }: Question, texts: readonly string[]): Promise<(number | null)[]> {
  const values = [text, ...texts.map((other) => other || " ")];
  const { embeddings: [asked = [], ...others] } = await embedMany(ctx, { userId, threadId, embeddingModel, values });
  return others.map((vector, index) => (texts[index] === "" ? null : cosineSimilarity(asked, vector)));
}

async function titlesOf(ctx: ActionCtx, threadIds: readonly string[]): Promise<Map<string, string>> {
  const titles = await Promise.all([...new Set(threadIds)].map(async (threadId): Promise<[string, string]> => {
    const thread = await ctx.runQuery(components.agent.threads.getThread, { threadId });
    return [threadId, thread?.title ?? "Another conversation"];
  }));
  return new Map(titles);
}

function idsOf(docs: readonly MessageDoc[]): Set<string> {
  return new Set(docs.map(({ _id }) => _id));
}

function originOf(hasWords: boolean, isAlike: boolean): Found["origin"] {
  if (hasWords && isAlike) return "both";
  return hasWords ? "words" : "meaning";
}
