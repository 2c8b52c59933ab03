import type { RawCall } from "../shared/validators/rawCall.js";
import type { MessageWithMetadata } from "../shared/validators/messageDoc.js";
import { sizeBytesOf } from "../shared/storedMessage.js";
import type { Doc } from "../component/_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../component/_generated/server.js";
import type { Row } from "./messageDoc.js";

/** The row with its raw call saved, if it has one. That goes first, so that the row is written once. */
export async function withRawCall(ctx: MutationCtx, row: Row, rawCall: RawCall | undefined): Promise<Row> {
  return rawCall === undefined ? row : { ...row, rawCallId: await ctx.db.insert("rawCalls", rawCall) };
}

/** The messages with the raw call of the last model call with the last of them. */
export function withRawCallAtEnd(messages: readonly MessageWithMetadata[], rawCall: RawCall | undefined): MessageWithMetadata[] {
  return messages.map((message, index) => (rawCall === undefined || index < messages.length - 1 ? message : { ...message, rawCall }));
}

/** What is kept of the call that made a message; null when nothing is. */
export async function readRawCall(ctx: QueryCtx, { rawCallId }: Pick<Doc<"messages">, "rawCallId">): Promise<RawCall | null> {
  const kept = rawCallId === undefined ? null : await ctx.db.get(rawCallId);
  return kept === null ? null : { request: kept.request, response: kept.response };
}

/** Deletes what is kept of the call; returns what that costs to read, bytes. */
export async function deleteRawCall(ctx: MutationCtx, { rawCallId }: Pick<Doc<"messages">, "rawCallId">): Promise<number> {
  const kept = rawCallId === undefined ? null : await ctx.db.get(rawCallId);
  if (kept === null) return 0;
  await ctx.db.delete(kept._id);
  return sizeBytesOf(kept);
}
