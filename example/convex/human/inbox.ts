/** What the support team has to do, over all customers. */
import { v, type Infer } from "convex/values";
import type { Doc } from "../_generated/dataModel";
import { query, type QueryCtx } from "../_generated/server";
import { requireMember } from "./team";

/** Cases of each kind that an inbox lists: those who have waited longest, and the ones taken last. */
const MAX_LISTED = 30;

const vEntry = v.object({
  threadId: v.string(),
  title: v.union(v.string(), v.null()),
  /** Tells customers apart who have no name. */
  customer: v.string(),
  sinceMs: v.number(),
  state: v.union(
    v.object({ kind: v.literal("waiting") }),
    v.object({ kind: v.literal("asked"), question: v.string() }),
    v.object({ kind: v.literal("taken"), by: v.string(), isYou: v.boolean() }),
  ),
});
type Entry = Infer<typeof vEntry>;

/** Who waits for a person and since when, and who is taken care of by whom. For the support team alone. */
export const list = query({
  args: { viewerKey: v.string() },
  returns: v.object({ open: v.array(vEntry), taken: v.array(vEntry) }),
  handler: async (ctx, { viewerKey }) => {
    const { userId } = await requireMember(ctx, viewerKey);
    const waiting = await ctx.db.query("supportCases").withIndex("by_holder", (q) => q.eq("holder.kind", "waiting")).take(MAX_LISTED);
    const taken = await ctx.db.query("supportCases").withIndex("by_holder", (q) => q.eq("holder.kind", "person")).order("desc").take(MAX_LISTED);
    const open = await Promise.all(waiting.map((found) => toEntry(ctx, found, { kind: "waiting" })));
    const asked = await listAsked(ctx, new Set([...waiting, ...taken].map(({ threadId }) => threadId)));
    return {
      open: [...open, ...asked].sort((a, b) => a.sinceMs - b.sinceMs),
      taken: await Promise.all(taken.map((found) => toEntry(ctx, found, stateOf(found, userId)))),
    };
  },
});

/** The cases, beside those listed already, in which the agent has asked something. */
async function listAsked(ctx: QueryCtx, listed: Set<string>): Promise<Entry[]> {
  const entries: Entry[] = [];
  const questions = await ctx.db.query("humanQuestions").withIndex("by_answer", (q) => q.eq("answeredBy", null)).take(MAX_LISTED);
  for (const { threadId, question, _creationTime } of questions) {
    if (listed.has(threadId)) continue;
    listed.add(threadId);
    const found = await ctx.db.query("supportCases").withIndex("by_thread", (q) => q.eq("threadId", threadId)).unique();
    if (found !== null) entries.push({ ...await toEntry(ctx, found, { kind: "asked", question }), sinceMs: _creationTime });
  }
  return entries;
}

function stateOf({ holder }: Doc<"supportCases">, userId: string): Entry["state"] {
  return holder.kind === "person" ? { kind: "taken", by: holder.name, isYou: holder.userId === userId } : { kind: "waiting" };
}

async function toEntry(ctx: QueryCtx, { _creationTime, threadId, title, holder }: Doc<"supportCases">, state: Entry["state"]): Promise<Entry> {
  const access = await ctx.db.query("threadAccess").withIndex("by_thread", (q) => q.eq("threadId", threadId)).unique();
  const sinceMs = holder.kind === "agent" ? undefined : holder.sinceMs;
  // The last digits of who they are: enough to tell a dozen customers apart, and nothing more.
  return { threadId, title: title ?? null, customer: `Customer ${access?.ownerId.slice(-4) ?? ""}`, sinceMs: sinceMs ?? _creationTime, state };
}
