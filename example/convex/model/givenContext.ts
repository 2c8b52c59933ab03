import type { Turn } from "./conversation";

/** A prompt that brings what was found along, as the guides write it: context first, the question last. */
const WITH_CONTEXT = /^\s*# Context:?\s*\n([^]*?)\n#+ Question:?\s*\n([^]*)$/;

/** Takes the context out of a turn's message, so that the question is what is answered; null: there is none in it. */
export function takeContext(turn: Turn): string | null {
  const [, context = "", question = ""] = WITH_CONTEXT.exec(turn.user) ?? [];
  if (context === "" || question === "") return null;
  turn.user = question.trim();
  return context.replace(/\n---\s*$/, "").trim();
}
