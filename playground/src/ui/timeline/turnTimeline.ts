import type { MessageDoc } from "convex-agent";
import { parseFailure } from "convex-agent/react";

/** What a stretch of a turn is spent with. */
export type BarKind = "model" | "tool" | "approval" | "idle";
export type BarState = "done" | "failed" | "stopped" | "running" | "waiting" | "denied";

/** A stretch of time of a turn. Times are ms since the epoch. */
export interface Bar {
  readonly id: string;
  readonly kind: BarKind;
  readonly label: string;
  readonly state: BarState;
  readonly startMs: number;
  readonly endMs: number;
  /** When the first piece of a streamed answer arrived. */
  readonly firstOutputMs?: number;
  /** The times are those of the saves around it: nobody timed it. */
  readonly isEstimated: boolean;
  readonly messageId?: string;
  /** What there is to know beside the times, as pairs of a name and a value. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** A turn as stretches on one axis. */
export interface TurnTimeline {
  readonly startMs: number;
  readonly endMs: number;
  /** In the order in which they began. */
  readonly bars: readonly Bar[];
  /** How long each kind of thing was going on; what runs side by side counts once. */
  readonly totals: Readonly<Record<BarKind, number>>;
  readonly isRunning: boolean;
}

/** What is going on beyond what is saved; see liveBars.ts. */
export interface LiveState {
  readonly nowMs: number;
  /** Whether a generation of the turn is under way. */
  readonly isStreaming: boolean;
  readonly bars: readonly Bar[];
}

/** The waterfall of a turn from its saved messages, in their order, and what runs now. Null: there is nothing to show. */
export function turnTimeline(messages: readonly MessageDoc[], live: LiveState): TurnTimeline | null {
  const first = messages[0];
  if (first === undefined) return null;
  const busy = [...savedBars(messages, live.nowMs), ...live.bars];
  const startMs = Math.min(...(busy.length === 0 || !wasMadeAside(messages) ? [first._creationTime] : []), ...busy.map((bar) => bar.startMs));
  const isWaiting = busy.some(({ state }) => state === "waiting");
  const isRunning = live.isStreaming || isWaiting;
  const endMs = Math.max(startMs, ...busy.map((bar) => bar.endMs), ...(isRunning ? [live.nowMs] : []));
  const idle = idleBars(busy, { startMs, endMs });
  const bars = [...busy, ...idle].sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
  const total = (kind: BarKind) => coveredMs(bars.filter((bar) => bar.kind === kind));
  return { startMs, endMs, bars, isRunning, totals: { model: total("model"), tool: total("tool"), approval: total("approval"), idle: total("idle") } };
}

/** What is saved as it is said is there sooner than this after its end. */
const SAVED_WITHIN_MS = 1_000;

/**
 * Whether the answer was made first and saved when somebody kept it. When its prompt was saved then says nothing of the
 * turn: what lies between is the time that somebody took to decide.
 */
function wasMadeAside(messages: readonly MessageDoc[]): boolean {
  const first = messages.findIndex(({ message }) => message?.role === "assistant");
  const answer = messages[first];
  if (answer?.timing === undefined) return false;
  const next = messages.findIndex(({ message }, index) => index > first && message?.role === "assistant");
  const step = messages.slice(first, next < 0 ? undefined : next);
  return answer._creationTime - Math.max(...step.flatMap(({ timing }) => timing?.endedMs ?? [])) > SAVED_WITHIN_MS;
}

interface Reading {
  readonly bars: Bar[];
  /** Up to when what was read so far lasted. */
  untilMs: number;
  calls: number;
  /** What is known of calls of tools, by the call. */
  readonly tools: Map<string, { name: string; input: unknown }>;
  /** Requests for a decision, by their id. */
  readonly requests: Map<string, { toolCallId: string; sinceMs: number; messageId: string }>;
}

function savedBars(messages: readonly MessageDoc[], nowMs: number): Bar[] {
  const reading: Reading = { bars: [], untilMs: messages[0]?._creationTime ?? 0, calls: 0, tools: new Map(), requests: new Map() };
  for (const message of messages) {
    if (message.message?.role === "assistant") readAnswer(reading, message);
    else if (message.message?.role === "tool") readResults(reading, message);
    reading.untilMs = Math.max(reading.untilMs, message.timing?.endedMs ?? message._creationTime);
  }
  for (const [approvalId, { toolCallId, sinceMs, messageId }] of reading.requests) {
    reading.bars.push({
      id: `approval-${approvalId}`, kind: "approval", label: `Waiting: ${nameOf(reading, toolCallId)}`, state: "waiting",
      startMs: sinceMs, endMs: Math.max(sinceMs, nowMs), isEstimated: false, messageId, facts: [["Decision", "none yet"]],
    });
  }
  return reading.bars;
}

function readAnswer(reading: Reading, doc: MessageDoc): void {
  reading.calls += 1;
  const { timing } = doc;
  const startMs = timing?.startedMs ?? reading.untilMs;
  const endMs = Math.max(startMs, timing?.endedMs ?? doc._creationTime);
  reading.bars.push({
    id: `model-${doc._id}`, kind: "model", label: `Model call ${reading.calls}`, state: stateOf(doc),
    startMs, endMs, ...(timing?.firstOutputMs !== undefined && { firstOutputMs: timing.firstOutputMs }),
    isEstimated: timing === undefined, messageId: doc._id, facts: factsOf(doc),
  });
  const content = doc.message?.content;
  for (const part of typeof content === "string" || content === undefined ? [] : content) {
    if (part.type === "tool-call") reading.tools.set(part.toolCallId, { name: part.toolName, input: part.input });
    // Who is asked can answer from the moment on that the question is saved.
    else if (part.type === "tool-approval-request") reading.requests.set(part.approvalId, { toolCallId: part.toolCallId, sinceMs: Math.max(endMs, doc._creationTime), messageId: doc._id });
  }
}

function stateOf({ status, error }: MessageDoc): BarState {
  if (status !== "failed") return "done";
  return error !== undefined && parseFailure(error).code === "aborted" ? "stopped" : "failed";
}

function readResults(reading: Reading, doc: MessageDoc): void {
  const content = doc.message?.content;
  for (const part of typeof content === "string" || content === undefined ? [] : content) {
    if (part.type === "tool-approval-response") readDecision(reading, doc, part);
    else if (part.type === "tool-result") readResult(reading, doc, part);
  }
}

type ToolContent = Exclude<Extract<NonNullable<MessageDoc["message"]>, { role: "tool" }>["content"], string>[number];

function readDecision(reading: Reading, doc: MessageDoc, { approvalId, approved, reason }: Extract<ToolContent, { type: "tool-approval-response" }>): void {
  const request = reading.requests.get(approvalId);
  reading.requests.delete(approvalId);
  if (request === undefined) return;
  const startMs = Math.min(request.sinceMs, doc._creationTime);
  reading.bars.push({
    id: `approval-${approvalId}`, kind: "approval", label: `Waiting: ${nameOf(reading, request.toolCallId)}`, state: approved ? "done" : "denied",
    startMs, endMs: doc._creationTime, isEstimated: false, messageId: doc._id,
    facts: [["Decision", approved ? "approved" : "denied"], ...(reason === undefined ? [] : [["Reason", reason] as const])],
  });
}

function readResult(reading: Reading, doc: MessageDoc, { toolCallId, toolName, output }: Extract<ToolContent, { type: "tool-result" }>): void {
  // What was denied did not run.
  if (output.type === "execution-denied") return;
  const timed = doc.timing?.tools?.find((tool) => tool.toolCallId === toolCallId);
  const startMs = timed?.startedMs ?? Math.min(reading.untilMs, doc._creationTime);
  const input = reading.tools.get(toolCallId)?.input;
  const isError = output.type === "error-text" || output.type === "error-json";
  reading.bars.push({
    id: `tool-${toolCallId}`, kind: "tool", label: toolName, state: isError ? "failed" : "done",
    startMs, endMs: Math.max(startMs, timed?.endedMs ?? doc._creationTime), isEstimated: timed === undefined, messageId: doc._id,
    facts: [...(input === undefined ? [] : [["Input", brief(input)] as const]), ...("value" in output ? [[isError ? "Error" : "Output", brief(output.value)] as const] : [])],
  });
}

function factsOf({ model, finishReason, usage, error, agentName }: MessageDoc): [string, string][] {
  const facts: [string, string | undefined][] = [
    ["Agent", agentName], ["Model", model], ["Ended with", finishReason],
    ["Tokens in", usage?.promptTokens?.toString()], ["Tokens out", usage?.completionTokens?.toString()], ["Error", error],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

const nameOf = ({ tools }: Reading, toolCallId: string): string => tools.get(toolCallId)?.name ?? "a tool";

const MAX_BRIEF_CHARS = 160;

/** The beginning of a value, on one line. */
export function brief(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > MAX_BRIEF_CHARS ? `${text.slice(0, MAX_BRIEF_CHARS - 1)}…` : text;
}

/** Shorter gaps are the clock's and not the turn's. */
const MIN_IDLE_MS = 2;

/** Where nothing was going on: functions that start, saves, queues. */
function idleBars(busy: readonly Bar[], { startMs, endMs }: { startMs: number; endMs: number }): Bar[] {
  const idle: Bar[] = [];
  let untilMs = startMs;
  for (const bar of [...busy].sort((a, b) => a.startMs - b.startMs).concat(END_AT(endMs))) {
    if (bar.startMs - untilMs >= MIN_IDLE_MS) {
      idle.push({ id: `idle-${untilMs}`, kind: "idle", label: "Idle", state: "done", startMs: untilMs, endMs: bar.startMs, isEstimated: false, facts: [["Between", "starting functions, saving, queues"]] });
    }
    untilMs = Math.max(untilMs, bar.endMs);
  }
  return idle;
}

const END_AT = (ms: number): Bar => ({ id: "end", kind: "idle", label: "", state: "done", startMs: ms, endMs: ms, isEstimated: false, facts: [] });

/** How much time stretches cover; where they overlap counts once. */
export function coveredMs(bars: readonly Pick<Bar, "startMs" | "endMs">[]): number {
  let sum = 0;
  let untilMs = -Infinity;
  for (const { startMs, endMs } of [...bars].sort((a, b) => a.startMs - b.startMs)) {
    sum += Math.max(0, endMs - Math.max(startMs, untilMs));
    untilMs = Math.max(untilMs, endMs);
  }
  return sum;
}
