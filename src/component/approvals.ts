import { v } from "convex/values";
import { vApprovalState } from "../shared/validators/approval.js";
import type { ToolContentPart } from "../shared/validators/message.js";
import { mutation, query } from "./_generated/server.js";
import { findApproval, mustGetRequests, someStillWait } from "../model/approvals.js";
import { insertMessages, newestRow } from "../model/saveMessages.js";
import { mustGetThread, parseThreadId } from "../model/threads.js";

const vApproval = v.object({
  approvalId: v.string(),
  order: v.number(),
  messageId: v.string(),
  toolCallId: v.string(),
  toolName: v.string(),
  agentName: v.optional(v.string()),
  state: vApprovalState,
});

/**
 * Records decisions on tool calls of one turn, as a message of that turn. Each is found by its id, however long the
 * thread; `stillWaiting` tells that other calls of the same step have no decision yet, so that it is too early to go on.
 */
export const respond = mutation({
  args: {
    threadId: v.string(),
    responses: v.array(v.object({ approvalId: v.string(), approved: v.boolean(), reason: v.optional(v.string()) })),
  },
  returns: v.object({ messageId: v.string(), order: v.number(), stepOrder: v.number(), stillWaiting: v.boolean() }),
  handler: async (ctx, { threadId, responses }) => {
    const thread = await mustGetThread(ctx, threadId);
    const requests = await mustGetRequests(ctx, thread._id, responses.map(({ approvalId }) => approvalId));
    const { order, agentName, messageId: askedBy } = requests[0];
    const asker = await ctx.db.get(askedBy);
    const newest = await newestRow(ctx, thread._id, order);
    const content = responses.map((response): ToolContentPart => ({ type: "tool-approval-response", ...response }));
    const next = { order, stepOrder: (newest?.stepOrder ?? 0) + 1 };
    const messages = [{ message: { role: "tool" as const, content } }];
    const saved = await insertMessages(ctx, { threadId: thread._id, userId: asker?.userId ?? thread.userId, agentName, messages }, { next, keepTurn: true, nowMs: Date.now() });
    const stillWaiting = await someStillWait(ctx, requests.map(({ messageId }) => messageId));
    return { messageId: saved[0]?._id ?? "", ...next, stillWaiting };
  },
});

/** The state of a request, or null when there is none with this id. */
export const get = query({
  args: { threadId: v.string(), approvalId: v.string() },
  returns: v.union(v.null(), vApproval),
  handler: async (ctx, { threadId, approvalId }) => {
    const approval = await findApproval(ctx, parseThreadId(ctx, threadId), approvalId);
    if (approval === null) return null;
    const { _id, _creationTime, threadId: _threadId, ...fields } = approval;
    return fields;
  },
});

/** The calls of a thread that wait for a decision, oldest turn first; at most `limit` (100). */
export const listRequested = query({
  args: { threadId: v.string(), limit: v.optional(v.number()) },
  returns: v.array(vApproval),
  handler: async (ctx, { threadId, limit = 100 }) => {
    const id = parseThreadId(ctx, threadId);
    const open = await ctx.db
      .query("approvals")
      .withIndex("threadId", (q) => q.eq("threadId", id).eq("state.kind", "requested"))
      .take(Math.min(Math.max(1, limit), 1000));
    return open.map(({ _id, _creationTime, threadId: _threadId, ...fields }) => fields);
  },
});
