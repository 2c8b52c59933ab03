import { messageKey } from "../../shared/uiMessage.js";
import type { StreamDelta, StreamMessage, UIMessage } from "../wireTypes.js";
import { emptyReduction, messageFields, reduceChunks, type Reduction } from "./reduction.js";

/** One stream as a message. */
export interface LiveMessage {
  readonly streamId: string;
  readonly streamStatus: StreamMessage["status"];
  /** False while earlier chunks are still being fetched: the message may be incomplete at its start. */
  readonly isCaughtUp: boolean;
  /** Steps that are complete: each was saved by the mutation that brought its end. */
  readonly finishedSteps: number;
  readonly message: UIMessage;
  /** What became of calls that the message before made, when this one continues it after an approval. */
  readonly outcomes: Reduction["outcomes"];
}

/** Chunks that are reduced, up to an index of the stream's log. */
interface Mark {
  readonly index: number;
  readonly reduction: Reduction;
}

interface Entry {
  /** Everything that is sealed, as far as it is known: it never changes again. */
  base: Mark;
  /** `base` and the live chunks on top of it. */
  current: Mark;
  /** Where the newest live row begins; undefined when the stream has no live row. */
  liveFrom: number | undefined;
  view: LiveMessage;
}

/**
 * Turns the live rows of a thread's streams into messages.
 *
 * A live row holds the newest chunks of a stream, already merged, and is rewritten by each flush; past half a kilobyte
 * the writer seals it and begins a new one. So each update reduces at most that half kilobyte, on top of the sealed
 * part that was reduced before: n updates cost O(n). A row that begins past what is known, and does not bring along
 * what is before it, means a gap (this viewer slept): {@link gaps} says what to fetch, {@link addDeltas} takes it.
 */
export class StreamStore {
  readonly #threadId: string;
  readonly #nowMs: () => number;
  #entries = new Map<string, Entry>();
  #messages: readonly LiveMessage[] = [];

  constructor(threadId: string, nowMs: () => number) {
    this.#threadId = threadId;
    this.#nowMs = nowMs;
  }

  /** In the order of the thread; the same array and the same objects as long as nothing changed. */
  get messages(): readonly LiveMessage[] {
    return this.#messages;
  }

  /** Where chunks are missing, and from which index on. */
  gaps(): { streamId: string; cursor: number }[] {
    return [...this.#entries]
      .filter(([, entry]) => !entry.view.isCaughtUp)
      .map(([streamId, entry]) => ({ streamId, cursor: entry.base.index }));
  }

  /** Takes the list of streams as it is now; a stream that is not in it is forgotten. */
  setRows(rows: readonly StreamMessage[]): void {
    const entries = new Map<string, Entry>();
    for (const row of rows) {
      const entry = this.#entries.get(row.streamId) ?? this.#newEntry(row);
      applyRow(entry, row);
      entries.set(row.streamId, entry);
    }
    this.#entries = entries;
    this.#publish();
  }

  /** Takes sealed chunks, in any order; what is known already or is not sealed yet is ignored. */
  addDeltas(deltas: readonly StreamDelta[]): void {
    for (const delta of [...deltas].sort((a, b) => a.start - b.start)) {
      const entry = this.#entries.get(delta.streamId);
      if (entry?.liveFrom === undefined || entry.view.isCaughtUp) continue;
      if (delta.start !== entry.base.index || delta.end > entry.liveFrom || delta.end <= delta.start) continue;
      entry.base = { index: delta.end, reduction: reduceChunks(entry.base.reduction, delta.parts) };
      if (entry.base.index > entry.current.index) show(entry, entry.base);
    }
  }

  #newEntry(row: StreamMessage): Entry {
    const start: Mark = { index: 0, reduction: emptyReduction };
    const message: UIMessage = {
      id: `stream:${row.streamId}`,
      key: messageKey(this.#threadId, row),
      role: "assistant",
      order: row.order,
      stepOrder: row.stepOrder,
      status: "streaming",
      parts: [],
      text: "",
      _creationTime: this.#nowMs(),
      ...(row.agentName === undefined ? {} : { agentName: row.agentName }),
      ...(row.userId === undefined ? {} : { userId: row.userId }),
    };
    const view: LiveMessage = { streamId: row.streamId, streamStatus: row.status, isCaughtUp: false, finishedSteps: 0, message, outcomes: emptyReduction.outcomes };
    return { base: start, current: start, liveFrom: undefined, view };
  }

  #publish(): void {
    const views = [...this.#entries.values()].map((entry) => entry.view);
    views.sort((a, b) => a.message.order - b.message.order || a.message.stepOrder - b.message.stepOrder);
    const old = this.#messages;
    if (views.length !== old.length || views.some((view, index) => view !== old[index])) this.#messages = views;
  }
}

function applyRow(entry: Entry, row: StreamMessage): void {
  const { live, sealed } = row;
  const isUnchanged = entry.view.isCaughtUp && entry.view.streamStatus === row.status
    && (live === undefined || (entry.liveFrom === live.from && entry.current.index === live.end));
  if (isUnchanged) return;
  setStatus(entry, row);
  if (live === undefined) {
    setCaughtUp(entry, true);
    return;
  }
  entry.liveFrom = live.from;
  if (live.from === entry.current.index) entry.base = entry.current;
  else if (sealed !== undefined) entry.base = { index: live.from, reduction: reduceChunks(emptyReduction, sealed) };
  else if (live.from < entry.base.index) entry.base = { index: 0, reduction: emptyReduction };
  const isCaughtUp = live.from === entry.base.index;
  setCaughtUp(entry, isCaughtUp);
  if (isCaughtUp) show(entry, { index: live.end, reduction: reduceChunks(entry.base.reduction, live.chunks) });
}

function show(entry: Entry, mark: Mark): void {
  entry.current = mark;
  const { finishedSteps, outcomes } = mark.reduction;
  entry.view = { ...entry.view, finishedSteps, outcomes, message: { ...entry.view.message, ...messageFields(mark.reduction) } };
}

function setCaughtUp(entry: Entry, isCaughtUp: boolean): void {
  if (entry.view.isCaughtUp !== isCaughtUp) entry.view = { ...entry.view, isCaughtUp };
}

const messageStatus = { streaming: "streaming", finished: "success", aborted: "failed" } as const;

function setStatus(entry: Entry, { status: streamStatus, reason }: StreamMessage): void {
  const { view } = entry;
  const status = messageStatus[streamStatus];
  if (view.streamStatus === streamStatus && view.message.status === status) return;
  const error = reason === undefined ? {} : { error: reason };
  entry.view = { ...view, streamStatus, message: { ...view.message, status, ...error } };
}
