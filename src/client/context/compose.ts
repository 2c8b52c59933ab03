import type { ModelMessage } from "ai";
import { filterOutOrphanedToolMessages } from "../../shared/toolPairs.js";
import type { Message } from "../../shared/validators/message.js";
import type { MessageDoc } from "../../shared/validators/messageDoc.js";
import { docsToModelMessages } from "../aiSdk/messages.js";

/** Where the messages a model is shown come from, in the default order. */
export type ContextParts = {
  search: ModelMessage[];
  recent: ModelMessage[];
  inputMessages: ModelMessage[];
  inputPrompt: ModelMessage[];
  existingResponses: ModelMessage[];
};

/** What {@link splitContext} sorts. */
export type ContextSources = {
  /** Recent messages of the thread, oldest first, the turn that is answered included. */
  recentDocs: readonly MessageDoc[];
  /** Messages found by search. */
  searchDocs: readonly MessageDoc[];
  /** The saved message that is answered, when the call named one. */
  promptMessageId: string | undefined;
  inputMessages: ModelMessage[];
  /** The prompt that the call gave, if it gave one. */
  inputPrompt: ModelMessage[];
};

/**
 * Sorts messages by their part in the conversation. With a saved prompt: what came before it, the prompt (the call's
 * own in its place), and what was said in answer to it. Without: everything found came before.
 */
export function splitContext(sources: ContextSources): ContextParts {
  const { recentDocs, searchDocs, promptMessageId, inputMessages, inputPrompt } = sources;
  const known = new Set(recentDocs.map(({ _id }) => _id));
  const search = docsToModelMessages(searchDocs.filter(({ _id }) => !known.has(_id) && _id !== promptMessageId));
  const prompt = [...recentDocs, ...searchDocs].find(({ _id }) => _id === promptMessageId);
  if (!prompt) {
    return { search, recent: docsToModelMessages(recentDocs), inputMessages, inputPrompt, existingResponses: [] };
  }
  return {
    search,
    recent: docsToModelMessages(recentDocs.filter((doc) => isBefore(doc, prompt))),
    inputMessages,
    inputPrompt: inputPrompt.length > 0 ? inputPrompt : docsToModelMessages([prompt]),
    existingResponses: docsToModelMessages(recentDocs.filter((doc) => doc.order === prompt.order && isBefore(prompt, doc))),
  };
}

/** All parts in the default order. */
export function allMessages(parts: ContextParts): ModelMessage[] {
  return [...parts.search, ...parts.recent, ...parts.inputMessages, ...parts.inputPrompt, ...parts.existingResponses];
}

/**
 * The messages without half a tool call: no model is shown a call that has no result, or a result without its call.
 * What answers one step (results, decisions), saved by whomever, is one message, as providers and the SDK expect it.
 */
export function inPairs(messages: readonly ModelMessage[]): ModelMessage[] {
  // The filter reads only the kinds and ids of parts, which both forms of a message share, and keeps or drops parts.
  const docs = messages.map((message) => ({ message: message as unknown as Message }));
  return joinToolMessages(filterOutOrphanedToolMessages(docs).map(({ message }) => message as unknown as ModelMessage));
}

function joinToolMessages(messages: readonly ModelMessage[]): ModelMessage[] {
  const joined: ModelMessage[] = [];
  for (const message of messages) {
    const last = joined.at(-1);
    if (last?.role === "tool" && message.role === "tool") joined[joined.length - 1] = { ...last, ...message, content: [...last.content, ...message.content] };
    else joined.push(message);
  }
  return joined;
}

function isBefore(a: MessageDoc, b: MessageDoc): boolean {
  return a.order < b.order || (a.order === b.order && a.stepOrder < b.stepOrder);
}
