import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { CallRequest, Identity, QueryResult } from "../functions/types.ts";
import type { Commit, Timestamp } from "../transaction/types.ts";
import { encodeKey, keySuccessor } from "../values/keys.ts";
import type { JsonValue } from "../values/json.ts";
import type { CachedQuery } from "./cachedQuery.ts";
import { QueryCache, type QueryRequest } from "./queryCache.ts";

const ADA: Identity = { kind: "user", attributes: { subject: "ada" }, expiresMs: null, token: "1" };
const ADA_AGAIN: Identity = { kind: "user", attributes: { subject: "ada" }, expiresMs: 9, token: "2" };
const BOB: Identity = { kind: "user", attributes: { subject: "bob" }, expiresMs: null, token: "3" };
const ADMIN: Identity = { kind: "admin", actingAs: null };
const NO_USAGE = { databaseQueries: 0, documentsRead: 0, bytesRead: 0, documentsWritten: 0, bytesWritten: 0, functionsScheduled: 0, scheduledFunctionArgsBytes: 0 };

/** One table, whose key is a query's `args.name`; what queries return is theirs to say. */
class Fixture {
  nowMs = 0;
  latestTs: Timestamp = 10n;
  readonly calls: { call: CallRequest; journal: string | null }[] = [];
  readonly commits: Commit[] = [];
  readonly listeners = new Set<(commit: Commit) => void>();
  answer: (call: CallRequest, journal: string | null) => Partial<QueryResult> = () => ({});
  readonly cache: QueryCache;

  constructor(limits: { maxIdle?: number; maxIdleChars?: number } = {}) {
    let seed = 0;
    const latestTs = () => this.latestTs;
    this.cache = new QueryCache({
      functions: {
        query: async (call, options) => {
          this.calls.push({ call, journal: options?.journal ?? null });
          const key = encodeKey([String(call.args.name)]);
          const base: QueryResult = {
            outcome: { ok: true, value: String(call.args.name) }, ts: this.latestTs, logLines: [], usage: NO_USAGE, executionMs: 0, journal: null,
            observedIdentity: false, observedTime: false, readSet: { ranges: new Map([[1, [{ from: key, to: keySuccessor(key) }]]]), searches: new Map() },
          };
          return { ...base, ...this.answer(call, options?.journal ?? null) };
        },
      },
      transactions: {
        get latestTs() {
          return latestTs();
        },
        onCommit: (listener) => {
          this.listeners.add(listener);
          return () => this.listeners.delete(listener);
        },
        commitsAfter: (ts) => this.commits.filter((commit) => commit.ts > ts),
      },
      ports: { nowMs: () => this.nowMs, randomBytes: (length) => new Uint8Array(length).fill((seed += 1)) },
      ...limits,
    });
  }

  commit(name: string): void {
    this.latestTs += 1n;
    const commit: Commit = { ts: this.latestTs, writes: [{ componentPath: "", table: "t", id: name, before: null, after: null, keys: [{ index: 1, key: encodeKey([name]) }], texts: [] }] };
    this.commits.push(commit);
    for (const listener of this.listeners) listener(commit);
  }

  async ask(name: string, more: Partial<QueryRequest> = {}) {
    const onStale = vi.fn<() => void>();
    const entry = this.cache.subscribe({ componentPath: "", path: "m:f", args: { name }, identity: { kind: "none" }, journal: null, ...more }, onStale);
    const run = await this.cache.refresh(entry, { isNew: true });
    return { entry, run, onStale, leave: () => this.cache.unsubscribe(entry, onStale) };
  }

  refresh(entry: CachedQuery) {
    return this.cache.refresh(entry, { isNew: false });
  }
}

let fixture: Fixture;
beforeEach(() => {
  fixture = new Fixture();
});

