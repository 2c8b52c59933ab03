import { sizeBytesOf } from "../../shared/storedMessage.js";
import { filterOutOrphanedToolMessages } from "../../shared/toolPairs.js";
import type { MessageDoc } from "../../shared/validators/messageDoc.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { toMessageDoc } from "./messageDoc.js";

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
  /** The rows of the turn `turn`, in order; empty when it is a new one. */
  turn: MessageDoc[];
  /** The newest row that was read, of whatever turn. */
  newest: Doc<"messages"> | null;
}

/**
 * One read, newest first: the rows of turn `turn` (all of them: a generation continues where it left off) and the
 * recent messages before it. Failed messages count for what they show; those that are still being made do not.
 */
export async function readWindow(
  ctx: QueryCtx,
  { threadId, turn, options }: { threadId: Id<"threads">; turn: number | null; options: WindowOptions },
): Promise<ThreadWindow> {
  const { recentMessages, excludeToolMessages } = options;
  const turnRows: Doc<"messages">[] = [];
  const recentRows: Doc<"messages">[] = [];
  let newest: Doc<"messages"> | null = null;
  let bytes = 0;
  let read = 0;
  let lastKeptOrder: number | null = null;
  const rows = ctx.db
    .query("messages")
    .withIndex("threadId", (q) => (turn === null ? q.eq("threadId", threadId) : q.eq("threadId", threadId).lte("order", turn)))
    .order("desc");
  for await (const row of rows) {
    newest ??= row;
    if (row.order === turn) {
      turnRows.push(row);
      continue;
    }
    const isFull = recentRows.length >= recentMessages && row.order !== lastKeptOrder;
    if (isFull || bytes > MAX_CONTEXT_BYTES || read >= recentMessages + MAX_EXTRA_ROWS) break;
    read += 1;
    bytes += sizeBytesOf(row);
    if (!isShownToModels(row)) continue;
    if (excludeToolMessages && !hasMoreThanTools(row)) continue;
    recentRows.push(row);
    lastKeptOrder = row.order;
  }
  const recent = recentRows.toReversed().map(toMessageDoc);
  return {
    recent: filterOutOrphanedToolMessages(excludeToolMessages ? recent.map(withoutTools) : recent),
    turn: turnRows.toReversed().map(toMessageDoc),
    newest,
  };
}

/** A row without content, or one that another generation is still writing, says nothing to a model. */
function isShownToModels({ role, status, text, parts }: Doc<"messages">): boolean {
  if (role === undefined || status === "pending") return false;
  return status === "success" || (text !== undefined && text !== "") || (parts !== undefined && parts.length > 0);
}

function hasMoreThanTools({ tool, role, text }: Doc<"messages">): boolean {
  return !tool || (role === "assistant" && text !== undefined && text !== "");
}

/** What an assistant said around its calls stays when the calls do not. */
function withoutTools(doc: MessageDoc): MessageDoc {
  if (!doc.tool || doc.message?.role !== "assistant" || typeof doc.message.content === "string") return doc;
  const content = doc.message.content.filter((part) => part.type === "text" || part.type === "file");
  return { ...doc, tool: false, message: { ...doc.message, content } };
}
