/** The account that the agent pays from: one for each conversation, with play money on it. */
import { v, type Infer } from "convex/values";
import { internalMutation, query, type QueryCtx } from "../_generated/server";
import { isThreadThere, requireThreadAccess } from "../access";

const OPENING_BALANCE = 1_000;
/** Payments a page lists, and decisions it names. */
const MAX_LISTED = 100;

const vDecider = v.union(v.literal("you"), v.literal("the owner"), v.literal("a guest"));
type Decider = Infer<typeof vDecider>;

/** Called by the tool, which tells the model when it throws. A call that was carried out before is not carried out again. */
export const pay = internalMutation({
  args: { threadId: v.string(), amount: v.number(), to: v.string(), toolCallId: v.string() },
  returns: v.object({ balance: v.number() }),
  handler: async (ctx, { threadId, amount, to, toolCallId }) => {
    if (!(await isThreadThere(ctx, threadId))) throw new Error("The conversation was deleted, and its account with it.");
    const known = await ctx.db.query("payments").withIndex("by_call", (q) => q.eq("threadId", threadId).eq("toolCallId", toolCallId)).first();
    const balance = await balanceOf(ctx, threadId);
    if (known !== null) return { balance };
    if (amount > balance) throw new Error(`There are ${euros(balance)} on the account, and ${euros(amount)} cannot be paid from it.`);
    await ctx.db.insert("payments", { threadId, amount, to, toolCallId });
    return { balance: balance - amount };
  },
});

/** What is on the account, what was paid, and who decided. */
export const get = query({
  args: { viewerKey: v.string(), threadId: v.string() },
  returns: v.object({
    balance: v.number(),
    payments: v.array(v.object({ paymentId: v.id("payments"), amount: v.number(), to: v.string() })),
    decisions: v.array(v.object({ approvalId: v.string(), decider: vDecider })),
  }),
  handler: async (ctx, { viewerKey, threadId }) => {
    const { userId } = await requireThreadAccess(ctx, { viewerKey, threadId, permission: "read" });
    const access = await ctx.db.query("threadAccess").withIndex("by_thread", (q) => q.eq("threadId", threadId)).unique();
    const payments = await ctx.db.query("payments").withIndex("by_thread", (q) => q.eq("threadId", threadId)).order("desc").take(MAX_LISTED);
    const decisions = await ctx.db.query("paymentDecisions").withIndex("by_approval", (q) => q.eq("threadId", threadId)).order("desc").take(MAX_LISTED);
    const name = (deciderId: string): Decider => (deciderId === userId ? "you" : deciderId === access?.ownerId ? "the owner" : "a guest");
    return {
      balance: await balanceOf(ctx, threadId),
      payments: payments.map(({ _id, amount, to }) => ({ paymentId: _id, amount, to })),
      decisions: decisions.map(({ approvalId, deciderId }) => ({ approvalId, decider: name(deciderId) })),
    };
  },
});

/** An account holds a thousand, and a payment is at least one: the sum is never over more rows than that. */
async function balanceOf(ctx: Pick<QueryCtx, "db">, threadId: string): Promise<number> {
  const payments = await ctx.db.query("payments").withIndex("by_thread", (q) => q.eq("threadId", threadId)).take(OPENING_BALANCE);
  return payments.reduce((left, { amount }) => left - amount, OPENING_BALANCE);
}

function euros(amount: number): string {
  return `€${amount.toLocaleString("en")}`;
}
