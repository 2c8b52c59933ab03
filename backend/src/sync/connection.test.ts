import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import WebSocket from "ws";
import { decodeTs } from "../values/timestamps.ts";
import { SocketConnection, type SocketConnectionOptions } from "./socketConnection.ts";
import { startFakeBackend } from "./testing/fakeBackend.ts";

const get = makeFunctionReference<"query", { name: string }, number>("count:get");
const big = makeFunctionReference<"query", { name: string }, string>("count:big");
const add = makeFunctionReference<"mutation", { name: string }, number>("count:add");

let backend: Awaited<ReturnType<typeof startFakeBackend>>;
const clients: ConvexClient[] = [];

beforeEach(async () => {
  backend = await startFakeBackend();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await backend.close();
  expect(backend.troubles).toEqual([]);
});

/** A client, and the sockets that it opens. */
function connect() {
  const sockets: WebSocket[] = [];
  class Recorded extends WebSocket {
    constructor(url: string) {
      super(url);
      sockets.push(this);
    }
  }
  const client = new ConvexClient(backend.url, { webSocketConstructor: Recorded as never, logger: false, unsavedChangesWarning: false });
  clients.push(client);
  return { client, sockets };
}

const nextValue = <T>(client: ConvexClient, query: typeof get | typeof big, matches: (value: T) => boolean) =>
  // The caller names the type that the query's reference returns.
  new Promise<T>((resolve) => client.onUpdate(query, { name: "x" }, (value) => matches(value as T) && resolve(value as T)));

interface RawMessage {
  readonly type: string;
  readonly error?: string;
  readonly startVersion: { readonly ts: string };
  readonly endVersion: { readonly ts: string };
  readonly modifications: readonly { readonly value: unknown }[];
}

/** A socket that speaks the protocol by hand. */
async function rawSession() {
  const socket = new WebSocket(`${backend.url.replace("http", "ws")}/api/1.48.0/sync`);
  const messages: RawMessage[] = [];
  const waiting = new Set<() => void>();
  socket.on("message", (data) => {
    messages.push(JSON.parse(String(data)) as RawMessage);
    for (const wake of waiting) wake();
  });
  const closed = new Promise<number>((resolve) => socket.on("close", (code) => resolve(code)));
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.on("open", resolve));
  const say = (message: object) => socket.send(JSON.stringify(message));
  say({ type: "Connect", sessionId: "raw", connectionCount: 0, lastCloseReason: null, clientTs: 0 });
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        if (!condition()) return;
        waiting.delete(wake);
        resolve();
      };
      waiting.add(wake);
      wake();
    });
  return { socket, messages, closed, say, until };
}

const subscribeTo = (udfPath: string, name: string) => ({
  type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications: [{ type: "Add", queryId: 0, udfPath, args: [{ name }] }],
});

describe("a lost connection", () => {
  test("a mutation whose answer was lost is sent again, runs once, and settles", async () => {
    const { client, sockets } = connect();
    await nextValue(client, get, (value) => value === 0);
    let answer = () => {};
    backend.gate.answers = new Promise((resolve) => {
      answer = resolve;
    });
    const mutation = client.mutation(add, { name: "x" });
    await nextValue(client, get, (value) => value === 0);
    await vi.waitFor(() => expect(backend.calls.mutations).toBe(1), 20_000);
    sockets[0]!.terminate();
    backend.gate.answers = Promise.resolve();
    answer();
    expect(await mutation).toBe(1);
    expect(sockets).toHaveLength(2);
    expect(backend.calls.mutations).toBe(1);
    expect(client.client.localQueryResult("count:get", { name: "x" })).toBe(1);
  });

  test("a client that has seen more than this backend has is sent away", async () => {
    const { socket, closed } = await rawSession();
    socket.send("{}");
    await closed;
    const ahead = new WebSocket(`${backend.url.replace("http", "ws")}/api/sync`);
    ahead.on("open", () => ahead.send(JSON.stringify({ type: "Connect", sessionId: "s", connectionCount: 1, lastCloseReason: null, maxObservedTimestamp: "/////////38=", clientTs: 0 })));
    expect(await new Promise((resolve) => ahead.on("close", (code, reason) => resolve([code, String(reason)])))).toEqual([1011, expect.stringContaining("InternalServerError")]);
  });
});

