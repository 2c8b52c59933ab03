import { sameContent } from "./sameContent.js";
import type { Message, ToolMessage, ToolResultPart } from "./validators/message.js";
import type { MessageWithMetadata } from "./validators/messageDoc.js";

/** What is changed of a message: a result in it, and the files that this names. */
type Holder = Pick<MessageWithMetadata, "fileIds"> & { message?: Message | undefined };
type Known = ReadonlyMap<string, { part: ToolResultPart; fileIds: readonly string[] }>;

/**
 * The messages with the results of tools as `known` has them, in place of those that were made of what was shown of
 * the same calls: a log leaves out what is large, and holds what a tool gave and not what a model is to be shown of it.
 * A message in which that changes nothing stays the same object.
 */
export function withKnownResults<T extends Holder>(messages: readonly T[], known: readonly Holder[]): T[] {
  const byCall = resultsByCall(known);
  return byCall.size === 0 ? [...messages] : messages.map((each) => withResults(each, byCall));
}

/** The results in `known` of calls that none of `messages` has a result of, as messages. */
export function resultsBeside<T extends Holder>(messages: readonly Holder[], known: readonly T[]): T[] {
  const told = resultsByCall(messages);
  return known.flatMap((each): T[] => {
    if (each.message?.role !== "tool") return [];
    const content = each.message.content.filter((part) => part.type === "tool-result" && !told.has(part.toolCallId));
    return content.length === 0 ? [] : [{ ...each, message: { ...each.message, content } }];
  });
}

function resultsByCall(messages: readonly Holder[]): Known {
  return new Map(messages.flatMap(({ message, fileIds = [] }) => resultsOf(message).map((part) => [part.toolCallId, { part, fileIds }])));
}

const resultsOf = (message: Message | undefined): ToolResultPart[] => (message?.role === "tool" ? message.content.filter((part) => part.type === "tool-result") : []);

function withResults<T extends Holder>(each: T, known: Known): T {
  const replaced = resultsOf(each.message).flatMap((part) => {
    const result = known.get(part.toolCallId);
    return result === undefined || sameContent(result.part, part) ? [] : [result];
  });
  if (each.message?.role !== "tool" || replaced.length === 0) return each;
  const content: ToolMessage["content"] = each.message.content.map((part) => (part.type === "tool-result" ? (known.get(part.toolCallId)?.part ?? part) : part));
  const fileIds = [...new Set([...(each.fileIds ?? []), ...replaced.flatMap((result) => result.fileIds)])];
  return { ...each, message: { ...each.message, content }, ...(fileIds.length > 0 && { fileIds }) };
}
