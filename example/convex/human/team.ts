/** The support team: who is of it, and how one joins. An app with accounts reads a role here instead. */
import { v } from "convex/values";
import { z } from "zod";
import { mutation, query, type QueryCtx } from "../_generated/server";
import { requireViewer } from "../access";
import { forbidden, invalidInput } from "../errors";
import { parseInput } from "../input";

const nameSchema = z.string().trim().min(1, "Say who you are: the customer sees it.").max(40, "A name has at most 40 characters.");

/** Works where `SUPPORT_CODE` is not set; the page says so. */
const DEMO_CODE = "demo";

function teamCode(): string {
  const code = process.env.SUPPORT_CODE?.trim();
  return code === undefined || code === "" ? DEMO_CODE : code;
}

async function findMember(ctx: Pick<QueryCtx, "db">, userId: string) {
  return await ctx.db.query("supportMembers").withIndex("by_user", (q) => q.eq("userId", userId)).unique();
}

// #region requireMember
/** Every function of the support team begins with this. */
export async function requireMember(ctx: Pick<QueryCtx, "db">, viewerKey: string): Promise<{ userId: string; name: string }> {
  const { userId } = await requireViewer(viewerKey);
  const member = await findMember(ctx, userId);
  if (member === null) throw forbidden("Only the support team may do this. Join it first.");
  return { userId, name: member.name };
}
// #endregion

/** Whether somebody is of the team; for what a guest is shown, too. */
export async function isMember(ctx: Pick<QueryCtx, "db">, userId: string): Promise<boolean> {
  return (await findMember(ctx, userId)) !== null;
}

/** The viewer's place in the team; null for everybody else. `demoCode`: what to join with, where anybody may. */
export const me = query({
  args: { viewerKey: v.string() },
  returns: v.object({ name: v.union(v.string(), v.null()), demoCode: v.union(v.string(), v.null()) }),
  handler: async (ctx, { viewerKey }) => {
    const { userId } = await requireViewer(viewerKey);
    const member = await findMember(ctx, userId);
    return { name: member?.name ?? null, demoCode: teamCode() === DEMO_CODE ? DEMO_CODE : null };
  },
});

/** Joins the team, with the code that its people know. */
export const join = mutation({
  args: { viewerKey: v.string(), name: v.string(), code: v.string() },
  returns: v.null(),
  handler: async (ctx, { viewerKey, name: typed, code }) => {
    const { userId } = await requireViewer(viewerKey);
    const name = parseInput(nameSchema, typed, "name");
    if (code.trim() !== teamCode()) throw invalidInput("code", "This is not the team's code.");
    const member = await findMember(ctx, userId);
    if (member === null) await ctx.db.insert("supportMembers", { userId, name });
    else await ctx.db.patch(member._id, { name });
    return null;
  },
});
