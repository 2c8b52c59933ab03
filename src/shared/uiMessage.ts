import type { UIDataTypes, UIMessage as SDKMessage, UITools } from "ai";
import type { MessageStatus } from "./validators/message.js";

/** `streaming` while chunks arrive; otherwise the status of the newest saved step. */
export type UIStatus = "streaming" | MessageStatus;

/**
 * A message for rendering: the AI SDK's `UIMessage`, with its place in the thread. One assistant message holds all
 * steps of a generation, so a turn is usually a user message and an assistant message.
 */
export type UIMessage<
  METADATA = unknown,
  DATA_PARTS extends UIDataTypes = UIDataTypes,
  TOOLS extends UITools = UITools,
> = SDKMessage<METADATA, DATA_PARTS, TOOLS> & {
  /** Stays the same while the message goes from streaming to saved. */
  key: string;
  order: number;
  stepOrder: number;
  status: UIStatus;
  agentName?: string;
  userId?: string;
  /** The text parts, a line each; empty when there are none. */
  text: string;
  /** When the first of its rows was saved, ms since the epoch; the viewer's clock while it streams. */
  _creationTime: number;
  /** Why it ended early. */
  error?: string;
};

/** The key of the message at a place: the same for its stream and for what is saved of it. */
export function messageKey(threadId: string, { order, stepOrder }: { order: number; stepOrder: number }): string {
  return `${threadId}-${order}-${stepOrder}`;
}
