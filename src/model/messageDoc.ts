import type { WithoutSystemFields } from "convex/server";
import { fail } from "../shared/errors.js";
import { fromStored, involvesTools, loneSurrogateIndex, reasoningOf, sizeBytesOf, toStored } from "../shared/storedMessage.js";
import type { MessageStatus } from "../shared/validators/message.js";
import type { MessageDoc, MessageWithMetadata } from "../shared/validators/messageDoc.js";
import type { Doc } from "../component/_generated/dataModel.js";

/** Convex stores documents up to 1 MiB; the rest is left for what Convex adds. */
export const MAX_ROW_BYTES = 1_000_000;

/** A stored row, its content complete, as queries return it. */
export function toMessageDoc(row: SavedRow): MessageDoc {
  const { role, text, parts, messageOptions, overflow: _overflow, stopsReply: _stopsReply, stored: _stored, ...rest } = row;
  const reasoning = row.reasoning ?? reasoningOf(parts);
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

/** The fields of the table; see messageRows.ts. */
export type RowFields = WithoutSystemFields<Doc<"messages">>;

/** A message as the rules see it. */
export interface Row extends Omit<RowFields, "place" | "status" | "tool" | "results" | "onlyResults"> {
  order: number;
  stepOrder: number;
  status: MessageStatus;
  /** It calls tools, or holds what they gave. */
  tool: boolean;
}

interface SavedRow extends Row {
  _id: string;
  _creationTime: number;
  stored?: Doc<"messages">;
}

/**
 * The row that stores a message, of whatever size. What a person wrote is checked: it must say something, be storable
 * and fit in one row. What a model or a tool gave is never refused for its size; see overflow.ts.
 */
export function toRow(input: MessageWithMetadata, placement: Placement): Row {
  // The text is part of the content; stored once. So is the reasoning, unless the content has none.
  const { message, text: _text, status = "success", reasoning, reasoningDetails, rawCall: _rawCall, ...metadata } = input;
  const stored = toStored(message);
  const kept = reasoningOf(stored.parts) !== undefined ? {} : { ...(reasoning !== undefined && { reasoning }), ...(reasoningDetails !== undefined && { reasoningDetails }) };
  const row = { ...placement, ...stored, ...metadata, ...kept, status, tool: involvesTools(stored) };
  checkText(stored);
  if (message.role === "user" || message.role === "system") {
    checkNotEmpty(row);
    checkSize(row, MAX_ROW_BYTES);
  }
  return row;
}

/** Fails when `row` is larger than `limitBytes`. */
export function checkSize(row: Row | RowFields, limitBytes: number): void {
  const sizeBytes = sizeBytesOf(row);
  if (sizeBytes <= limitBytes) return;
  fail({
    code: "message_too_large",
    sizeBytes,
    limitBytes,
    message: `The message is too large: ${sizeBytes} bytes, and at most ${limitBytes} can be stored. Shorten it or save its data as a file.`,
  });
}

function checkNotEmpty({ role, text, parts }: Row): void {
  const saysSomething = parts === undefined ? text?.trim() : text?.trim() || parts.some(({ type }) => type !== "text");
  if (!saysSomething) fail({ code: "empty_message", message: `The ${role} message is empty: it needs text or a file.` });
}

/** Convex stores UTF-8, which has no lone surrogates; only strings that come from outside can hold one. */
function checkText({ text, parts, role }: Pick<Row, "text" | "parts" | "role">): void {
  const checked = role === "user" || role === "system" ? [text, ...stringsOf(parts)] : [text];
  for (const string of checked) {
    const index = string === undefined ? -1 : loneSurrogateIndex(string);
    if (index < 0) continue;
    fail({ code: "invalid_text", index, message: `The message holds half a character (a lone surrogate) at index ${index}, which cannot be stored.` });
  }
}

function stringsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || value instanceof ArrayBuffer) return [];
  return Object.values(value).flatMap(stringsOf);
}
