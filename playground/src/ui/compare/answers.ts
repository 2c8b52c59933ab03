import type { MessageDoc, PlaygroundAnswer } from "convex-agent";
import { toUIMessages, type UIMessage } from "convex-agent/react";
import { coveredMs } from "../timeline/turnTimeline";
import { costOf, type PriceTable } from "../usage/prices";

/** An answer, saved or not, in the terms by which answers are compared. */
export interface ComparedAnswer {
  readonly parts: UIMessage["parts"];
  readonly text: string;
  readonly agentName: string | undefined;
  readonly model: string | undefined;
  readonly finishReason: string | undefined;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** False: it was cut off before its provider had counted, so the tokens are of the steps before. */
  readonly isCounted: boolean;
  readonly modelCalls: number;
  /** How long models and tools took; undefined where nobody saw it. */
  readonly durationMs: number | undefined;
  /** Dollars; undefined where a model has no price. */
  readonly cost: number | undefined;
  readonly error: string | undefined;
}

/** The messages of a turn that were said in answer to its prompt. */
export function answerOf(turn: readonly MessageDoc[]): MessageDoc[] {
  return turn.filter(({ message }) => message?.role === "assistant" || message?.role === "tool");
}

/** The message that a turn answers. */
export function promptOf(turn: readonly MessageDoc[]): MessageDoc | undefined {
  return turn.find(({ message }) => message?.role === "user");
}

/** An answer from the messages that it is saved as. */
export function comparedAnswer(docs: readonly MessageDoc[], prices: PriceTable): ComparedAnswer {
  const said = docs.filter(({ message }) => message?.role === "assistant");
  const last = said.at(-1);
  const parts = toUIMessages(docs).flatMap((message) => message.parts);
  const timings = docs.flatMap(({ timing }) => (timing === undefined ? [] : [{ startMs: timing.startedMs, endMs: timing.endedMs }]));
  const sum = (of: (doc: MessageDoc) => number | undefined) => said.reduce((total, doc) => total + (of(doc) ?? 0), 0);
  return {
    parts: parts.filter(({ type }) => type !== "step-start"),
    text: parts.flatMap((part) => (part.type === "text" && part.text !== "" ? [part.text] : [])).join("\n\n"),
    agentName: last?.agentName,
    model: last?.model,
    finishReason: last?.finishReason,
    promptTokens: sum(({ usage }) => usage?.promptTokens),
    completionTokens: sum(({ usage }) => usage?.completionTokens),
    isCounted: said.every(({ usage }) => usage !== undefined),
    modelCalls: said.length,
    durationMs: timings.length === 0 ? undefined : coveredMs(timings),
    cost: costOfAll(said, prices),
    error: docs.findLast(({ error }) => error !== undefined)?.error,
  };
}

function costOfAll(said: readonly MessageDoc[], prices: PriceTable): number | undefined {
  let total = 0;
  for (const { model, usage } of said) {
    const cost = costOf(prices, model, { promptTokens: usage?.promptTokens ?? 0, completionTokens: usage?.completionTokens ?? 0, cachedInputTokens: usage?.cachedInputTokens ?? 0 });
    if (cost === undefined) return undefined;
    total += cost;
  }
  return said.length === 0 ? undefined : total;
}

/** The messages of an answer that was not saved, as if it had been. */
export function unsavedDocs({ unsaved }: PlaygroundAnswer, { threadId, agentName }: { threadId: string; agentName: string }): MessageDoc[] {
  return unsaved.map(({ status = "success", ...message }, index): MessageDoc => ({
    ...message, agentName, threadId, status, _id: `unsaved ${index}`, _creationTime: message.timing?.endedMs ?? 0, order: 0, stepOrder: index + 1, tool: message.message.role === "tool",
  }));
}
