import type { ModelMessage } from "ai";
import { toConvexJson, type ConvexJson } from "../../shared/convexJson.js";
import { filterOutOrphanedToolMessages } from "../../shared/toolPairs.js";
import type { Message } from "../../shared/validators/message.js";
import type { MessageDoc } from "../../shared/validators/messageDoc.js";
import type { Agent } from "../agent.js";
import type { ContextOptions } from "../agentOptions.js";
import { docsToModelMessages, serializeMessage, toModelMessage } from "../aiSdk/messages.js";
import { fetchRecentAndSearchMessages } from "../context/fetch.js";
import { embeddingOf } from "../context/fetchWithPrompt.js";
import type { ActionCtx } from "../ctx.js";

/** Where a message that the model is shown comes from; "handler": the agent's context handler made it. */
export type ContextSource = "search" | "recent" | "input" | "prompt" | "response" | "handler";

/** A message that the model is shown. */
export type ContextEntry = {
  source: ContextSource;
  message: Message;
  /** About how many tokens it takes: a quarter of its characters. */
  estimatedTokens: number;
  /** The saved message, unless it was given or made. */
  messageId?: string;
  threadId?: string;
  order?: number;
  stepOrder?: number;
};

/** What a model would be shown, in order. */
export type PromptContext = {
  instructions?: ConvexJson;
  messages: ContextEntry[];
  /** Of the instructions and all messages. */
  estimatedTokens: number;
  contextOptions: ContextOptions;
};

/** Which context to make. */
export type PromptContextArgs = {
  agent: Agent;
  userId?: string | undefined;
  threadId?: string | undefined;
  /** Text to answer, in place of a saved message. */
  prompt?: string | undefined;
  searchText?: string | undefined;
  /** The message whose context is wanted: what came before it, and a user's message itself. */
  targetMessageId?: string | undefined;
  messages?: Message[] | undefined;
  instructions?: string | undefined;
  contextOptions?: ContextOptions | undefined;
};

type Entry = { source: ContextSource; message: ModelMessage; doc?: MessageDoc | undefined };

/** What `agent` would show its model, with where each message came from. Calls no model but the embedding model. */
export async function promptContext(ctx: ActionCtx, args: PromptContextArgs): Promise<PromptContext> {
  const contextOptions = { ...args.agent.options.contextOptions, ...args.contextOptions };
  const entries = await chosenEntries(ctx, args, await foundEntries(ctx, args, contextOptions));
  const messages = entries.map(toContextEntry);
  const instructions = args.instructions ?? args.agent.options.instructions;
  const total = messages.reduce((sum, { estimatedTokens }) => sum + estimatedTokens, instructions === undefined ? 0 : estimateTokens(instructions));
  return { ...(instructions !== undefined && { instructions: toConvexJson(instructions) }), messages, estimatedTokens: total, contextOptions };
}

/** The same as messages for a model. */
export async function contextBefore(ctx: ActionCtx, args: PromptContextArgs): Promise<ModelMessage[]> {
  const contextOptions = { ...args.agent.options.contextOptions, ...args.contextOptions };
  return (await chosenEntries(ctx, args, await foundEntries(ctx, args, contextOptions))).map(({ message }) => message);
}

async function foundEntries(ctx: ActionCtx, args: PromptContextArgs, contextOptions: ContextOptions): Promise<Entry[]> {
  const { agent, userId, threadId, targetMessageId, prompt } = args;
  const { recentMessages, searchMessages } = await fetchRecentAndSearchMessages(ctx, agent.component, {
    threadId,
    userId,
    targetMessageId,
    searchText: args.searchText ?? prompt,
    messages: args.messages,
    contextOptions,
    getEmbedding: embeddingOf(ctx, { ...agent.options, agentName: agent.name, userId, threadId }),
  });
  const turn = threadId === undefined || targetMessageId === undefined ? [] : await turnUpTo(ctx, agent, { threadId, targetMessageId });
  const order = turn[0]?.order;
  const earlier = recentMessages.filter((doc) => order === undefined || doc.order < order);
  const known = new Set([...earlier, ...turn].map(({ _id }) => _id));
  const found = searchMessages.filter(({ _id }) => !known.has(_id));
  const given = (args.messages ?? []).map((message): Entry => ({ source: "input", message: toModelMessage(message) }));
  const asked: Entry[] = prompt === undefined ? [] : [{ source: "prompt", message: { role: "user", content: prompt } }];
  // A message that the model said is not shown to it: the question is what it was answering.
  const shown = turn.filter(({ _id, message }) => _id !== targetMessageId || message?.role === "user");
  const questions = shown.filter(({ message }) => message?.role === "user" || message?.role === "system");
  const answers = shown.filter((doc) => !questions.includes(doc));
  return [
    ...fromDocs("search", found),
    ...fromDocs("recent", earlier),
    ...given,
    ...(prompt === undefined ? fromDocs("prompt", questions) : asked),
    ...fromDocs("response", answers),
  ];
}

/** The messages of a turn up to and including one of them. */
async function turnUpTo(ctx: ActionCtx, agent: Agent, { threadId, targetMessageId }: { threadId: string; targetMessageId: string }): Promise<MessageDoc[]> {
  const { page } = await ctx.runQuery(agent.component.messages.listMessagesByThreadId, {
    threadId,
    order: "desc",
    paginationOpts: { cursor: null, numItems: 1 },
    upToAndIncludingMessageId: targetMessageId,
    statuses: ["success", "failed", "pending"],
  });
  const order = page.find(({ _id }) => _id === targetMessageId)?.order;
  return page.filter((doc) => doc.order === order).toReversed();
}

function fromDocs(source: ContextSource, docs: readonly MessageDoc[]): Entry[] {
  return docs.flatMap((doc) => docsToModelMessages([doc]).map((message): Entry => ({ source, message, doc })));
}

async function chosenEntries(ctx: ActionCtx, { agent, userId, threadId }: PromptContextArgs, entries: Entry[]): Promise<Entry[]> {
  const { contextHandler } = agent.options;
  const of = (source: ContextSource) => entries.filter((entry) => entry.source === source).map(({ message }) => message);
  const chosen = await contextHandler?.(ctx, {
    allMessages: entries.map(({ message }) => message),
    search: of("search"), recent: of("recent"), inputMessages: of("input"), inputPrompt: of("prompt"), existingResponses: of("response"),
    userId, threadId,
  });
  const byMessage = new Map(entries.map((entry) => [entry.message, entry]));
  const all = chosen?.map((message): Entry => byMessage.get(message) ?? { source: "handler", message }) ?? entries;
  return inPairs(all);
}

/** No model is shown half a tool call. */
function inPairs(entries: Entry[]): Entry[] {
  const docs = entries.map((entry) => ({ entry, message: serializeMessage(entry.message) }));
  return filterOutOrphanedToolMessages(docs).map(({ entry, message }) => ({ ...entry, message: toModelMessage(message) }));
}

function toContextEntry({ source, message, doc }: Entry): ContextEntry {
  const place = doc && { messageId: doc._id, threadId: doc.threadId, order: doc.order, stepOrder: doc.stepOrder };
  return { source, message: serializeMessage(message), estimatedTokens: estimateTokens(message.content), ...place };
}

function estimateTokens(content: unknown): number {
  const text = typeof content === "string" ? content : JSON.stringify(toConvexJson(content));
  return Math.ceil(text.length / 4);
}
