import type { CallRequest, FunctionRunner, Identity, MutationResult, Outcome, QueryResult } from "../../functions/types.ts";
import { recordedRequests } from "../../functions/sessions.ts";
import { QueryCache } from "../../subscriptions/queryCache.ts";
import type { Commit, DocumentWrite, KeyRange, Timestamp, UsageCounts } from "../../transaction/types.ts";
import type { JsonObject, JsonValue } from "../../values/json.ts";
import { encodeKey, keySuccessor } from "../../values/keys.ts";
import { Session, type Connection } from "../session.ts";
import { SharedFrames } from "../sharedFrames.ts";

const NO_USAGE: UsageCounts = {
  databaseQueries: 0, documentsRead: 0, bytesRead: 0, documentsWritten: 0, bytesWritten: 0, functionsScheduled: 0, scheduledFunctionArgsBytes: 0,
};
const CELLS = 1;

/** Lets a test decide what happens when: each step of a call waits for its turn here. */
export type Turn = (label: string) => Promise<void>;

/**
 * A database of named numbers that remembers every moment, functions on it whose every step waits for its turn, and
 * the sessions of clients. `cells:read {names}` reads numbers, `cells:mine {names}` also tells who asks, `cells:add
 * {names}` adds 1 to each (to none: it only commits its answer), `cells:again` finds its answer recorded, `cells:fail`
 * fails.
 */
export class World {
  readonly cache: QueryCache;
  readonly functions: FunctionRunner;
  readonly troubles: unknown[] = [];
  latestTs: Timestamp = 1_000n;
  nowMs = 1_000;
  /** Commits older than this many are forgotten by `commitsAfter`. */
  remembered = 5;
  readonly #turn: Turn;
  readonly #cells = new Map<string, { ts: Timestamp; value: number }[]>();
  readonly #commits: Commit[] = [];
  readonly #recorded = new Map<string, MutationResult>();
  readonly #listeners = new Set<(commit: Commit) => void>();
  readonly #frames = new SharedFrames();
  readonly #sessions = new Map<string, Session>();

  constructor(turn: Turn) {
    this.#turn = turn;
    this.functions = {
      query: (call) => this.#query(call),
      mutation: (call, options) => this.#mutation(call, options?.session),
      action: async (call) => {
        await this.#turn("action");
        return { outcome: { ok: true, value: call.args }, logLines: [], usage: NO_USAGE, executionMs: 0 };
      },
      httpAction: async () => new Response(),
      describe: () => null,
    };
    this.cache = new QueryCache({ functions: this.functions, transactions: this.#transactions(), ports: { nowMs: () => this.nowMs, randomBytes: (length) => new Uint8Array(length) } });
    this.#listeners.add((commit) => {
      for (const { sessionId, requestId } of recordedRequests(commit)) this.#sessions.get(sessionId)?.ownCommit(requestId, commit.ts);
    });
  }

  /** Opens a session that tells `connection` what a client would receive. */
  open(connection: Connection): Session {
    const session: Session = new Session(connection, { frames: this.#frames, onNamed: (id) => void this.#sessions.set(id, session) }, {
      functions: this.functions,
      transactions: this.#transactions(),
      cache: this.cache,
      authenticate: async (token): Promise<Identity> => {
        await this.#turn("authenticate");
        if (token.kind !== "user") return { kind: "none" };
        return { kind: "user", attributes: { subject: token.jwt }, expiresMs: null, token: token.jwt };
      },
      ports: { nowMs: () => this.nowMs },
      onTrouble: (error) => this.troubles.push(error),
    });
    return session;
  }

  /** What a query's value was at a moment, worked out from the history alone. */
  valueAt(ts: Timestamp, path: string, { names, who }: { names: readonly string[]; who: string | null }): JsonValue {
    const numbers = names.map((name) => this.#cells.get(name)?.findLast((version) => version.ts <= ts)?.value ?? 0);
    return path.startsWith("cells:mine") ? { numbers, who } : { numbers };
  }

  /** When a client's mutation was committed; null while it was not. */
  committedAt(sessionId: string, requestId: number): Timestamp | null {
    return this.#recorded.get(JSON.stringify({ sessionId, requestId }))?.ts ?? null;
  }

  /** Somebody else's write. */
  commit(names: readonly string[], more: readonly DocumentWrite[] = []): Timestamp {
    this.latestTs += 3n;
    const ts = this.latestTs;
    for (const name of names) {
      const versions = this.#cells.get(name) ?? [];
      versions.push({ ts, value: (versions.at(-1)?.value ?? 0) + 1 });
      this.#cells.set(name, versions);
    }
    const commit: Commit = { ts, writes: [...names.map(cellWrite), ...more] };
    this.#commits.push(commit);
    for (const listener of this.#listeners) listener(commit);
    return ts;
  }

  #transactions() {
    const latestTs = () => this.latestTs;
    return {
      get latestTs() {
        return latestTs();
      },
      onCommit: (listener: (commit: Commit) => void) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      commitsAfter: (ts: Timestamp) => {
        const oldest = this.#commits.at(-this.remembered - 1);
        if (oldest !== undefined && ts < oldest.ts) return null;
        return this.#commits.filter((commit) => commit.ts > ts);
      },
    };
  }

  async #query(call: CallRequest): Promise<QueryResult> {
    await this.#turn("query runs");
    const names = namesOf(call.args);
    const { latestTs: ts } = this;
    const who = call.identity.kind === "user" ? String(call.identity.attributes.subject) : null;
    const value = this.valueAt(ts, call.path, { names, who });
    await this.#turn("query's result arrives");
    const readSet = { ranges: new Map([[CELLS, names.map(rangeOf)]]), searches: new Map() };
    return { ...ended({ ok: true, value }), ts, readSet, journal: null, observedIdentity: call.path.startsWith("cells:mine"), observedTime: false };
  }

  async #mutation(call: CallRequest, session: { sessionId: string; requestId: number } | undefined): Promise<MutationResult> {
    await this.#turn("mutation runs");
    if (call.path.startsWith("cells:fail")) return { ...ended({ ok: false, error: { message: "Uncaught Error: no" } }), ts: this.latestTs };
    if (call.path.startsWith("cells:again")) return { ...ended({ ok: true, value: null }), ts: this.latestTs };
    const name = JSON.stringify({ sessionId: session?.sessionId, requestId: session?.requestId });
    const row = { componentPath: "", table: "_session_requests", id: name, before: null, after: { ...session, part: 0 } satisfies JsonObject, keys: [], texts: [] };
    const result: MutationResult = { ...ended({ ok: true, value: null }), ts: this.commit(namesOf(call.args), [row]) };
    this.#recorded.set(name, result);
    await this.#turn("mutation's answer arrives");
    return result;
  }
}

function namesOf({ names }: JsonObject): string[] {
  return Array.isArray(names) ? names.map(String) : [];
}

function rangeOf(name: string): KeyRange {
  const key = encodeKey([name]);
  return { from: key, to: keySuccessor(key) };
}

function cellWrite(name: string): DocumentWrite {
  return { componentPath: "", table: "cells", id: name, before: null, after: null, keys: [{ index: CELLS, key: encodeKey([name]) }], texts: [] };
}

const ended = (outcome: Outcome) => ({ outcome, logLines: [], usage: NO_USAGE, executionMs: 0 });
