import { isRecord } from "./json.js";
import { textOf } from "./toUIMessages.js";
import { messageKey, type UIMessage, type UIStatus } from "./uiMessage.js";
import type { StoredChunk, StreamDelta, StreamMessage, StreamStatus, SyncStreamsReturnValue } from "./validators/stream.js";

/*
 * The lean form in which a thread crosses the wire. What a reader can work out is left out: a message's text (its text
 * parts tell it), its key (its place tells it), fields that have their usual value. Unpacking gives back what was
 * packed, but for fields of streams that no hook reads (model, provider, format).
 */

/** A part of a message. A finished text is its string, the start of a step is 0, anything else is the part itself. */
export type PackedPart = string | 0 | { readonly type: string };

export interface PackedMessage {
  readonly id: string;
  /** When its first row was saved. */
  readonly at: number;
  readonly order: number;
  readonly step: number;
  /** Missing: "assistant". */
  readonly role?: "user" | "system";
  readonly parts: readonly PackedPart[];
  /** Missing: "success". */
  readonly status?: UIStatus;
  readonly text?: string;
  readonly key?: string;
  readonly agentName?: string;
  readonly userId?: string;
  readonly metadata?: unknown;
  readonly error?: string;
}

/** A chunk of a stream. A `text-delta` without extras is its id and its text. */
export type PackedChunk = readonly [id: string, delta: string] | StoredChunk;

export interface PackedStream {
  readonly id: string;
  readonly order: number;
  readonly step: number;
  readonly agentName?: string;
  readonly userId?: string;
  /** Missing: "streaming". */
  readonly status?: StreamStatus;
  readonly reason?: string;
  readonly from: number;
  readonly end: number;
  readonly chunks: readonly PackedChunk[];
  readonly sealed?: readonly PackedChunk[];
}

/** What `listThread` returns: a page of messages, streams, or both. The number is the version of the form. */
export interface PackedThread {
  packed: 1;
  page?: PackedMessage[];
  isDone?: boolean;
  continueCursor?: string;
  streams?: PackedStream[];
  deltas?: StreamDelta[];
}

/** A page and the streams beside it, as `listUIMessages` and `syncStreams` give them. */
export interface ThreadView {
  page: UIMessage[];
  isDone: boolean;
  continueCursor: string;
  streams?: SyncStreamsReturnValue;
}

export function isPackedThread(value: unknown): value is PackedThread {
  return isRecord(value) && value.packed === 1;
}

/** Packs one message of the thread `threadId`. */
export function packMessage(message: UIMessage, threadId: string): PackedMessage {
  const { id, _creationTime, order, stepOrder, role, parts, status, text, key, agentName, userId, metadata, error } = message;
  // Parts are plain objects with a `type`.
  const plain = parts as readonly { readonly type: string }[];
  return {
    id,
    at: _creationTime,
    order,
    step: stepOrder,
    ...(role === "assistant" ? {} : { role }),
    parts: plain.map(packPart),
    ...(status === "success" ? {} : { status }),
    ...(text === textOf(plain) ? {} : { text }),
    ...(key === messageKey(threadId, message) ? {} : { key }),
    ...defined({ agentName, userId, metadata, error }),
  };
}

/** The message that was packed. */
export function unpackMessage(packed: PackedMessage, threadId: string): UIMessage {
  const { id, at, order, step, role = "assistant", status = "success", agentName, userId, metadata, error } = packed;
  const parts = packed.parts.map(unpackPart);
  const place = { order, stepOrder: step };
  const message = {
    id, _creationTime: at, ...place, role, status, parts,
    key: packed.key ?? messageKey(threadId, place),
    text: packed.text ?? textOf(parts),
    ...defined({ agentName, userId, metadata, error }),
  };
  // The parts are those that were packed.
  return message as unknown as UIMessage;
}

/** Packs what a list query returns. A page that was not asked for is left out. */
export function packThread(view: Partial<ThreadView>, threadId: string): PackedThread {
  const { page, isDone, continueCursor, streams } = view;
  return {
    packed: 1,
    ...(page === undefined ? {} : { page: page.map((message) => packMessage(message, threadId)), ...defined({ isDone, continueCursor }) }),
    ...(streams?.kind === "list" ? { streams: streams.messages.map(packStream) } : {}),
    ...(streams?.kind === "deltas" ? { deltas: streams.deltas } : {}),
  };
}

/** What was packed, as a documented list query returns it. */
export function unpackThread(packed: PackedThread, threadId: string): ThreadView {
  const { page = [], isDone = true, continueCursor = "", streams, deltas } = packed;
  return {
    page: page.map((message) => unpackMessage(message, threadId)),
    isDone,
    continueCursor,
    ...(streams === undefined ? {} : { streams: { kind: "list", messages: streams.map(unpackStream) } }),
    ...(deltas === undefined ? {} : { streams: { kind: "deltas", deltas } }),
  };
}

function packPart(part: { readonly type: string; readonly text?: unknown; readonly state?: unknown }): PackedPart {
  const size = Object.keys(part).length;
  if (part.type === "step-start" && size === 1) return 0;
  return part.type === "text" && typeof part.text === "string" && part.state === "done" && size === 3 ? part.text : part;
}

function unpackPart(part: PackedPart): { readonly type: string } {
  if (part === 0) return { type: "step-start" };
  // Typed by what it is built as: `textOf` reads the text of it.
  return typeof part === "string" ? ({ type: "text", text: part, state: "done" } as { readonly type: string }) : part;
}

function packStream({ streamId, order, stepOrder, agentName, userId, status, reason, live, sealed }: StreamMessage): PackedStream {
  const { from, end, chunks } = live ?? { from: 0, end: 0, chunks: [] };
  return {
    id: streamId, order, step: stepOrder, ...defined({ agentName, userId, reason }),
    ...(status === "streaming" ? {} : { status }),
    from, end, chunks: chunks.map(packChunk),
    ...(sealed === undefined ? {} : { sealed: sealed.map(packChunk) }),
  };
}

function unpackStream({ id, order, step, status = "streaming", from, end, chunks, sealed, agentName, userId, reason }: PackedStream): StreamMessage {
  return {
    streamId: id, status, order, stepOrder: step, ...defined({ agentName, userId, reason }),
    live: { from, end, chunks: chunks.map(unpackChunk) },
    ...(sealed === undefined ? {} : { sealed: sealed.map(unpackChunk) }),
  };
}

function packChunk(chunk: StoredChunk): PackedChunk {
  const { type, id, delta } = chunk;
  return type === "text-delta" && typeof id === "string" && typeof delta === "string" && Object.keys(chunk).length === 3 ? [id, delta] : chunk;
}

function unpackChunk(chunk: PackedChunk): StoredChunk {
  // Array.isArray does not narrow a readonly tuple: what is no chunk object is the pair.
  if (!Array.isArray(chunk)) return chunk as StoredChunk;
  const [id, delta] = chunk as readonly [string, string];
  return { type: "text-delta", id, delta };
}

/** The fields that have a value. */
function defined<Fields extends Record<string, unknown>>(fields: Fields): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  // Only entries without a value are dropped.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };
}
