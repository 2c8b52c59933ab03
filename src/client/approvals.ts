import { apiOf, type InstalledComponent, type MutationCtx } from "./ctx.js";

/** Where a run continues after the decisions that it waited for. */
export type Continuation = {
  threadId: string;
  /** The message with the decision: pass it to `generateText` or `streamText`, or to an agent's text action. */
  promptMessageId: string;
};

/** How a run goes on once all calls of its step are decided. */
export type ContinueOption = {
  /**
   * Called in the same mutation as the decision, when no other call of the step waits any more: schedule what
   * continues the run here, so that a decision is never left without consequences.
   *
   * @example continueWith: (next) => ctx.scheduler.runAfter(0, internal.chat.reply, next)
   */
  continueWith?: ((next: Continuation) => unknown) | undefined;
};

/** Which call is decided, and why. */
export type ToolCallDecision = { threadId: string; approvalId: string; reason?: string } & ContinueOption;

/** What a decision leads to. */
export type RecordedDecision = {
  /** The message with the decision. Without `continueWith`, continue from it: as the `promptMessageId` of the next call. */
  messageId: string;
  /** Other calls of the same step still wait; the run was not continued. */
  stillWaiting: boolean;
};

/**
 * Approves a tool call that waits, from a mutation or an action. The decision joins the turn that asked for it, however
 * much was said since; the run continues there, in the same message of the chat, and runs the tool once: a second
 * continuation, by the app or by `continueWith`, is refused with `approval_already_continued`.
 *
 * @throws ConvexError with the code `approval_not_found` or `approval_already_answered`.
 * @example
 * await approveToolCall(ctx, components.agent, { threadId, approvalId,
 *   continueWith: (next) => ctx.scheduler.runAfter(0, internal.chat.reply, next) });
 */
export async function approveToolCall(ctx: MutationCtx, component: InstalledComponent, args: ToolCallDecision): Promise<RecordedDecision> {
  return decide(ctx, component, { ...args, approved: true });
}

/** Denies a tool call that waits: the model is told so, with the reason. Else as {@link approveToolCall}. */
export async function denyToolCall(ctx: MutationCtx, component: InstalledComponent, args: ToolCallDecision): Promise<RecordedDecision> {
  return decide(ctx, component, { ...args, approved: false });
}

function decide(
  ctx: MutationCtx,
  component: InstalledComponent,
  { threadId, continueWith, ...response }: ToolCallDecision & { approved: boolean },
): Promise<RecordedDecision> {
  return respondToToolCalls(ctx, component, { threadId, responses: [response], continueWith });
}

/** Decides several tool calls of one turn at once, in one mutation. Else as {@link approveToolCall}. */
export async function respondToToolCalls(
  ctx: MutationCtx,
  component: InstalledComponent,
  args: { threadId: string; responses: Array<{ approvalId: string; approved: boolean; reason?: string }> } & ContinueOption,
): Promise<RecordedDecision> {
  const { threadId, responses, continueWith } = args;
  const { messageId, stillWaiting } = await ctx.runMutation(apiOf(component).approvals.respond, { threadId, responses });
  if (!stillWaiting) await continueWith?.({ threadId, promptMessageId: messageId });
  return { messageId, stillWaiting };
}
