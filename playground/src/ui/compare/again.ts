import type { MessageDoc } from "convex-agent";
import { answerOf, promptOf } from "./answers";

/** What of a turn is answered again. */
export interface Again {
  readonly prompt: MessageDoc;
  /** The number of the step that the message is, from 1; 0: it is none. */
  readonly step: number;
  readonly from: "prompt" | "message";
  readonly messageId: string;
  /** What the new answer comes after: the prompt, or the message before the step. */
  readonly base: MessageDoc;
  /** What was said after `base`. */
  readonly said: readonly MessageDoc[];
}

/**
 * What is answered again of a message's turn: its prompt or, where it is asked for and steps came before it, the message
 * alone. Undefined: the turn has no prompt.
 */
export function againOf(turn: readonly MessageDoc[], { messageId, fromStep }: { messageId: string; fromStep: boolean }): Again | undefined {
  const prompt = promptOf(turn);
  if (prompt === undefined) return undefined;
  const step = turn.filter(({ message }) => message?.role === "assistant").findIndex(({ _id }) => _id === messageId) + 1;
  const index = turn.findIndex(({ _id }) => _id === messageId);
  const before = turn[index - 1];
  if (!fromStep || step < 2 || before === undefined) return { prompt, step, from: "prompt", messageId: prompt._id, base: prompt, said: answerOf(turn) };
  return { prompt, step, from: "message", messageId, base: before, said: answerOf(turn.slice(index)) };
}