describe("what is equal is run once", () => {
  test("the same question of many, and of a module with and without .js, is one run", async () => {
    await Promise.all([fixture.ask("x"), fixture.ask("x"), fixture.ask("x", { path: "m.js:f" }), fixture.ask("x", { identity: ADA })]);
    await fixture.ask("x");
    expect(fixture.calls).toHaveLength(1);
  });

  test("other arguments, another component, another journal and an admin have runs of their own", async () => {
    await fixture.ask("x");
    await fixture.ask("y");
    await fixture.ask("x", { componentPath: "c" });
    await fixture.ask("x", { journal: "j" });
    await fixture.ask("x", { identity: ADMIN });
    expect(fixture.calls).toHaveLength(5);
  });

  test("a function that looks at the identity is shared by one person's connections, whatever their tokens", async () => {
    fixture.answer = (call) => ({ observedIdentity: true, outcome: { ok: true, value: call.identity.kind === "user" ? (call.identity.attributes.subject ?? null) : null } });
    const [first, second] = await Promise.all([fixture.ask("x", { identity: ADA }), fixture.ask("x", { identity: BOB })]);
    // Both asked before anybody knew.
    expect(first.entry).toBe(second.entry);
    expect(fixture.cache.isMisplaced(first.entry, { ...first.entry.request, identity: ADA })).toBe(false);
    expect(fixture.cache.isMisplaced(second.entry, { ...first.entry.request, identity: BOB })).toBe(true);
    expect(second.onStale).toHaveBeenCalled();
    const again = await fixture.ask("x", { identity: ADA_AGAIN });
    const bob = await fixture.ask("x", { identity: BOB });
    expect([again.run.body, bob.run.body]).toEqual([expect.stringContaining('"ada"'), expect.stringContaining('"bob"')]);
    expect(fixture.calls).toHaveLength(2);
  });
});

describe("a result holds until a commit touches what it read", () => {
  test("a commit elsewhere leaves it; one here ends it at the commit's timestamp and tells each subscriber once", async () => {
    const { entry, run, onStale } = await fixture.ask("x");
    fixture.commit("y");
    expect(onStale).not.toHaveBeenCalled();
    fixture.commit("x");
    fixture.commit("x");
    expect(onStale).toHaveBeenCalledTimes(1);
    expect(run.invalidFrom).toBe(12n);
    expect(await fixture.refresh(entry)).toMatchObject({ ts: 13n, invalidFrom: null });
  });

  test("a commit between a run and the arrival of its result counts", async () => {
    fixture.answer = () => {
      const ts = fixture.latestTs;
      fixture.commit("x");
      return { ts };
    };
    expect((await fixture.ask("x")).run).toMatchObject({ ts: 10n, invalidFrom: 11n });
  });

  test("new code ends every result, also of a run that is under way", async () => {
    const done = await fixture.ask("x");
    const running = fixture.ask("y");
    fixture.cache.invalidateAll();
    expect(done.run.invalidFrom).not.toBeNull();
    expect((await running).run.invalidFrom).not.toBeNull();
  });

  test("a page keeps its end for those who have it, and a newcomer gets a page of the size it asks for", async () => {
    fixture.answer = (_call, journal) => ({ journal: journal ?? "end" });
    const { entry } = await fixture.ask("x");
    fixture.commit("x");
    await fixture.refresh(entry);
    const newcomer = await fixture.ask("x");
    expect(fixture.calls.map(({ journal }) => journal)).toEqual([null, "end", null]);
    expect(newcomer.entry).not.toBe(entry);
    fixture.commit("x");
    expect(entry.isValid || newcomer.entry.isValid).toBe(false);
  });

  test("a result that saw the clock is given to newcomers for 17 s; then they get a new one, and so do the others", async () => {
    fixture.answer = () => ({ observedTime: true, outcome: { ok: true, value: fixture.nowMs } });
    const first = await fixture.ask("x");
    fixture.nowMs = 17_000;
    await fixture.ask("x");
    expect(fixture.calls).toHaveLength(1);
    fixture.nowMs = 17_001;
    const late = await fixture.ask("x");
    expect(fixture.calls).toHaveLength(2);
    expect(first.run.invalidFrom).not.toBeNull();
    expect(first.onStale).toHaveBeenCalledTimes(1);
    expect(await fixture.refresh(first.entry)).toBe(late.run);
  });

  test("a failure that repeats itself is the same result, whatever its request's id", async () => {
    fixture.answer = () => ({ outcome: { ok: false, error: { message: "Uncaught Error: no" } } });
    const { entry, run } = await fixture.ask("x");
    fixture.commit("x");
    const again = await fixture.refresh(entry);
    expect(again.fingerprint).toBe(run.fingerprint);
    expect(again.body).not.toBe(run.body);
  });
});

