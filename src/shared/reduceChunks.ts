import { APPROVAL_FIELDS } from "./approvalFields.js";
import type { UIMessageChunk } from "ai";
import { fromConvexJson } from "./convexJson.js";
import { isRecord } from "./json.js";
import { parsePartialJson } from "./partialJson.js";
import type { StoredChunk } from "./validators/stream.js";

/** A part of a message being built: a `UIMessagePart` of the AI SDK, or a kind this version does not know. */
export interface ReducedPart {
  readonly type: string;
  readonly [field: string]: unknown;
}

/**
 * A message as far as its chunks were seen. Immutable: reducing more chunks gives a new one that shares every part
 * that did not change.
 */
export interface Reduction {
  readonly parts: readonly ReducedPart[];
  readonly metadata: unknown;
  readonly finishReason: string | undefined;
  /** What an `error` chunk said. */
  readonly errorText: string | undefined;
  /** Why an `abort` chunk ended the stream; undefined when there was none. */
  readonly abortReason: string | undefined;
  readonly isFinished: boolean;
  /** Steps whose `finish-step` was seen. */
  readonly finishedSteps: number;
  /** Position of each open text or reasoning part, by kind and id. */
  readonly open: Readonly<Record<string, number>>;
  /** Text of tool inputs that are still arriving, by call. */
  readonly inputs: Readonly<Record<string, PartialInput>>;
  /** What became of calls that are not of this log: a run that continues after an approval answers earlier calls. */
  readonly outcomes: Readonly<Record<string, ToolChange>>;
}

/** Fields of a call's part that changed; one that is `undefined` is gone. */
export type ToolChange = Readonly<Record<string, unknown>>;

interface PartialInput {
  readonly text: string;
  readonly asText: boolean;
  /** How much of `text` the part shows. */
  readonly shownLength: number;
}

/** The message before its first chunk. */
export const emptyReduction: Reduction = {
  parts: [],
  metadata: undefined,
  finishReason: undefined,
  errorText: undefined,
  abortReason: undefined,
  isFinished: false,
  finishedSteps: 0,
  open: {},
  inputs: {},
  outcomes: {},
};

/** A copy that one batch may write to; parts themselves are replaced, never written. */
interface Draft {
  parts: ReducedPart[];
  metadata: unknown;
  finishReason: string | undefined;
  errorText: string | undefined;
  abortReason: string | undefined;
  isFinished: boolean;
  finishedSteps: number;
  open: Record<string, number>;
  inputs: Record<string, PartialInput>;
  outcomes: Record<string, ToolChange>;
}

/**
 * Applies a batch of chunks, in order. Reducing a log in any division into batches gives the same message, and n
 * chunks cost O(n). This is the one place that turns chunks into a message: viewers and the component both use it.
 *
 * A chunk that refers to something unknown (a delta without its start, a result without its call) is not an error:
 * logs are cut by aborts and lost writers. What can be shown of it is shown.
 */
export function reduceChunks(reduction: Reduction, chunks: readonly StoredChunk[]): Reduction {
  if (chunks.length === 0) return reduction;
  const draft: Draft = { ...reduction, parts: [...reduction.parts], open: { ...reduction.open }, inputs: { ...reduction.inputs }, outcomes: { ...reduction.outcomes } };
  for (const chunk of chunks) applyChunk(draft, chunk);
  return draft;
}

type Apply = (draft: Draft, chunk: StoredChunk) => void;

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Fields of `source` that are there: a missing field stays missing, so that equal messages are equal objects. */
function pick(source: StoredChunk, fields: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const field of fields) if (source[field] !== undefined && source[field] !== null) picked[field] = source[field];
  return picked;
}

function openPart(draft: Draft, kind: string, chunk: StoredChunk): void {
  draft.open[`${kind}:${text(chunk.id)}`] = draft.parts.length;
  draft.parts.push({ type: kind, text: "", state: "streaming", ...pick(chunk, ["providerMetadata"]) });
}

