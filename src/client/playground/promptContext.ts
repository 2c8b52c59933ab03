import type { ModelMessage } from "ai";
import { toReturnedJson, type ConvexJson } from "../../shared/convexJson.js";
import { estimateTokens, holdsFiles } from "../../shared/estimateTokens.js";
import { filterOutOrphanedToolMessages } from "../../shared/toolPairs.js";
import type { Message } from "../../shared/validators/message.js";
import type { MessageDoc } from "../../shared/validators/messageDoc.js";
import type { SearchMatch } from "../../shared/validators/search.js";
import type { Agent } from "../agent.js";
import type { ContextOptions } from "../agentOptions.js";
import { docsToModelMessages, serializeMessage, toModelMessage } from "../aiSdk/messages.js";
import { cutForEmbedding, embeddedText } from "../context/embedText.js";
import { DEFAULT_RECENT_MESSAGES } from "../context/fetch.js";
import { embeddingOf } from "../context/fetchWithPrompt.js";
import { asksForSearch } from "../context/search.js";
import type { ActionCtx } from "../ctx.js";
import { describeTools } from "./describeAgent.js";
import { explainSearch } from "./explainSearch.js";

/** Where a message that the model is shown comes from; "handler": the agent's context handler made it. */
export type ContextSource = "search" | "recent" | "input" | "prompt" | "response" | "handler";

/** A message that the model is shown. */
export type ContextEntry = {
  source: ContextSource;
  message: Message;
  /** About how many tokens it takes, files not counted; see `estimateTokens`. */
  estimatedTokens: number;
  /** It holds a file, whose tokens are not counted. */
  holdsFiles: boolean;
  /** How many tokens its provider counted when it said this. */
  reportedTokens?: number;
  /** How well it matched the search. A message of the source "search" without is one from around a match. */
  match?: Omit<SearchMatch, "messageId">;
  /** The saved message, unless it was given or made. */
  messageId?: string;
  threadId?: string;
  order?: number;
  stepOrder?: number;
  agentName?: string;
  createdMs?: number;
};

/** What a model would be shown, in order. */
export type PromptContext = {
  instructions?: ConvexJson;
  instructionsTokens: number;
  messages: ContextEntry[];
  /** The names of the tools that the model is told of, and about how many tokens their descriptions take. */
  tools: string[];
  toolsTokens: number;
  /** Of the instructions, all messages and the tools, files not counted. */
  estimatedTokens: number;
  /** What the provider counted when the message was made: an assistant's message only, and with the context of then. */
  reported?: { promptTokens: number; cachedInputTokens?: number };
  /** What was searched for; missing: nothing was. */
  searchedFor?: string;
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
  /** The message whose context is wanted: what came before it, and a prompt or a tool's result itself. */
  targetMessageId?: string | undefined;
  messages?: Message[] | undefined;
  instructions?: string | undefined;
  contextOptions?: ContextOptions | undefined;
};

type Entry = { source: ContextSource; message: ModelMessage; doc?: MessageDoc | undefined; match?: Omit<SearchMatch, "messageId"> | undefined };
type Found = { entries: Entry[]; target: MessageDoc | undefined; searchedFor: string };

/** What `agent` would show its model, with where each message came from. Calls no model but the embedding model. */
export async function promptContext(ctx: ActionCtx, args: PromptContextArgs): Promise<PromptContext> {
  const contextOptions = { ...args.agent.options.contextOptions, ...args.contextOptions };
  const { entries, target, searchedFor } = await foundEntries(ctx, args, contextOptions);
  const messages = (await chosenEntries(ctx, args, entries)).map(toContextEntry);
  const instructions = args.instructions ?? args.agent.options.instructions;
  const instructionsTokens = instructions === undefined ? 0 : estimateTokens(instructions);
  const tools = await describeTools(args.agent.options.tools);
  const toolsTokens = tools.reduce((sum, { needsApproval: _kept, ...tool }) => sum + estimateTokens(tool), 0);
  return {
    ...(instructions !== undefined && { instructions: toReturnedJson(instructions) }),
    instructionsTokens,
    messages,
    tools: tools.map(({ name }) => name),
    toolsTokens,
    estimatedTokens: messages.reduce((sum, { estimatedTokens }) => sum + estimatedTokens, instructionsTokens + toolsTokens),
    ...reportedOf(target),
    ...(searchedFor !== "" && { searchedFor }),
    contextOptions,
  };
}

/** The same as messages for a model. */
export async function contextBefore(ctx: ActionCtx, args: PromptContextArgs): Promise<ModelMessage[]> {
  const contextOptions = { ...args.agent.options.contextOptions, ...args.contextOptions };
  const { entries } = await foundEntries(ctx, args, contextOptions);
  return (await chosenEntries(ctx, args, entries)).map(({ message }) => message);
}

