import { fromStored, involvesTools, loneSurrogateIndex, sizeBytesOf, reasoningOf, toStored } from "../../shared/storedMessage.js";
import { fail } from "../../shared/errors.js";
import type { MessageDoc, MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import type { Doc } from "../_generated/dataModel.js";
import type { WithoutSystemFields } from "convex/server";

/** Convex stores documents up to 1 MiB; the rest is left for fields beside the content and for index keys. */
export const MAX_MESSAGE_BYTES = 1_000_000;

/** A stored row as queries return it. */
export function toMessageDoc(row: Doc<"messages">): MessageDoc {
  const { role, text, parts, messageOptions, ...rest } = row;
  const reasoning = reasoningOf(parts);
  return {
    ...rest,
    ...(role === undefined ? {} : { message: fromStored({ role, text, parts, messageOptions }) }),
    ...(text === undefined || role === "tool" ? {} : { text }),
    ...(reasoning === undefined ? {} : { reasoning }),
  };
}

/** Where and for whom a message is saved. */
export interface Placement {
  threadId: Doc<"messages">["threadId"];
  userId: string | undefined;
  agentName: string | undefined;
  order: number;
  stepOrder: number;
}

/** The row that stores a message. Fails when the message cannot be stored as it is. */
export function toRow(input: MessageWithMetadata, placement: Placement): WithoutSystemFields<Doc<"messages">> {
  // The text and the reasoning are part of the content; stored once.
  const { message, text: _text, status = "success", reasoning: _reasoning, reasoningDetails: _details, ...metadata } = input;
  const stored = toStored(message);
  const row = { ...placement, ...stored, ...metadata, status, tool: involvesTools(stored) };
  checkText(stored.text);
  const sizeBytes = sizeBytesOf(row);
  if (sizeBytes > MAX_MESSAGE_BYTES) {
    fail({
      code: "message_too_large",
      sizeBytes,
      limitBytes: MAX_MESSAGE_BYTES,
      message: `The message is too large: ${sizeBytes} bytes, and at most ${MAX_MESSAGE_BYTES} can be stored. Shorten it or save its data as a file.`,
    });
  }
  return row;
}

function checkText(text: string | undefined): void {
  const index = text === undefined ? -1 : loneSurrogateIndex(text);
  if (index < 0) return;
  fail({ code: "invalid_text", index, message: `The message holds half a character (a lone surrogate) at index ${index}, which cannot be stored.` });
}
