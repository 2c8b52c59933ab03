import { expect } from "vitest";
import type { Timestamp } from "../../transaction/types.ts";
import type { JsonValue } from "../../values/json.ts";
import { decodeTs } from "../../values/timestamps.ts";
import type { Connection, Session } from "../session.ts";
import type { World } from "./world.ts";

interface Query {
  readonly path: string;
  readonly names: readonly string[];
}

interface Version {
  readonly querySet: number;
  readonly identity: number;
  readonly ts: string;
}

interface ServerMessage {
  readonly type: string;
  readonly requestId: number;
  readonly success: boolean;
  readonly ts?: string;
  readonly error?: string;
  readonly startVersion: Version;
  readonly endVersion: Version;
  readonly modifications: readonly { readonly type: string; readonly queryId: number; readonly value: JsonValue }[];
}

/** A client that believes nothing: it holds every message against the history of its {@link World}. */
export class ModelClient {
  readonly #world: World;
  readonly #session: Session;
  readonly #sessionId: string;
  readonly connection: Connection & { bufferedBytes: number };
  readonly #queries = new Map<number, Query>();
  /** The queries of each query set, and who asked as each identity. */
  readonly #querySets: Map<number, Query>[] = [new Map()];
  readonly #identities: (string | null)[] = [null];
  readonly #view = new Map<number, JsonValue>();
  readonly #pending = new Set<number>();
  #version: Version = { querySet: 0, identity: 0, ts: "AAAAAAAAAAA=" };
  /** Timestamps of answered mutations whose promises have not settled: a Transition after the answer must reach them. */
  #gate: Timestamp[] = [];
  #nextRequestId = 0;
  #nextQueryId = 0;
  closed: { code: number; reason: string } | null = null;
  isPaused = false;
  transitions = 0;

  constructor(world: World, name: string) {
    this.#world = world;
    this.#sessionId = name;
    this.connection = {
      bufferedBytes: 0, ip: null, userAgent: null,
      send: (text) => this.#take(JSON.parse(String(text)) as ServerMessage),
      close: (code, reason) => void (this.closed = { code, reason }),
      pause: () => void (this.isPaused = true),
      resume: () => void (this.isPaused = false),
    };
    this.#session = world.open(this.connection);
    this.#say({ type: "Connect", sessionId: name, connectionCount: 0, lastCloseReason: null, clientTs: 0 });
  }

  get queryIds(): number[] {
    return [...this.#queries.keys()];
  }

  get pendingMutations(): number {
    return this.#pending.size;
  }

  add(queries: readonly Query[]): void {
    this.#modify(queries.map(({ path, names }) => ({ type: "Add", queryId: this.#remember({ path, names }), udfPath: path, args: [{ names }] })));
  }

  remove(queryId: number): void {
    this.#queries.delete(queryId);
    this.#modify([{ type: "Remove", queryId }]);
  }

  mutate(path: string, names: readonly string[]): void {
    const requestId = this.#nextRequestId++;
    this.#pending.add(requestId);
    this.#say({ type: "Mutation", requestId, udfPath: path, args: [{ names }] });
  }

  authenticate(who: string | null): void {
    const token = who === null ? { tokenType: "None" } : { tokenType: "User", value: who };
    this.#say({ type: "Authenticate", baseVersion: this.#identities.length - 1, ...token });
    this.#identities.push(who);
  }

  /** While it is slow it takes nothing of what it is sent. */
  setSlow(isSlow: boolean): void {
    this.connection.bufferedBytes = isSlow ? 2 * 1024 * 1024 : 0;
    if (!isSlow) this.#session.drained();
  }

  close(): void {
    this.#session.closed();
  }

  /** When nothing is left to happen, everything has been told. */
  expectUpToDate(): void {
    expect(this.closed).toBeNull();
    expect([...this.#pending]).toEqual([]);
    expect(this.#version).toMatchObject({ querySet: this.#querySets.length - 1, identity: this.#identities.length - 1 });
    expect(this.#gate).toEqual([]);
    expect(this.isPaused).toBe(false);
    this.#expectViewOf(this.#world.latestTs);
  }

  #remember(query: Query): number {
    const queryId = this.#nextQueryId++;
    this.#queries.set(queryId, query);
    return queryId;
  }

  #modify(modifications: readonly object[]): void {
    const baseVersion = this.#querySets.length - 1;
    this.#querySets.push(new Map(this.#queries));
    this.#say({ type: "ModifyQuerySet", baseVersion, newVersion: baseVersion + 1, modifications });
  }

  #say(message: object): void {
    this.#session.receive(JSON.stringify(message));
  }

  #take(message: ServerMessage): void {
    switch (message.type) {
      case "Transition":
        return this.#transition(message);
      case "MutationResponse":
        expect(this.#pending.delete(message.requestId)).toBe(true);
        if (message.success && message.ts !== undefined) this.#gate.push(decodeTs(message.ts));
        return;
      default:
        expect.fail(`unexpected ${JSON.stringify(message)}`);
    }
  }

  #transition({ startVersion, endVersion, modifications }: ServerMessage): void {
    this.transitions += 1;
    expect(startVersion).toEqual(this.#version);
    const [from, to] = [decodeTs(startVersion.ts), decodeTs(endVersion.ts)];
    expect(to >= from && to <= this.#world.latestTs).toBe(true);
    expect(endVersion.querySet).toBeGreaterThanOrEqual(startVersion.querySet);
    expect(endVersion.identity).toBeGreaterThanOrEqual(startVersion.identity);
    for (const { type, queryId, value } of modifications) {
      if (type === "QueryRemoved") this.#view.delete(queryId);
      else this.#view.set(queryId, value);
    }
    this.#version = endVersion;
    this.#gate = this.#gate.filter((ts) => ts > to);
    this.#expectViewOf(to);
    for (const requestId of this.#pending) {
      const committed = this.#world.committedAt(this.#sessionId, requestId);
      expect(committed === null || committed > to).toBe(true);
    }
  }

  /** Everything on the screen is of one moment. */
  #expectViewOf(ts: Timestamp): void {
    const who = this.#identities[this.#version.identity] ?? null;
    const expected = [...(this.#querySets[this.#version.querySet] ?? [])].map(([queryId, { path, names }]) => [queryId, this.#world.valueAt(ts, path, { names, who })]);
    expect(Object.fromEntries(this.#view)).toEqual(Object.fromEntries(expected));
  }
}
