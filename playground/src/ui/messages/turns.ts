import type { MessageDoc } from "convex-agent";
import { parseFailure, toUIMessages, type UIMessage } from "convex-agent/react";

/** A message as it is stored, or as it will be: `streaming` while it is written. */
export type ShownDoc = MessageDoc & { key: string; streaming: boolean };

/** One model call and what its tools gave. */
export interface Step {
  readonly key: string;
  /** The model's message first, then results of tools and decisions. */
  readonly docs: readonly ShownDoc[];
  readonly head: ShownDoc;
  /** What was said and done, tools joined with their results. */
  readonly parts: UIMessage["parts"];
}

/** All messages of one `order`: what was asked and what was said in answer. */
export interface Turn {
  readonly order: number;
  readonly key: string;
  readonly prompts: readonly ShownDoc[];
  readonly steps: readonly Step[];
}

/**
 * Messages, in the order of the thread, by turn and step. Turns of `before` whose messages are the same are the same
 * objects again: what did not change need not be shown anew.
 */
export function turnsOf(docs: readonly ShownDoc[], before: readonly Turn[] = []): Turn[] {
  const known = new Map(before.map((turn) => [turn.order, turn]));
  return groupsBy(docs, (doc, first) => doc.order === first.order).map((group) => {
    const [first] = group;
    const old = known.get(first.order);
    return old !== undefined && isSame(docsOf(old), group) ? old : turnOf(group);
  });
}

function turnOf(docs: NonEmpty<ShownDoc>): Turn {
  const [first] = docs;
  const prompts = docs.filter(isPrompt);
  const answers = docs.filter((doc) => !isPrompt(doc));
  const steps = groupsBy(answers, (doc) => doc.message?.role === "tool").map(stepOf);
  return { order: first.order, key: `${first.threadId}-${first.order}`, prompts, steps };
}

function stepOf(docs: NonEmpty<ShownDoc>): Step {
  const [head] = docs;
  // All of it is of one generation: one message to show.
  const parts = toUIMessages(docs.map((doc) => ({ ...doc, agentName: head.agentName }))).flatMap((message) => message.parts);
  return { key: head.key, docs, head, parts: parts.filter(({ type }) => type !== "step-start") };
}

/** What a prompt says, to show. */
export function promptParts(doc: ShownDoc): UIMessage["parts"] {
  return toUIMessages([doc]).flatMap((message) => message.parts);
}

function isPrompt({ message }: ShownDoc): boolean {
  return message?.role === "user" || message?.role === "system";
}

function docsOf({ prompts, steps }: Turn): ShownDoc[] {
  return [...prompts, ...steps.flatMap((step) => step.docs)].toSorted((a, b) => a.stepOrder - b.stepOrder);
}

function isSame(a: readonly ShownDoc[], b: readonly ShownDoc[]): boolean {
  return a.length === b.length && a.every((doc, index) => doc === b[index]);
}

type NonEmpty<T> = readonly [T, ...T[]];

/** Runs of neighbours: each starts where `joins` the first one says no. */
function groupsBy<T>(items: readonly T[], joins: (item: T, first: T) => boolean): NonEmpty<T>[] {
  const groups: [T, ...T[]][] = [];
  for (const item of items) {
    const group = groups.at(-1);
    if (group !== undefined && joins(item, group[0])) group.push(item);
    else groups.push([item]);
  }
  return groups;
}

/** What a turn took and where it is, in numbers. */
export interface TurnSummary {
  readonly state: "asked" | "streaming" | "pending" | "waits" | "failed" | "stopped" | "done";
  readonly agentNames: readonly string[];
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** From the first model call to the last tool or word; undefined where nobody saw it. */
  readonly durationMs: number | undefined;
  readonly createdMs: number;
}

export function summarize({ prompts, steps }: Turn): TurnSummary {
  const docs = steps.flatMap((step) => step.docs);
  const timings = docs.flatMap(({ timing }) => timing ?? []);
  const sum = (of: (doc: ShownDoc) => number | undefined) => docs.reduce((total, doc) => total + (of(doc) ?? 0), 0);
  return {
    state: stateOf(steps),
    agentNames: [...new Set(docs.flatMap(({ agentName }) => agentName ?? []))],
    inputTokens: sum(({ usage }) => usage?.promptTokens),
    outputTokens: sum(({ usage }) => usage?.completionTokens),
    durationMs: timings.length === 0 ? undefined : Math.max(...timings.map(({ endedMs }) => endedMs)) - Math.min(...timings.map(({ startedMs }) => startedMs)),
    createdMs: (prompts[0] ?? docs[0])?._creationTime ?? 0,
  };
}

function stateOf(steps: readonly Step[]): TurnSummary["state"] {
  const docs = steps.flatMap((step) => step.docs);
  const last = docs.at(-1);
  if (last === undefined) return "asked";
  if (docs.some(({ streaming }) => streaming)) return "streaming";
  if (steps.some(({ parts }) => waitingApprovals(parts).length > 0)) return "waits";
  if (last.status === "failed") return last.error !== undefined && parseFailure(last.error).code === "aborted" ? "stopped" : "failed";
  return last.status === "pending" ? "pending" : "done";
}

/** The approvals that tool calls wait for. */
export function waitingApprovals(parts: UIMessage["parts"]): string[] {
  return parts.flatMap((part) => ("state" in part && part.state === "approval-requested" && "approval" in part ? [part.approval.id] : []));
}

/** The message to answer again: the newest of the turn that a model said, else the prompt. */
export function regenerateTarget({ prompts, steps }: Turn): string | undefined {
  const said = steps.findLast(({ head }) => !head.streaming && head.message?.role === "assistant");
  return said?.head._id ?? prompts.at(-1)?._id;
}
