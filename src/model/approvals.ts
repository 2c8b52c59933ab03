import { fail } from "../shared/errors.js";
import type { StoredPart } from "../shared/storedMessage.js";
import type { MessageDoc } from "../shared/validators/messageDoc.js";
import type { Doc, Id } from "../component/_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../component/_generated/server.js";
import type { MessageRow } from "./messageRows.js";

/*
 * One row for each tool call that waits for a decision, written and deleted with the message that asks. The decision
 * itself is a message of the turn as well; here it is found by its id, and here it is known who continues from it.
 */

/** Decisions of one turn that a transaction looks at. */
const MAX_DECISIONS = 1000;
/** A generation without a stream says nothing while it runs; Convex ends an action after ten minutes. */
const MAX_RUN_MS = 11 * 60 * 1000;

type Parts = readonly StoredPart[] | undefined;
/** Whose approvals are noted: the message, and the row that holds it. */
type MessagePlace = Pick<MessageRow, "_id" | "threadId" | "order" | "agentName"> & { rowId: Id<"messages"> };

const partsOfType = (parts: Parts, type: string): StoredPart[] => parts?.filter((part) => part.type === type) ?? [];

const key = ({ type, approvalId }: StoredPart): string => `${type} ${String(approvalId)}`;
const isOfApproval = ({ type }: StoredPart): boolean => type === "tool-approval-request" || type === "tool-approval-response";

/** The requests and answers among `parts` that are not among `others`. */
function without(parts: Parts, others: Parts): StoredPart[] {
  const known = new Set(others?.filter(isOfApproval).map(key));
  return parts?.filter((part) => isOfApproval(part) && !known.has(key(part))) ?? [];
}

/**
 * Notes the requests that a message makes and the answers that it gives; what it held `before` is noted already.
 * An answer to what was answered is a failure.
 */
export async function noteApprovals(
  ctx: MutationCtx,
  { _id, rowId, threadId, order, agentName }: MessagePlace,
  { parts, before, nowMs }: { parts: Parts; before?: Parts; nowMs: number },
): Promise<void> {
  const added = without(parts, before);
  if (added.length === 0) return;
  const calls = new Map(partsOfType(parts, "tool-call").map((call) => [call.toolCallId, String(call.toolName)]));
  for (const { approvalId, toolCallId } of partsOfType(added, "tool-approval-request")) {
    const names = { approvalId: String(approvalId), toolCallId: String(toolCallId), toolName: calls.get(toolCallId) ?? "" };
    await ctx.db.insert("approvals", { threadId, order, messageId: rowId, agentName, ...names, state: { kind: "requested" } });
  }
  for (const { approvalId, approved, reason } of partsOfType(added, "tool-approval-response")) {
    const approval = await findApproval(ctx, threadId, String(approvalId));
    // A request that this component never saw: a message that was brought from elsewhere.
    if (approval === null) continue;
    if (approval.state.kind !== "requested") alreadyAnswered(approval.approvalId, approval.state.approved);
    const answer = { approved: approved === true, ...(typeof reason === "string" ? { reason } : {}), answeredMs: nowMs, responseId: _id };
    await ctx.db.patch(approval._id, { state: { kind: "answered", ...answer } });
  }
}

/** Forgets the requests of a message that goes, and opens again those that it answered; what it holds `after` stays. */
export async function forgetApprovals(ctx: MutationCtx, row: MessageRow, after?: Parts): Promise<void> {
  const removed = without(row.parts, after);
  // A message that asks nothing costs no read here; one whose parts are elsewhere may ask.
  if (row.tool && row._id === row.stored._id && (row.overflow !== undefined || partsOfType(removed, "tool-approval-request").length > 0)) {
    const kept = new Set(partsOfType(after, "tool-approval-request").map(({ approvalId }) => approvalId));
    const asked = ctx.db.query("approvals").withIndex("messageId", (q) => q.eq("messageId", row.stored._id));
    for await (const { _id, approvalId } of asked) if (!kept.has(approvalId)) await ctx.db.delete(_id);
  }
  for (const { approvalId } of partsOfType(removed, "tool-approval-response")) {
    const approval = await findApproval(ctx, row.threadId, String(approvalId));
    if (approval === null || approval.state.kind === "requested" || approval.state.responseId !== row._id) continue;
    await ctx.db.patch(approval._id, { state: { kind: "requested" } });
  }
}

function alreadyAnswered(approvalId: string, approved: boolean): never {
  fail({ code: "approval_already_answered", approvalId, approved, message: `The approval "${approvalId}" was already ${approved ? "given" : "denied"}.` });
}

/** The request with this id, the newest should an id have been used again. */
export async function findApproval(ctx: Pick<QueryCtx, "db">, threadId: Id<"threads">, approvalId: string): Promise<Doc<"approvals"> | null> {
  return await ctx.db.query("approvals").withIndex("approvalId", (q) => q.eq("threadId", threadId).eq("approvalId", approvalId)).order("desc").first();
}