function startPart(kind: string): Apply {
  return (draft, chunk) => openPart(draft, kind, chunk);
}

function appendPart(kind: string): Apply {
  return (draft, chunk) => {
    const key = `${kind}:${text(chunk.id)}`;
    if (draft.open[key] === undefined) openPart(draft, kind, chunk);
    const index = draft.open[key];
    const part = index === undefined ? undefined : draft.parts[index];
    if (index === undefined || part === undefined) return;
    draft.parts[index] = { ...part, text: text(part.text) + text(chunk.delta), ...pick(chunk, ["providerMetadata"]) };
  };
}

function endPart(kind: string): Apply {
  return (draft, chunk) => {
    const key = `${kind}:${text(chunk.id)}`;
    const index = draft.open[key];
    const part = index === undefined ? undefined : draft.parts[index];
    if (index === undefined || part === undefined) return;
    draft.parts[index] = { ...part, state: "done", ...pick(chunk, ["citations", "providerMetadata"]) };
    delete draft.open[key];
  };
}

/** The newest call with this id: a call may be answered in a later step than it was made in. */
function findTool(draft: Draft, matches: (part: ReducedPart) => boolean): number {
  for (let index = draft.parts.length - 1; index >= 0; index--) {
    const part = draft.parts[index];
    if (part !== undefined && "toolCallId" in part && matches(part)) return index;
  }
  return -1;
}

function updateTool(draft: Draft, index: number, change: ToolChange): void {
  const part = draft.parts[index];
  if (part !== undefined) draft.parts[index] = changedTool(part, change);
}

/** A call's part with what became of it. */
export function changedTool(part: ReducedPart, change: ToolChange): ReducedPart {
  const next: Record<string, unknown> = { ...part, ...change };
  for (const field in next) if (next[field] === undefined) delete next[field];
  return { ...next, type: part.type };
}

/** Notes what became of a call, in its part or, when the call is not of this log, by its id. */
function settleTool(draft: Draft, { toolCallId }: StoredChunk, change: ToolChange): void {
  const index = findTool(draft, (part) => part.toolCallId === toolCallId);
  const id = text(toolCallId);
  if (index >= 0) updateTool(draft, index, change);
  else draft.outcomes[id] = { ...draft.outcomes[id], ...change };
}

const TOOL_FIELDS = ["providerExecuted", "title", "toolMetadata"];

function callPart(chunk: StoredChunk): ReducedPart {
  const name = text(chunk.toolName);
  const kind = chunk.dynamic === true ? { type: "dynamic-tool", toolName: name } : { type: `tool-${name}` };
  return { ...kind, toolCallId: text(chunk.toolCallId), ...pick(chunk, TOOL_FIELDS) };
}

/** Adds a call, or changes the one that this step has with its id: some providers use an id again in a later step. */
function putCall(draft: Draft, chunk: StoredChunk, change: Record<string, unknown>): void {
  const index = findTool(draft, (part) => part.toolCallId === chunk.toolCallId);
  if (index < 0 || index < draft.parts.findLastIndex((part) => part.type === "step-start")) {
    const part = { ...callPart(chunk), ...change };
    draft.parts.push(part);
    return;
  }
  updateTool(draft, index, { ...pick(chunk, TOOL_FIELDS), ...change });
}

const metadataOf = (chunk: StoredChunk, field: string): Record<string, unknown> =>
  isRecord(chunk.providerMetadata) ? { [field]: chunk.providerMetadata } : {};

const startToolInput: Apply = (draft, chunk) => {
  draft.inputs[text(chunk.toolCallId)] = { text: "", asText: chunk.inputEncoding === "text", shownLength: 0 };
  putCall(draft, chunk, { state: "input-streaming", ...metadataOf(chunk, "callProviderMetadata") });
};

