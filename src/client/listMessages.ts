// Apart from saving: a module that lists should not load what writes.
import type { PaginationOptions, PaginationResult } from "convex/server";
import { toListedUIMessages } from "../shared/toUIMessages.js";
import type { UIMessage } from "../shared/uiMessage.js";
import type { MessageStatus } from "../shared/validators/message.js";
import type { MessageDoc } from "../shared/validators/messageDoc.js";
import { apiOf, type InstalledComponent, type QueryCtx } from "./ctx.js";

/** Which messages of a thread to list. */
export type ListMessagesArgs = {
  threadId: string;
  /** As a paginated query's; a page holds at least `numItems` messages and never cuts a turn. */
  paginationOpts: PaginationOptions;
  /** Leave tool calls and their results out; what was said beside a call stays. Default: false. */
  excludeToolMessages?: boolean;
  /** Default: all. */
  statuses?: MessageStatus[];
};

/** A page of a thread's messages as they are stored, newest first. Loads neither the AI SDK nor zod. */
export async function listMessages(
  ctx: QueryCtx,
  component: InstalledComponent,
  { threadId, paginationOpts, excludeToolMessages, statuses }: ListMessagesArgs,
): Promise<PaginationResult<MessageDoc>> {
  const { cursor, endCursor, numItems } = paginationOpts;
  // What a streaming subscription asks for: its own page comes from elsewhere.
  if (numItems === 0) return { page: [], isDone: true, continueCursor: cursor ?? "" };
  return ctx.runQuery(apiOf(component).messages.listMessagesByThreadId, {
    threadId,
    order: "desc",
    paginationOpts: { cursor, numItems, ...(endCursor ? { endCursor } : {}) },
    excludeToolMessages,
    statuses,
  });
}

/**
 * A page of a thread's messages as a chat shows them: all that an agent says in answer to one prompt is one message
 * with its tool calls as parts. Loads neither the AI SDK nor zod.
 */
export async function listUIMessages(
  ctx: QueryCtx,
  component: InstalledComponent,
  args: ListMessagesArgs,
): Promise<PaginationResult<UIMessage>> {
  const { page, ...rest } = await listMessages(ctx, component, args);
  // Pages go back in time; within one, messages are read from top to bottom.
  return { ...rest, page: toListedUIMessages(page.toReversed()) };
}