describe("memory is bounded", () => {
  test("results without subscribers are kept up to the limit; the least recently used goes first", async () => {
    fixture = new Fixture({ maxIdle: 2 });
    for (const name of ["a", "b"]) (await fixture.ask(name)).leave();
    (await fixture.ask("a")).leave();
    (await fixture.ask("c")).leave();
    expect([fixture.cache.size, fixture.cache.watched]).toEqual([2, 2]);
    await fixture.ask("a");
    await fixture.ask("c");
    expect(fixture.calls).toHaveLength(3);
    await fixture.ask("b");
    expect(fixture.calls).toHaveLength(4);
  });

  test("they are also bounded by their size", async () => {
    fixture = new Fixture({ maxIdleChars: 1000 });
    const text = "t".repeat(300);
    fixture.answer = () => ({ outcome: { ok: true, value: text } });
    for (const name of ["a", "b", "c", "d", "e"]) (await fixture.ask(name)).leave();
    expect(fixture.cache.size).toBe(2);
  });

  test("one without subscribers is gone when a commit touches it", async () => {
    (await fixture.ask("x")).leave();
    fixture.commit("x");
    expect([fixture.cache.size, fixture.cache.watched]).toEqual([0, 0]);
  });

  test("whoever leaves while a run is under way leaves nothing behind but its result", async () => {
    const onStale = vi.fn<() => void>();
    const entry = fixture.cache.subscribe({ componentPath: "", path: "m:f", args: { name: "x" }, identity: { kind: "none" }, journal: null }, onStale);
    const running = fixture.cache.refresh(entry, { isNew: true });
    fixture.cache.unsubscribe(entry, onStale);
    await running;
    expect([fixture.cache.size, fixture.cache.watched]).toEqual([1, 1]);
    fixture.commit("x");
    expect([fixture.cache.size, fixture.cache.watched]).toEqual([0, 0]);
  });

  test("trouble in a run reaches all who asked, and the next who asks tries again", async () => {
    fixture.answer = () => {
      throw new Error("disk");
    };
    const asked = [fixture.ask("x"), fixture.ask("x")];
    expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    fixture.answer = () => ({});
    expect((await fixture.ask("x")).run.body).toContain('"x"');
  });

  test("after any coming and going nothing is watched that nobody can reach", async () => {
    const step = fc.record({ kind: fc.constantFrom("ask", "leave", "commit", "code"), name: fc.constantFrom("a", "b"), who: fc.constantFrom(ADA, BOB), pick: fc.nat() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, looks) => {
        const world = new Fixture({ maxIdle: 1 });
        world.answer = (call) => ({ observedIdentity: looks && call.args.name === "a", journal: "end" });
        const here: Awaited<ReturnType<Fixture["ask"]>>[] = [];
        for (const { kind, name, who, pick } of steps) {
          if (kind === "ask") here.push(await world.ask(name, { identity: who }));
          else if (kind === "leave" && here.length > 0) here.splice(pick % here.length, 1)[0]!.leave();
          else if (kind === "commit") world.commit(name);
          else if (kind === "code") world.cache.invalidateAll();
        }
        for (const { leave } of here) leave();
        expect(world.cache.watched).toBe(world.cache.size);
        expect(world.cache.size).toBeLessThanOrEqual(1);
      }),
    );
  });
});

test("what a result says is written as the protocol sends it", async () => {
  const value: JsonValue = { text: 'quote " and \u2028', list: [1, null] };
  fixture.answer = () => ({ outcome: { ok: true, value }, logLines: ["[LOG] 'x'"] });
  const { run } = await fixture.ask("x");
  expect(JSON.parse(`{${run.body}}`)).toEqual({ type: "QueryUpdated", value, logLines: ["[LOG] 'x'"] });
  fixture.answer = () => ({ outcome: { ok: false, error: { message: "Uncaught ConvexError: no", data: { code: 1 } } } });
  const failed = await fixture.ask("y");
  expect(JSON.parse(`{${failed.run.body}}`)).toEqual({
    type: "QueryFailed", errorMessage: "[Request ID: 0202020202020202] Server Error\nUncaught ConvexError: no", errorData: { code: 1 }, logLines: [],
  });
});
