import { forbidden, invalidInput, notFound } from "./errors";
import type { QueryCtx } from "./_generated/server";

/**
 * Who is asking.
 *
 * The demo has no sign-in. Each browser makes a random key, keeps it to itself and sends it along; the server knows
 * the person by the key's SHA-256 alone, so that nothing it returns can be used to pose as somebody else. In an app
 * with accounts this function is `(await ctx.auth.getUserIdentity())?.subject`, and nothing else changes.
 */
export async function requireViewer(viewerKey: string): Promise<{ userId: string }> {
  if (!VIEWER_KEY.test(viewerKey)) {
    throw invalidInput("viewerKey", "This browser did not say who it is. Reload the page.");
  }
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(viewerKey));
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { userId: `viewer_${hex.slice(0, 32)}` };
}

/** 128 random bits or more, as `crypto.randomUUID()` or 32 hex digits write them. */
const VIEWER_KEY = /^[0-9a-f-]{32,64}$/;

/**
 * What one may do with a thread. A thread is shared by its link: whoever knows its id may read it and write in it,
 * as with a shared document. Only its owner may rename or delete it, and only its owner has it in the list.
 */
type Permission = "read" | "write" | "manage";

/** Whether a thread is there for people; false once it was deleted. For what is written in the background. */
export async function isThreadThere(ctx: Pick<QueryCtx, "db">, threadId: string): Promise<boolean> {
  return (await ctx.db.query("threadAccess").withIndex("by_thread", (q) => q.eq("threadId", threadId)).unique()) !== null;
}

/** Every public function about a thread begins with this. Throws what the page can show. */
export async function requireThreadAccess(
  ctx: Pick<QueryCtx, "db">,
  { viewerKey, threadId, permission }: { viewerKey: string; threadId: string; permission: Permission },
): Promise<{ userId: string; isOwner: boolean }> {
  const { userId } = await requireViewer(viewerKey);
  const access = await ctx.db.query("threadAccess").withIndex("by_thread", (q) => q.eq("threadId", threadId)).unique();
  if (access === null) throw notFound("This conversation does not exist. It may have been deleted.");
  const isOwner = access.ownerId === userId;
  if (permission === "manage" && !isOwner) throw forbidden("Only the person who began this conversation can change it.");
  return { userId, isOwner };
}
