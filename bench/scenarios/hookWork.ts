import { ConvexProvider, type ConvexReactClient } from "convex/react";
import { anyApi } from "convex/server";
import { createElement, useSyncExternalStore, type FunctionComponent } from "react";
import { createRoot } from "react-dom/client";
import { flushSync } from "react-dom";
import type { Side } from "../harness/deployment.ts";
import { dom } from "../harness/dom.ts";
import { streamsHookOf } from "../harness/hooks.ts";
import { beyond, cpuMsOf, inTurns } from "../harness/samples.ts";

const DELTAS = 5000;
const DELTA = "this is what a model says in about a quarter of a second when it is quick; it is one hundred and thirty characters of text, all told ".slice(0, 130);
/** A live row is sealed past this many bytes: the next one begins anew. */
const SEAL_BYTES = 512;
const ROUNDS = 7;

interface StreamArgs {
  readonly kind: "list" | "deltas";
  readonly cursors?: readonly [{ readonly cursor: number }];
}

/** A client whose one thread has one stream, which grows by a delta at a time. */
class FeedingClient {
  readonly #listeners = new Set<() => void>();
  readonly #rowOf: (end: number) => object;
  #list: object;
  #end = 0;

  constructor(rowOf: (end: number) => object) {
    this.#rowOf = rowOf;
    this.#list = listOf(rowOf(0));
  }

  get length(): number {
    return this.#end;
  }

  grow(): void {
    this.#end += 1;
    const row = this.#rowOf(this.#end);
    // A result is the same object as long as nothing changed: that is what the official client gives.
    if (row !== streamRow) this.#list = listOf(row);
    for (const listener of this.#listeners) listener();
  }

  readonly subscribe = (callback: () => void): (() => void) => {
    this.#listeners.add(callback);
    return () => void this.#listeners.delete(callback);
  };

  watchQuery(_query: unknown, { streamArgs: { kind, cursors: [{ cursor }] = [{ cursor: 0 }] } }: { streamArgs: StreamArgs }) {
    const known: { end: number; value: object | undefined } = { end: -1, value: undefined };
    const deltas = (): object | undefined => {
      if (known.end !== this.#end) Object.assign(known, { end: this.#end, value: deltasOf(cursor, this.#end) });
      return known.value;
    };
    return {
      onUpdate: this.subscribe,
      localQueryResult: () => (kind === "list" ? this.#list : deltas()),
      localQueryLogs: () => [],
      journal: () => undefined,
    };
  }
}

const page = { page: [], isDone: true, continueCursor: "" };

function listOf(row: object): object {
  return { ...page, streams: { kind: "list", messages: [row] } };
}

function deltasOf(from: number, end: number): object {
  return { ...page, streams: { kind: "deltas", deltas: Array.from({ length: end - from }, (_, index) => deltaAt(from + index)) } };
}

/** The first brings the start of the text along. */
function deltaAt(start: number) {
  const said = { type: "text-delta", id: "0", delta: DELTA };
  return { streamId: "stream", start, end: start + 1, parts: start === 0 ? [{ type: "start" }, { type: "start-step" }, { type: "text-start", id: "0" }, said] : [said] };
}

const streamRow = { streamId: "stream", status: "streaming", format: "UIMessageChunk", order: 0, stepOrder: 1 };

/** As our component writes it: the newest chunks, merged, from the last seal on. */
function liveRow(end: number): object {
  const perSeal = Math.ceil(SEAL_BYTES / DELTA.length);
  const from = Math.floor(Math.max(0, end - 1) / perSeal) * perSeal;
  const begun = from === 0 && end > 0 ? [{ type: "start" }, { type: "start-step" }, { type: "text-start", id: "0" }] : [];
  return { ...streamRow, live: { from, end, chunks: end === 0 ? [] : [...begun, { type: "text-delta", id: "0", delta: DELTA.repeat(end - from) }] } };
}

const query = anyApi["read"]?.["list"];

type Subject = Side | "bare";

/** Renders what a hook gives after each delta, and returns how long that took. */
async function feed(subject: Subject): Promise<number> {
  const client = new FeedingClient(subject === "ours" ? liveRow : () => streamRow);
  const hook = subject === "bare" ? undefined : await streamsHookOf(subject);
  const shown = { characters: 0 };
  const Page: FunctionComponent = hook === undefined
    ? () => {
      shown.characters = bareText(client).length;
      return null;
    }
    : () => {
      shown.characters = hook(query, { threadId: "thread" })?.[0]?.text.length ?? 0;
      return null;
    };
  const root = createRoot(dom().createElement("div"));
  // The part of a client that the hooks use.
  const provided = client as unknown as ConvexReactClient;
  flushSync(() => root.render(createElement(ConvexProvider, { client: provided }, createElement(Page))));
  const tookMs = await cpuMsOf(async () => {
    for (let delta = 1; delta <= DELTAS; delta += 1) {
      flushSync(() => client.grow());
      while (shown.characters < delta * DELTA.length) await new Promise((resolve) => setImmediate(resolve));
    }
  });
  root.unmount();
  return tookMs;
}

/** By hand: one subscription, and a text that grows by what is new. */
function bareText(client: FeedingClient): string {
  const end = useSyncExternalStore(client.subscribe, () => client.length);
  const known = texts.get(client) ?? { end: 0, text: "" };
  const text = known.text + DELTA.repeat(end - known.end);
  texts.set(client, { end, text });
  return text;
}

const texts = new WeakMap<FeedingClient, { end: number; text: string }>();

/** Milliseconds that 5,000 deltas of 130 characters, one by one, take in each hook beyond a page that just renders them. */
export async function hookWork() {
  const { bare, ours } = await inTurns(ROUNDS, { bare: () => feed("bare"), ours: () => feed("ours") });
  const peer = [await feed("peer")];
  return { ours: { workMs: beyond(ours, bare) }, peer: { workMs: beyond(peer, bare) } };
}