const appendToolInput: Apply = (draft, chunk) => {
  const callId = text(chunk.toolCallId);
  const before = draft.inputs[callId];
  const index = findTool(draft, (part) => part.toolCallId === callId);
  if (before === undefined || index < 0) return;
  const now = before.text + text(chunk.inputTextDelta);
  const shownLength = before.asText ? now.length : previewLength(now.length);
  draft.inputs[callId] = { ...before, text: now, shownLength };
  if (shownLength === before.shownLength) return;
  const input = before.asText ? now : parsePartialJson(now.slice(0, shownLength));
  if (input !== undefined) updateTool(draft, index, { input });
};

const EXACT_PREVIEW_LENGTH = 2048;

/**
 * How much of an input of this length is parsed for show. Parsing at every delta would cost the square of the length;
 * past 2 KiB only prefixes that grow by an eighth are parsed. It depends on nothing but the length, so that merging
 * deltas, or batching them otherwise, shows the same.
 */
function previewLength(length: number): number {
  if (length <= EXACT_PREVIEW_LENGTH) return length;
  const step = Math.floor(Math.log(length / EXACT_PREVIEW_LENGTH) / Math.log(1.125));
  return Math.min(length, Math.floor(EXACT_PREVIEW_LENGTH * 1.125 ** step));
}

const setToolInput: Apply = (draft, chunk) => {
  delete draft.inputs[text(chunk.toolCallId)];
  putCall(draft, chunk, { state: "input-available", input: chunk.input ?? null, ...metadataOf(chunk, "callProviderMetadata") });
};

const failToolInput: Apply = (draft, chunk) => {
  delete draft.inputs[text(chunk.toolCallId)];
  putCall(draft, chunk, {
    state: "output-error",
    input: chunk.input ?? null,
    errorText: text(chunk.errorText),
    ...metadataOf(chunk, "callProviderMetadata"),
  });
};

const requestApproval: Apply = (draft, chunk) => {
  const index = findTool(draft, (part) => part.toolCallId === chunk.toolCallId);
  const { approvalDescriptor: descriptor, reason: requestReason, isAutomatic, ...rest } = chunk;
  const named = { ...rest, descriptor, requestReason, isAutomatic: isAutomatic === true ? true : undefined };
  updateTool(draft, index, {
    state: "approval-requested",
    approval: { id: text(chunk.approvalId), ...pick(named, APPROVAL_FIELDS) },
  });
};

const answerApproval: Apply = (draft, chunk) => {
  const index = findTool(draft, ({ approval }) => isRecord(approval) && approval.id === chunk.approvalId);
  const approval = draft.parts[index]?.approval;
  updateTool(draft, index, {
    state: "approval-responded",
    approval: { ...(isRecord(approval) ? approval : {}), id: text(chunk.approvalId), approved: chunk.approved === true, ...pick(chunk, ["reason"]) },
    ...pick(chunk, ["providerExecuted"]),
    ...metadataOf(chunk, "callProviderMetadata"),
  });
};

const setToolOutput: Apply = (draft, chunk) => {
  settleTool(draft, chunk, {
    state: "output-available",
    output: chunk.output ?? null,
    preliminary: chunk.preliminary === true ? true : undefined,
    // The log holds no more of it than its size.
    omittedBytes: typeof chunk.omittedBytes === "number" ? chunk.omittedBytes : undefined,
    errorText: undefined,
    ...pick(chunk, ["providerExecuted", "toolMetadata"]),
    ...metadataOf(chunk, "resultProviderMetadata"),
  });
};

const setToolError: Apply = (draft, chunk) => {
  settleTool(draft, chunk, {
    state: "output-error",
    errorText: text(chunk.errorText),
    output: undefined,
    preliminary: undefined,
    omittedBytes: undefined,
    ...pick(chunk, ["providerExecuted", "toolMetadata"]),
    ...metadataOf(chunk, "resultProviderMetadata"),
  });
};

const denyTool: Apply = (draft, chunk) => {
  settleTool(draft, chunk, { state: "output-denied" });
};

