import type { Message } from "./validators/message.js";

interface ToolPart {
  readonly type: string;
  readonly toolCallId?: unknown;
  readonly approvalId?: unknown;
}

interface WithMessage {
  readonly message?: Message;
}

const partsOf = (doc: WithMessage): readonly ToolPart[] =>
  // Content parts are objects with a `type`, of kinds we know or not.
  doc.message === undefined || typeof doc.message.content === "string" ? [] : (doc.message.content as unknown as ToolPart[]);

/**
 * Drops every call of a tool that has no result and every result that has no call, so that no provider is shown half
 * a pair. Calls that wait for an approval, or were just given one, stay: the run continues from them. A message that
 * is left without content goes too; the rest keeps its order.
 *
 * @example filterOutOrphanedToolMessages(messagesOfAWindow)
 */
export function filterOutOrphanedToolMessages<Doc extends WithMessage>(docs: readonly Doc[]): Doc[] {
  const calls = new Set<unknown>();
  const answered = new Set<unknown>();
  const callOfApproval = new Map<unknown, unknown>();
  const responses = new Set<unknown>();
  for (const part of docs.flatMap(partsOf)) {
    if (part.type === "tool-call") calls.add(part.toolCallId);
    // A result without its call before it answers nothing.
    if (part.type === "tool-result" && calls.has(part.toolCallId)) answered.add(part.toolCallId);
    if (part.type === "tool-approval-request") callOfApproval.set(part.approvalId, part.toolCallId);
    if (part.type === "tool-approval-response") responses.add(part.approvalId);
  }
  const resumable = new Set([...callOfApproval].flatMap(([approval, call]) => (responses.has(approval) ? [call] : [])));
  const keeps = (part: ToolPart): boolean => {
    if (part.type === "tool-call") return answered.has(part.toolCallId) || resumable.has(part.toolCallId);
    if (part.type === "tool-result") return answered.has(part.toolCallId);
    if (part.type === "tool-approval-request") return answered.has(part.toolCallId) || resumable.has(part.toolCallId);
    if (part.type === "tool-approval-response") return calls.has(callOfApproval.get(part.approvalId));
    return true;
  };
  return docs.flatMap((doc) => {
    const parts = partsOf(doc);
    const kept = parts.filter(keeps);
    if (kept.length === parts.length) return [doc];
    if (!kept.some(saysSomething)) return [];
    // The content is a subset of parts that this role's content had before.
    return [{ ...doc, message: { ...doc.message, content: kept } as unknown as Message }];
  });
}

/** Reasoning alone is of no use to a model once the call that it led to is gone; some providers refuse it. */
const saysSomething = (part: ToolPart): boolean => part.type !== "reasoning" && part.type !== "step-start";
