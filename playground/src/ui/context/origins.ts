import type { ContextEntry, ContextSource } from "convex-agent";
import type { Tone } from "../app/controls";

/** Where a message of a context comes from, in words. */
export const ORIGINS: Readonly<Record<ContextSource, { label: string; tone: Tone; fill: string; about: string }>> = {
  search: { label: "search", tone: "warn", fill: "bg-series-2", about: "Found by the search, or around something that was" },
  recent: { label: "recent", tone: "plain", fill: "bg-series-5", about: "One of the recent messages of the thread" },
  input: { label: "input", tone: "accent", fill: "bg-series-3", about: "Given with the call" },
  prompt: { label: "prompt", tone: "accent", fill: "bg-series-1", about: "What is to be answered" },
  response: { label: "said so far", tone: "good", fill: "bg-series-4", about: "What the turn has already come to" },
  handler: { label: "handler", tone: "danger", fill: "bg-series-6", about: "Made by the agent’s context handler" },
};

/** How a message came to be found, in a few words; undefined for messages that no search found. */
export function describeMatch({ source, match, threadId }: ContextEntry, ownThreadId: string): string | undefined {
  if (source !== "search") return undefined;
  const where = threadId !== undefined && threadId !== ownThreadId ? "in another thread, " : "";
  if (match === undefined) return `${where}around a match`;
  const { textRank, vectorRank, vectorScore, score } = match;
  const found = [
    ...(textRank === undefined ? [] : [`words #${textRank}`]),
    ...(vectorRank === undefined ? [] : [`meaning #${vectorRank}${vectorScore === undefined ? "" : ` (${vectorScore.toFixed(3)})`}`]),
  ];
  return `${where}${found.join(", ")} · score ${score.toFixed(4)}`;
}

/** Tokens of each origin, the largest share of them first. */
export function tokensByOrigin(entries: readonly ContextEntry[]): { source: ContextSource; tokens: number; messages: number }[] {
  const sums = new Map<ContextSource, { tokens: number; messages: number }>();
  for (const { source, estimatedTokens } of entries) {
    const { tokens, messages } = sums.get(source) ?? { tokens: 0, messages: 0 };
    sums.set(source, { tokens: tokens + estimatedTokens, messages: messages + 1 });
  }
  return [...sums].map(([source, sum]) => ({ source, ...sum }));
}
