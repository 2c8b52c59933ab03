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
  const whole = wholePairs(docs.flatMap(partsOf));
  return docs.flatMap((doc) => {
    const parts = partsOf(doc);
    const kept = parts.filter((part) => !HALVES.has(part.type) || whole.has(part));
    if (kept.length === parts.length) return [doc];
    if (!kept.some(saysSomething)) return [];
    // The content is a subset of parts that this role's content had before.
    return [{ ...doc, message: { ...doc.message, content: kept } as unknown as Message }];
  });
}

/** The kinds of parts that mean nothing alone. */
const HALVES = new Set(["tool-call", "tool-result", "tool-approval-request", "tool-approval-response"]);

/**
 * The parts that have their other half: whatever answers comes after what it answers. Ids are those of the newest
 * call, since some providers use an id again.
 */
function wholePairs(parts: readonly ToolPart[]): Set<ToolPart> {
  const whole = new Set<ToolPart>();
  const calls = new Map<unknown, ToolPart>();
  const requests = new Map<unknown, { request: ToolPart; call: ToolPart }>();
  for (const part of parts) {
    const call = calls.get(part.toolCallId);
    const asked = requests.get(part.approvalId);
    if (part.type === "tool-call") calls.set(part.toolCallId, part);
    else if (part.type === "tool-result" && call !== undefined) whole.add(call).add(part);
    else if (part.type === "tool-approval-request" && call !== undefined) requests.set(part.approvalId, { request: part, call });
    else if (part.type === "tool-approval-response" && asked !== undefined) whole.add(asked.call).add(asked.request).add(part);
  }
  for (const { request, call } of requests.values()) if (whole.has(call)) whole.add(request);
  return whole;
}

/** Reasoning alone is of no use to a model once the call that it led to is gone; some providers refuse it. */
const saysSomething = (part: ToolPart): boolean => part.type !== "reasoning" && part.type !== "step-start";