/** Keeps the chunk's fields as a part of the same kind. */
const keepAsPart: Apply = (draft, chunk) => {
  draft.parts.push({ ...chunk });
};

/** A data part with an id replaces the one before it; a transient one is never part of the message. */
const putData: Apply = (draft, { transient, ...chunk }) => {
  if (transient === true) return;
  const index = chunk.id === undefined ? -1 : draft.parts.findIndex((part) => part.type === chunk.type && part.id === chunk.id);
  if (index < 0) draft.parts.push({ ...chunk });
  else draft.parts[index] = { ...draft.parts[index], type: chunk.type, data: chunk.data };
};

const startStep: Apply = (draft) => {
  draft.parts.push({ type: "step-start" });
};

const finishStep: Apply = (draft) => {
  draft.finishedSteps++;
};

/** The model starts the step again: what it said in it is gone. */
const resetStep: Apply = (draft) => {
  const start = draft.parts.findLastIndex((part) => part.type === "step-start");
  draft.parts.length = start + 1;
  draft.open = {};
  draft.inputs = {};
};

const mergeMetadata: Apply = (draft, { messageMetadata }) => {
  if (messageMetadata === undefined || messageMetadata === null) return;
  draft.metadata = isRecord(draft.metadata) && isRecord(messageMetadata) ? { ...draft.metadata, ...messageMetadata } : messageMetadata;
};

const finish: Apply = (draft, chunk) => {
  draft.isFinished = true;
  if (typeof chunk.finishReason === "string") draft.finishReason = chunk.finishReason;
  mergeMetadata(draft, chunk);
};

type KnownType = Exclude<UIMessageChunk["type"], `data-${string}`>;

// A chunk type that the installed AI SDK knows and that has no handler here does not compile.
const HANDLERS: Readonly<Record<KnownType, Apply>> = {
  start: mergeMetadata,
  "message-metadata": mergeMetadata,
  "start-step": startStep,
  "finish-step": finishStep,
  "reset-step": resetStep,
  finish,
  "text-start": startPart("text"),
  "text-delta": appendPart("text"),
  "text-end": endPart("text"),
  "reasoning-start": startPart("reasoning"),
  "reasoning-delta": appendPart("reasoning"),
  "reasoning-end": endPart("reasoning"),
  "tool-input-start": startToolInput,
  "tool-input-delta": appendToolInput,
  "tool-input-available": setToolInput,
  "tool-input-error": failToolInput,
  "tool-approval-request": requestApproval,
  "tool-approval-response": answerApproval,
  "tool-output-available": setToolOutput,
  "tool-output-error": setToolError,
  "tool-output-denied": denyTool,
  "source-url": keepAsPart,
  "source-document": keepAsPart,
  file: keepAsPart,
  "reasoning-file": keepAsPart,
  custom: keepAsPart,
  "steering-message": keepAsPart,
  error: (draft, chunk) => {
    draft.errorText = text(chunk.errorText);
  },
  abort: (draft, chunk) => {
    draft.abortReason = text(chunk.reason);
  },
};

const isKnown = (type: string): type is KnownType => Object.hasOwn(HANDLERS, type);

/** Whether a chunk's values are text and ids: it holds no JSON of a tool, a model or the app. */
const isPlain = ({ type, providerMetadata }: StoredChunk): boolean =>
  providerMetadata === undefined && (type.startsWith("text-") || type.startsWith("reasoning-") || type === "tool-input-delta");

function applyChunk(draft: Draft, stored: StoredChunk): void {
  // An object stays an object and keeps its `type`; only keys that were escaped for storing change.
  const chunk = isPlain(stored) ? stored : (fromConvexJson(stored) as StoredChunk);
  if (isKnown(chunk.type)) return HANDLERS[chunk.type](draft, chunk);
  if (chunk.type.startsWith("data-")) return putData(draft, chunk);
  // A kind from a newer SDK: kept as it is rather than lost.
  keepAsPart(draft, chunk);
}
