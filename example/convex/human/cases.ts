/** What both sides of a support case read. */
import { v } from "convex/values";
import type { Doc } from "../_generated/dataModel";
import { query, type QueryCtx } from "../_generated/server";
import { requireThreadAccess } from "../access";
import { notFound } from "../errors";
import { isMember } from "./team";

/** Questions that are shown as open; more wait their turn. */
const MAX_OPEN = 10;

export async function mustFindCase(ctx: Pick<QueryCtx, "db">, threadId: string): Promise<Doc<"supportCases">> {
  const found = await ctx.db.query("supportCases").withIndex("by_thread", (q) => q.eq("threadId", threadId)).unique();
  if (found === null) throw notFound("This is not a support conversation.");
  return found;
}

/** Who answers, what is asked of a person, and on which side the viewer is. */
export const get = query({
  args: { viewerKey: v.string(), threadId: v.string() },
  returns: v.object({
    role: v.union(v.literal("customer"), v.literal("support"), v.literal("guest")),
    holder: v.union(
      v.object({ kind: v.literal("agent") }),
      v.object({ kind: v.literal("waiting"), sinceMs: v.number() }),
      v.object({ kind: v.literal("person"), name: v.string(), isYou: v.boolean() }),
    ),
    questions: v.array(v.object({ toolCallId: v.string(), question: v.string() })),
  }),
  handler: async (ctx, { viewerKey, threadId }) => {
    const { userId, isOwner } = await requireThreadAccess(ctx, { viewerKey, threadId, permission: "read" });
    const { holder } = await mustFindCase(ctx, threadId);
    const role = isOwner ? "customer" as const : await isMember(ctx, userId) ? "support" as const : "guest" as const;
    // What is asked within the house is not a guest's to read.
    const open = role !== "support" ? [] : await ctx.db.query("humanQuestions").withIndex("by_thread", (q) => q.eq("threadId", threadId).eq("answeredBy", null)).take(MAX_OPEN);
    return {
      role,
      holder: holder.kind === "person" ? { kind: "person" as const, name: holder.name, isYou: holder.userId === userId } : holder,
      questions: open.map(({ toolCallId, question }) => ({ toolCallId, question })),
    };
  },
});