/** The parts of a context in their order, read as a generation reads them. */
async function foundEntries(ctx: ActionCtx, args: PromptContextArgs, contextOptions: ContextOptions): Promise<Found> {
  const { agent, threadId, targetMessageId, prompt, messages = [] } = args;
  const { recentMessages = DEFAULT_RECENT_MESSAGES, excludeToolMessages = true } = contextOptions;
  const { recent, turn, order } =
    threadId === undefined
      ? { recent: [], turn: [], order: undefined }
      : await ctx.runQuery(agent.component.generations.window, { threadId, promptMessageId: targetMessageId, window: { recentMessages, excludeToolMessages } });
  const target = turn.find(({ _id }) => _id === targetMessageId);
  const shown = target === undefined ? [] : turn.filter((doc) => doc.stepOrder < target.stepOrder || (doc === target && !isReply(doc)));
  const text = args.searchText === undefined ? searchTextOf({ prompt, messages, shown }) : cutForEmbedding(args.searchText);
  const { messages: found, matches } = await explainSearch(ctx, agent.component, {
    threadId,
    userId: contextOptions.searchOtherThreads ? (args.userId ?? (await userOf(ctx, agent, threadId))) : undefined,
    contextOptions,
    text,
    beforeOrder: [...recent, ...turn].reduce<number | undefined>((first, doc) => Math.min(first ?? doc.order, doc.order), order),
    alreadyShown: recent.length + turn.length,
    getEmbedding: embeddingOf(ctx, { ...agent.options, agentName: agent.name, userId: args.userId, threadId }),
  });
  const known = new Set([...recent, ...turn].map(({ _id }) => _id));
  const matchOf = new Map(matches.map(({ messageId, ...match }) => [messageId, match]));
  const questions = shown.filter(({ message }) => message?.role === "user" || message?.role === "system");
  const entries = [
    ...fromDocs("search", found.filter(({ _id }) => !known.has(_id))).map((entry) => ({ ...entry, match: matchOf.get(entry.doc?._id ?? "") })),
    ...fromDocs("recent", recent),
    ...messages.map((message): Entry => ({ source: "input", message: toModelMessage(message) })),
    ...(prompt === undefined ? fromDocs("prompt", questions) : [{ source: "prompt" as const, message: { role: "user" as const, content: prompt } }]),
    ...fromDocs("response", shown.filter((doc) => !questions.includes(doc))),
  ];
  return { entries, target, searchedFor: asksForSearch(contextOptions) ? text : "" };
}

const isReply = ({ message }: MessageDoc): boolean => message?.role === "assistant";

/** What a generation searches for: what it was given, else what it answers. A run that goes on after a decision searches nothing. */
function searchTextOf({ prompt, messages, shown }: { prompt: string | undefined; messages: readonly Message[]; shown: readonly MessageDoc[] }): string {
  if (prompt !== undefined) return cutForEmbedding(prompt);
  const given = embeddedText(messages.at(-1));
  if (given !== "") return given;
  const hasGoneOn = shown.some(({ message }) => message?.role === "tool" && message.content.some(({ type }) => type === "tool-approval-response"));
  return hasGoneOn ? "" : cutForEmbedding(shown.find(({ message }) => message?.role === "user")?.text);
}

async function userOf(ctx: ActionCtx, { component }: Agent, threadId: string | undefined): Promise<string | undefined> {
  return threadId === undefined ? undefined : (await ctx.runQuery(component.threads.getThread, { threadId }))?.userId;
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

function toContextEntry({ source, message, doc, match }: Entry): ContextEntry {
  const reported = reportedTokensOf(doc);
  return {
    source,
    message: serializeMessage(message),
    estimatedTokens: estimateTokens(message.content),
    holdsFiles: holdsFiles(message.content),
    ...(reported !== undefined && { reportedTokens: reported }),
    ...(match && { match }),
    ...(doc && { messageId: doc._id, threadId: doc.threadId, order: doc.order, stepOrder: doc.stepOrder, createdMs: doc._creationTime }),
    ...(doc?.agentName !== undefined && { agentName: doc.agentName }),
  };
}

/** What a model said, as it counted it, without what it only thought. */
function reportedTokensOf(doc: MessageDoc | undefined): number | undefined {
  const { completionTokens, reasoningTokens = 0 } = doc?.usage ?? {};
  return completionTokens === undefined ? undefined : completionTokens - reasoningTokens;
}

function reportedOf(target: MessageDoc | undefined): Pick<PromptContext, "reported"> {
  const { promptTokens, cachedInputTokens } = target?.usage ?? {};
  return promptTokens === undefined ? {} : { reported: { promptTokens, ...(cachedInputTokens !== undefined && { cachedInputTokens }) } };
}