describe("what is large", () => {
  test("a result of more than 5 MB arrives in pieces and whole", async () => {
    backend.settings.bigChars = 6_000_000;
    const { client, sockets } = connect();
    const kinds: string[] = [];
    sockets[0]!.on("message", (data) => kinds.push(/"type":"(\w+)"/.exec(String(data).slice(0, 100))?.[1] ?? ""));
    const value = await nextValue<string>(client, big, () => true);
    expect(value).toBe(`0:${"é".repeat(6_000_000)}`);
    expect(kinds.filter((kind) => kind === "TransitionChunk").length).toBeGreaterThan(1);
  });

  test("a frame beyond the limit ends its connection alone", async () => {
    const { client } = connect();
    await nextValue(client, get, (value) => value === 0);
    const { socket, closed } = await rawSession();
    socket.send("x".repeat(64 * 1024 * 1024 + 1));
    expect(await closed).toBe(1009);
    await client.mutation(add, { name: "x" });
    expect(client.client.localQueryResult("count:get", { name: "x" })).toBe(1);
  });

  test("a client that does not read costs nothing, holds up nobody, and is brought up to date when it reads", async () => {
    backend.settings.bigChars = 2_000_000;
    const slow = await rawSession();
    slow.say(subscribeTo("count:big", "x"));
    await slow.until(() => slow.messages.length === 1);
    slow.socket.pause();
    const quick = connect().client;
    for (let count = 1; count <= 40; count += 1) {
      const seen = nextValue<number>(quick, get, (value) => value === count);
      backend.commit("x");
      await seen;
    }
    const runs = backend.calls.queries;
    slow.socket.resume();
    await slow.until(() => String(slow.messages.at(-1)?.modifications[0]?.value).startsWith("40:"));
    // Far fewer than there were commits; and each starts where the one before it ended.
    expect(slow.messages.length).toBeLessThan(20);
    expect(backend.calls.queries).toBeLessThan(runs + 3);
    for (const [at, message] of slow.messages.entries()) expect(message.startVersion.ts).toBe(slow.messages[at - 1]?.endVersion.ts ?? "AAAAAAAAAAA=");
    expect(decodeTs(slow.messages.at(-1)!.endVersion.ts)).toBeGreaterThan(0n);
    slow.socket.close();
  });
});

test("an identity that expires is told so, and nothing runs for it", async () => {
  const session = await rawSession();
  session.say({ type: "Authenticate", baseVersion: 0, tokenType: "User", value: "expired" });
  session.say({ type: "Mutation", requestId: 0, udfPath: "count:add", args: [{ name: "x" }] });
  expect(await session.closed).toBe(1000);
  expect(session.messages).toContainEqual({ type: "AuthError", error: "Convex token identity expired", baseVersion: 1, authUpdateAttempted: false });
  expect(backend.calls.mutations).toBe(0);
});

test("after its end a session does nothing that it is still asked", async () => {
  const session = await rawSession();
  session.say({ type: "Nonsense" });
  session.say({ type: "Mutation", requestId: 0, udfPath: "count:add", args: [{ name: "x" }] });
  expect(await session.closed).toBe(1008);
  expect(backend.calls.mutations).toBe(0);
});

test("a thousand idle connections change nothing for the others", async () => {
  const idle = await Promise.all(Array.from({ length: 1000 }, () => new Promise<WebSocket>((resolve, reject) => {
    const socket = new WebSocket(`${backend.url.replace("http", "ws")}/api/sync`);
    socket.on("open", () => resolve(socket));
    socket.on("error", reject);
  })));
  const { client } = connect();
  await client.mutation(add, { name: "x" });
  expect(backend.sync.size).toBe(1001);
  for (const socket of idle) socket.terminate();
});

describe("a connection that is looked at every few seconds", () => {
  function looked() {
    const calls: string[] = [];
    const client = {
      OPEN: 1, readyState: 1, bufferedAmount: 0,
      close: (code: number) => calls.push(`close ${code}`),
      terminate: () => calls.push("terminate"),
      ping: () => calls.push("ping"),
      pause: () => undefined,
      resume: () => undefined,
    };
    const socket = {
      write: (frame: Buffer, done: () => void) => {
        // A short message has a header of two bytes.
        calls.push(frame.toString("utf8", 2));
        if (client.bufferedAmount === 0) done();
      },
    };
    const clock = { nowMs: 0 };
    const connection = new SocketConnection({
      client, socket, request: { socket: {}, headers: {} }, nowMs: () => clock.nowMs, onDrain: () => undefined,
    } as unknown as SocketConnectionOptions);
    const at = async (nowMs: number): Promise<string[]> => {
      clock.nowMs = nowMs;
      calls.length = 0;
      connection.check();
      // What is sent leaves at the end of the moment.
      await new Promise(process.nextTick);
      return [...calls];
    };
    return { connection, client, at };
  }

  test("gets a Ping when it was told nothing for 15 s", async () => {
    const { connection, at } = looked();
    connection.isNamed = true;
    expect(await at(14_999)).toEqual([]);
    expect(await at(15_000)).toEqual(['{"type":"Ping"}']);
    expect(await at(20_000)).toEqual([]);
    expect(await at(30_000)).toEqual(['{"type":"Ping"}']);
  });

  test("is asked for a sign of life, and ended when it gives none", async () => {
    const { connection, at } = looked();
    connection.isNamed = true;
    expect(await at(31_000)).toContain("ping");
    connection.heard();
    expect(await at(120_001)).not.toContain("terminate");
    expect(await at(152_000)).toEqual(["terminate"]);
  });

  test("is closed when it does not say who it is", async () => {
    const { at } = looked();
    expect(await at(30_001)).toEqual(["close 1008"]);
  });

  test("is ended when it takes nothing of what it was sent, and not while it takes some", async () => {
    const { connection, client, at } = looked();
    connection.isNamed = true;
    client.bufferedAmount = 5;
    connection.pause();
    expect(await at(100_000)).not.toContain("terminate");
    expect(await at(121_000)).toEqual(["terminate"]);
  });

  test("is cut off when what it leaves unread passes all bounds", async () => {
    const { connection, client, at } = looked();
    client.bufferedAmount = 300 * 1024 * 1024;
    connection.send("more");
    expect(await at(0)).toEqual([]);
  });
});
