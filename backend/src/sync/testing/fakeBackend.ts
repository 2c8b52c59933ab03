import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { CallRequest, FunctionRunner, Identity, MutationResult, Outcome, QueryResult } from "../../functions/types.ts";
import { systemPorts } from "../../ports.ts";
import { QueryCache } from "../../subscriptions/queryCache.ts";
import type { Commit, ReadSet, Timestamp, UsageCounts } from "../../transaction/types.ts";
import { encodeKey, keySuccessor } from "../../values/keys.ts";
import type { JsonValue } from "../../values/json.ts";
import { UserError } from "../../errors.ts";
import type { AuthToken } from "../protocol.ts";
import { createSyncServer } from "../syncServer.ts";

const NO_USAGE: UsageCounts = {
  databaseQueries: 0, documentsRead: 0, bytesRead: 0, documentsWritten: 0, bytesWritten: 0, functionsScheduled: 0, scheduledFunctionArgsBytes: 0,
};
const COUNTERS = 7;

/**
 * A backend whose functions are counters, for tests of what clients are told: `count:get {name}` reads one,
 * `count:add {name}` adds 1 to it, `count:fail` throws, `count:whoami` looks at the identity, `count:big {name}` reads
 * one into a text of `bigChars`.
 */
export async function startFakeBackend() {
  const counters = new Map<string, number>();
  const recorded = new Map<string, MutationResult>();
  const listeners = new Set<(commit: Commit) => void>();
  const commits: Commit[] = [];
  const calls = { queries: 0, mutations: 0 };
  /** What queries, and what answers of mutations, wait for. */
  const gate: { held: Promise<void>; answers: Promise<void> } = { held: Promise.resolve(), answers: Promise.resolve() };
  const settings = { bigChars: 0 };
  let latestTs: Timestamp = BigInt(Date.now()) * 1_000_000n;

  const transactions = {
    get latestTs() {
      return latestTs;
    },
    onCommit(listener: (commit: Commit) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    commitsAfter: (ts: Timestamp) => commits.filter((commit) => commit.ts > ts),
  };

  function commit(name: string): Timestamp {
    counters.set(name, (counters.get(name) ?? 0) + 1);
    latestTs += 1n;
    const write = { componentPath: "", table: "counters", id: name, before: null, after: null, keys: [{ index: COUNTERS, key: encodeKey([name]) }], texts: [] };
    const done: Commit = { ts: latestTs, writes: [write] };
    commits.push(done);
    for (const listener of listeners) listener(done);
    return latestTs;
  }

  const nameOf = ({ args }: CallRequest): string => String(args.name);
  const ended = (outcome: Outcome) => ({ outcome, logLines: [], usage: NO_USAGE, executionMs: 0 });

  async function query(call: CallRequest): Promise<QueryResult> {
    calls.queries += 1;
    await gate.held;
    const observedIdentity = call.path.startsWith("count:whoami");
    const key = encodeKey([nameOf(call)]);
    const readSet: ReadSet = { ranges: new Map([[COUNTERS, [{ from: key, to: keySuccessor(key) }]]]), searches: new Map() };
    const count = counters.get(nameOf(call)) ?? 0;
    const plain = call.path.startsWith("count:big") ? `${count}:${"é".repeat(settings.bigChars)}` : count;
    const value: JsonValue = observedIdentity ? whoIs(call.identity) : plain;
    const outcome: Outcome = call.path.startsWith("count:fail") ? { ok: false, error: { message: "Uncaught Error: no", data: "why" } } : { ok: true, value };
    return { ...ended(outcome), ts: latestTs, readSet, journal: null, observedIdentity, observedTime: false };
  }

  async function mutation(call: CallRequest, options?: { session?: { sessionId: string; requestId: number } }): Promise<MutationResult> {
    const key = `${options?.session?.sessionId}|${options?.session?.requestId}`;
    const before = recorded.get(key);
    if (before !== undefined) return before;
    calls.mutations += 1;
    if (call.path.startsWith("count:fail")) return { ...ended({ ok: false, error: { message: "Uncaught Error: no" } }), ts: latestTs };
    const ts = commit(nameOf(call));
    const result: MutationResult = { ...ended({ ok: true, value: counters.get(nameOf(call)) ?? 0 }), ts };
    recorded.set(key, result);
    await gate.answers;
    return result;
  }

  const functions: FunctionRunner = {
    query,
    mutation,
    action: async (call) => ended({ ok: true, value: nameOf(call) }),
    httpAction: async () => new Response("not here", { status: 404 }),
    describe: () => null,
  };

  const authenticate = async (token: AuthToken): Promise<Identity> => {
    if (token.kind !== "user") return { kind: "none" };
    if (token.jwt.startsWith("bad")) throw new UserError("InvalidAuth", "Could not verify the token");
    const expiresMs = token.jwt.startsWith("expired") ? 1 : null;
    return { kind: "user", attributes: { subject: token.jwt }, expiresMs, token: token.jwt };
  };
  const cache = new QueryCache({ functions, transactions, ports: systemPorts });
  const troubles: unknown[] = [];
  const sync = createSyncServer({ functions, transactions, cache, authenticate, ports: systemPorts, onTrouble: (error) => troubles.push(error) });
  const http = createServer();
  http.on("upgrade", (request, socket, head) => sync.upgrade(request, socket, head));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    cache, calls, commit, gate, settings, sync, troubles,
    async close() {
      await sync.close();
      cache.close();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function whoIs(identity: Identity): JsonValue {
  return identity.kind === "user" ? (identity.attributes.subject ?? null) : null;
}
