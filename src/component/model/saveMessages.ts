import { fail } from "../../shared/errors.js";
import type { MessageDoc, MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { toMessageDoc, toRow } from "./messageDoc.js";

/** Messages to save at one place of a thread. */
export interface NewMessages {
  threadId: Id<"threads">;
  userId: string | undefined;
  agentName: string | undefined;
  messages: readonly MessageWithMetadata[];
}

/** The next free place: of the thread (a new turn) or within a turn. */
export interface Position {
  order: number;
  stepOrder: number;
}

/**
 * Saves messages one after another from `next` on: a user or system message opens a new turn unless `keepTurn` is
 * set, anything else joins the turn before it. The caller found `next` in this transaction, so no two messages get
 * the same place.
 */
export async function insertMessages(
  ctx: MutationCtx,
  { threadId, userId, agentName, messages }: NewMessages,
  { next, keepTurn }: { next: Position; keepTurn: boolean },
): Promise<MessageDoc[]> {
  const saved: MessageDoc[] = [];
  let { order, stepOrder } = next;
  for (const [index, input] of messages.entries()) {
    const opensTurn = !keepTurn && index > 0 && (input.message.role === "user" || input.message.role === "system");
    if (opensTurn) {
      order += 1;
      stepOrder = 0;
    }
    const isReply = input.message.role === "assistant" || input.message.role === "tool";
    const row = toRow(input, { threadId, userId, agentName: isReply ? agentName : undefined, order, stepOrder });
    const _id = await ctx.db.insert("messages", row);
    // The row as it was written: reading it again would cost what was just paid.
    saved.push(toMessageDoc({ ...row, _id, _creationTime: Date.now() }));
    stepOrder += 1;
  }
  return saved;
}

/** The newest row of a thread, or of one of its turns. */
export async function newestRow(ctx: QueryCtx, threadId: Id<"threads">, order?: number): Promise<Doc<"messages"> | null> {
  return await ctx.db
    .query("messages")
    .withIndex("threadId", (q) => (order === undefined ? q.eq("threadId", threadId) : q.eq("threadId", threadId).eq("order", order)))
    .order("desc")
    .first();
}

/** The message that others answer; fails when it is gone or of another thread. */
export async function mustGetPrompt(
  ctx: QueryCtx,
  { threadId, promptMessageId }: { threadId: Id<"threads">; promptMessageId: string },
): Promise<Doc<"messages">> {
  const id = ctx.db.normalizeId("messages", promptMessageId);
  const prompt = id === null ? null : await ctx.db.get(id);
  if (prompt === null) {
    fail({ code: "message_not_found", messageId: promptMessageId, message: `There is no message with the id "${promptMessageId}"; it may have been deleted.` });
  }
  if (prompt.threadId !== threadId) {
    fail({
      code: "message_in_other_thread",
      messageId: promptMessageId,
      threadId,
      message: `The message "${promptMessageId}" is not in the thread "${threadId}".`,
    });
  }
  return prompt;
}
