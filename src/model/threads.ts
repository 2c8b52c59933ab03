import { fail } from "../shared/errors.js";
import type { ThreadDoc } from "../shared/validators/thread.js";
import type { Doc, Id } from "../component/_generated/dataModel.js";
import type { QueryCtx } from "../component/_generated/server.js";

/** The thread's id when the text is one; a failure that names it otherwise. Says nothing of whether it exists. */
export function parseThreadId(ctx: Pick<QueryCtx, "db">, threadId: string): Id<"threads"> {
  const id = ctx.db.normalizeId("threads", threadId);
  if (id === null) return threadNotFound(threadId);
  return id;
}

export async function mustGetThread(ctx: Pick<QueryCtx, "db">, threadId: string): Promise<Doc<"threads">> {
  const thread = await ctx.db.get(parseThreadId(ctx, threadId));
  return thread ?? threadNotFound(threadId);
}

function threadNotFound(threadId: string): never {
  fail({ code: "thread_not_found", threadId, message: `There is no thread with the id "${threadId}".` });
}

export function toThreadDoc({ _id, _creationTime, userId, title, summary, status }: Doc<"threads">): ThreadDoc {
  return { _id, _creationTime, userId, title, summary, status };
}