/** The open requests with these ids; fails when one is unknown or answered, or when they are not of one turn. */
export async function mustGetRequests(ctx: Pick<QueryCtx, "db">, threadId: Id<"threads">, approvalIds: readonly string[]): Promise<[Doc<"approvals">, ...Doc<"approvals">[]]> {
  const approvals = await Promise.all(
    approvalIds.map(async (approvalId) => {
      const approval = await findApproval(ctx, threadId, approvalId);
      if (approval === null) fail({ code: "approval_not_found", approvalId, threadId, message: `No tool call in the thread "${threadId}" waits for the approval "${approvalId}".` });
      if (approval.state.kind !== "requested") alreadyAnswered(approvalId, approval.state.approved);
      return approval;
    }),
  );
  const [first, ...others] = approvals;
  if (first === undefined) fail({ code: "invalid_argument", argument: "responses", message: "There is no decision to record: `responses` is empty." });
  if (others.some(({ order }) => order !== first.order)) {
    fail({ code: "invalid_argument", argument: "responses", message: "The approvals belong to different turns; answer those of one turn at a time." });
  }
  if (new Set(approvalIds).size < approvalIds.length) fail({ code: "invalid_argument", argument: "responses", message: "An approval is answered twice in `responses`." });
  return [first, ...others];
}

/** Whether other calls of these messages still wait for a decision. */
export async function someStillWait(ctx: Pick<QueryCtx, "db">, messageIds: Iterable<Id<"messages">>): Promise<boolean> {
  for (const messageId of new Set(messageIds)) {
    const open = await ctx.db.query("approvals").withIndex("messageId", (q) => q.eq("messageId", messageId).eq("state.kind", "requested")).first();
    if (open !== null) return true;
  }
  return false;
}

/**
 * Makes a generation the one that continues from the decisions of its turn: approved tools run once, and a decision
 * that was recorded with a continuation is not continued a second time. Fails when another one does or did it; one that
 * failed has given the decisions back.
 */
export async function claimDecisions(
  ctx: MutationCtx,
  { threadId, promptMessageId, turn, streamId, nowMs }: { threadId: Id<"threads">; promptMessageId: string; turn: readonly MessageDoc[]; streamId: string | undefined; nowMs: number },
): Promise<void> {
  const isComplete = endsInAnswer(turn);
  for (const approvalId of decisionsToContinue(turn, promptMessageId)) {
    const approval = await findApproval(ctx, threadId, approvalId);
    if (approval === null || approval.state.kind === "requested") continue;
    const { state } = approval;
    if (state.kind === "continued" && (isComplete || nowMs - state.startedMs < MAX_RUN_MS)) {
      fail({
        code: "approval_already_continued",
        approvalId,
        startedMs: state.startedMs,
        message: `The run was already continued from the approval "${approvalId}".`,
      });
    }
    const { approved, reason, answeredMs, responseId } = state;
    const claim = { startedMs: nowMs, ...(streamId === undefined ? {} : { streamId }) };
    await ctx.db.patch(approval._id, { state: { kind: "continued", approved, answeredMs, responseId, ...(reason === undefined ? {} : { reason }), ...claim } });
  }
}

/** Answers of the turn whose calls have no result yet, and all of `promptMessageId` when it is an answer itself. */
function decisionsToContinue(turn: readonly MessageDoc[], promptMessageId: string): Set<string> {
  const callOf = new Map<unknown, unknown>();
  const results = new Set<unknown>();
  const answers: { approvalId: string; isPrompt: boolean }[] = [];
  for (const { _id, message } of turn) {
    if (message === undefined || typeof message.content === "string") continue;
    for (const part of message.content) {
      if (part.type === "tool-approval-request") callOf.set(part.approvalId, part.toolCallId);
      else if (part.type === "tool-result") results.add(part.toolCallId);
      else if (part.type === "tool-approval-response") answers.push({ approvalId: part.approvalId, isPrompt: _id === promptMessageId });
    }
  }
  return new Set(answers.filter(({ approvalId, isPrompt }) => isPrompt || !results.has(callOf.get(approvalId))).map(({ approvalId }) => approvalId));
}

/** Whether the last thing said in the turn is an answer and not a call. */
function endsInAnswer(turn: readonly MessageDoc[]): boolean {
  const last = turn.at(-1);
  return last?.message?.role === "assistant" && !last.tool;
}

/** Gives decisions back that a generation which ended early had claimed, so that the run can be continued again. */
export async function releaseDecisions(ctx: MutationCtx, { threadId, order, streamId }: { threadId: Id<"threads">; order: number; streamId: string | undefined }): Promise<void> {
  const claimed = await ctx.db
    .query("approvals")
    .withIndex("threadId", (q) => q.eq("threadId", threadId).eq("state.kind", "continued").eq("order", order))
    .take(MAX_DECISIONS);
  for (const { _id, state } of claimed) {
    if (state.kind !== "continued" || state.streamId !== streamId) continue;
    const { startedMs: _startedMs, streamId: _streamId, ...answer } = state;
    await ctx.db.patch(_id, { state: { ...answer, kind: "answered" } });
  }
}

/** The names of the tools that the decisions of a turn are about, by call. */
export async function toolNamesOfTurn(ctx: Pick<QueryCtx, "db">, threadId: Id<"threads">, order: number): Promise<Map<string, string>> {
  const claimed = await ctx.db
    .query("approvals")
    .withIndex("threadId", (q) => q.eq("threadId", threadId).eq("state.kind", "continued").eq("order", order))
    .take(MAX_DECISIONS);
  return new Map(claimed.map(({ toolCallId, toolName }) => [toolCallId, toolName]));
}
