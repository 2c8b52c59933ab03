import { filterOutOrphanedToolMessages } from "../shared/toolPairs.js";
import type { MessageDoc } from "../shared/validators/messageDoc.js";
import type { Id } from "../component/_generated/dataModel.js";
import type { QueryCtx } from "../component/_generated/server.js";
import { readMessages, type MessageRow } from "./messageRows.js";
import { readBytes, toMessageDocs } from "./overflow.js";

/** What one generation may read of its thread, whatever the thread's length. */
const MAX_CONTEXT_BYTES = 6 * 1024 * 1024;
const MAX_EXTRA_ROWS = 200;

export interface WindowOptions {
  /** How many messages; the turn in which the window would begin is taken whole. */
  recentMessages: number;
  excludeToolMessages: boolean;
}

export interface ThreadWindow {
  /** Messages of earlier turns, in the thread's order. */
  recent: MessageDoc[];
  /** What the turn `prompt` opened holds, in order: the prompt and what was said well in answer to it. Empty without. */
  turn: MessageDoc[];
  /** The newest row of that turn; without `prompt` of the thread. */
  newest: MessageRow | null;
}

/**
 * One read, newest first: the turn of `prompt` (a generation continues where the last one left off) and the recent
 * messages of turns before it. Failed messages of earlier turns count for what they show; failed ones of this turn are
 * what is being tried again, and those that are still being made say nothing yet.
 */
export async function readWindow(
  ctx: QueryCtx,
  { threadId, prompt, options }: { threadId: Id<"threads">; prompt: MessageRow | null; options: WindowOptions },
): Promise<ThreadWindow> {
  const { recentMessages, excludeToolMessages } = options;
  const turnRows: MessageRow[] = [];
  const recentRows: MessageRow[] = [];
  let newest: MessageRow | null = null;
  let bytes = 0;
  let read = 0;
  for await (const row of readMessages(ctx, { threadId, to: prompt === null ? undefined : { order: prompt.order + 1, stepOrder: 0 }, direction: "desc" })) {
    newest ??= row;
    const isOfTurn = row.order === prompt?.order;
    const isFull = recentRows.length >= recentMessages && row.order !== recentRows.at(-1)?.order;
    if ((isFull && !isOfTurn) || bytes > MAX_CONTEXT_BYTES || read >= recentMessages + MAX_EXTRA_ROWS) break;
    read += 1;
    bytes += readBytes(row);
    if (isOfTurn) {
      if (row._id === prompt?._id || (row.role !== undefined && row.status === "success")) turnRows.push(row);
    } else if (isShown(row, { excludeToolMessages })) {
      recentRows.push(row);
    }
  }
  // A turn of more than one read holds still begins with what it answers.
  if (prompt !== null && !turnRows.some(({ _id }) => _id === prompt._id)) turnRows.push(prompt);
  const recent = await toMessageDocs(ctx, recentRows.toReversed());
  return {
    recent: filterOutOrphanedToolMessages(excludeToolMessages ? recent.map(withoutTools) : recent),
    turn: await toMessageDocs(ctx, turnRows.toReversed()),
    newest,
  };
}

/** Whether a message of an earlier turn is shown to a model. */
export function isShown(row: MessageRow, { excludeToolMessages }: Pick<WindowOptions, "excludeToolMessages">): boolean {
  return isShownToModels(row) && !(excludeToolMessages && !hasMoreThanTools(row));
}

/** A row without content, or one that another generation is still writing, says nothing to a model. */
function isShownToModels({ role, status, text, parts }: MessageRow): boolean {
  if (role === undefined || status === "pending") return false;
  return status === "success" || (text !== undefined && text !== "") || (parts !== undefined && parts.length > 0);
}

/** Whether something is left of a message without its tool calls. */
export function hasMoreThanTools({ tool, role, text }: MessageRow): boolean {
  return !tool || (role === "assistant" && text !== undefined && text !== "");
}

/** A message as people read it who are spared the tools: all but the calls. */
export function withoutCalls(doc: MessageDoc): MessageDoc {
  if (!doc.tool || doc.message?.role !== "assistant" || typeof doc.message.content === "string") return doc;
  return { ...doc, tool: false, message: { ...doc.message, content: doc.message.content.filter(({ type }) => !type.startsWith("tool-")) } };
}

/** What an assistant said around its calls stays when the calls do not. */
export function withoutTools(doc: MessageDoc): MessageDoc {
  if (!doc.tool || doc.message?.role !== "assistant" || typeof doc.message.content === "string") return doc;
  const content = doc.message.content.filter((part) => part.type === "text" || part.type === "file");
  return { ...doc, tool: false, message: { ...doc.message, content } };
}
