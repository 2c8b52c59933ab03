import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import WebSocket from "ws";
import { parseClientMessage, transitionFrames } from "./protocol.ts";
import { startFakeBackend } from "./testing/fakeBackend.ts";

const get = makeFunctionReference<"query", { name: string }, number>("count:get");
const whoami = makeFunctionReference<"query", { name: string }, string | null>("count:whoami");
const add = makeFunctionReference<"mutation", { name: string }, number>("count:add");
const failing = makeFunctionReference<"mutation", { name: string }, number>("count:fail");
const failingQuery = makeFunctionReference<"query", { name: string }, number>("count:fail");

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

function connect(): ConvexClient {
  // The ws client works in every Node that the tests may run on.
  const client = new ConvexClient(backend.url, { webSocketConstructor: WebSocket as never, logger: false, unsavedChangesWarning: false });
  clients.push(client);
  return client;
}

/** Every value that a subscription delivers, and a promise of the first that matches. */
function follow<T>(client: ConvexClient, query: typeof get | typeof whoami, name: string) {
  const values: T[] = [];
  const waiting: { matches: (value: T) => boolean; resolve: () => void }[] = [];
  client.onUpdate(query, { name }, (value) => {
    // The caller names the type that the query's reference returns.
    values.push(value as T);
    for (const waiter of waiting) if (waiter.matches(value as T)) waiter.resolve();
  });
  const until = (matches: (value: T) => boolean) =>
    new Promise<void>((resolve) => {
      if (values.some(matches)) resolve();
      else waiting.push({ matches, resolve });
    });
  return { values, until };
}

async function raw(...frames: string[]): Promise<{ code: number; messages: unknown[] }> {
  const socket = new WebSocket(`${backend.url.replace("http", "ws")}/api/1.48.0/sync`);
  const messages: unknown[] = [];
  socket.on("message", (data) => messages.push(JSON.parse(String(data))));
  await new Promise((resolve) => socket.on("open", resolve));
  const closed = new Promise<number>((resolve) => socket.on("close", (code) => resolve(code)));
  for (const frame of frames) socket.send(frame);
  return { code: await closed, messages };
}

describe("clients of the official package", () => {
  test("two clients see one client's write", async () => {
    const [one, two] = [connect(), connect()];
    const [a, b] = [follow<number>(one, get, "x"), follow<number>(two, get, "x")];
    await Promise.all([a.until((n) => n === 0), b.until((n) => n === 0)]);
    await one.mutation(add, { name: "x" });
    await Promise.all([a.until((n) => n === 1), b.until((n) => n === 1)]);
    expect(a.values).toEqual([0, 1]);
    expect(b.values).toEqual([0, 1]);
  });

  test("a mutation's promise settles only when its effect is on the screen", async () => {
    const client = connect();
    const seen = follow<number>(client, get, "x");
    await seen.until((n) => n === 0);
    await client.mutation(add, { name: "x" });
    expect(seen.values.at(-1)).toBe(1);
  });

  test("a mutation that changes nothing on the screen settles too", async () => {
    const client = connect();
    await follow<number>(client, get, "x").until((n) => n === 0);
    expect(await client.mutation(add, { name: "elsewhere" })).toBe(1);
  });

  test("many mutations at once are run in order, and each settles", async () => {
    const client = connect();
    const results = await Promise.all(Array.from({ length: 50 }, () => client.mutation(add, { name: "x" })));
    expect(results).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  test("failures carry their text and data", async () => {
    const client = connect();
    await expect(client.mutation(failing, { name: "x" })).rejects.toThrow(/\[Request ID: [0-9a-f]{16}\] Server Error\nUncaught Error: no/);
    const error = await new Promise<Error>((resolve) => client.onUpdate(failingQuery, { name: "x" }, () => undefined, resolve));
    expect(error).toMatchObject({ data: "why" });
  });

  test("equal queries of many clients share one run per write", async () => {
    const followed = Array.from({ length: 20 }, () => follow<number>(connect(), get, "x"));
    await Promise.all(followed.map(({ until }) => until((n) => n === 0)));
    expect(backend.calls.queries).toBe(1);
    backend.commit("x");
    await Promise.all(followed.map(({ until }) => until((n) => n === 1)));
    expect(backend.calls.queries).toBe(2);
  });

  test("a write elsewhere runs nothing again", async () => {
    const client = connect();
    await follow<number>(client, get, "x").until((n) => n === 0);
    await client.mutation(add, { name: "y" });
    expect(backend.calls.queries).toBe(1);
  });

  test("a query that looks at the identity is not shared between people", async () => {
    const [one, two] = [connect(), connect()];
    const jwt = (subject: string) => ["e30", Buffer.from(JSON.stringify({ sub: subject, iat: 1, exp: 4_000_000_000 })).toString("base64url"), "x"].join(".");
    one.setAuth(async () => jwt("one"));
    two.setAuth(async () => jwt("two"));
    const [first, second] = [follow<string | null>(one, whoami, "x"), follow<string | null>(two, whoami, "x")];
    await Promise.all([first.until((who) => who === jwt("one")), second.until((who) => who === jwt("two"))]);
    expect(first.values).not.toContain(jwt("two"));
    expect(second.values).not.toContain(jwt("one"));
  });

  test("a refused token is told to the client, which may go on without one", async () => {
    const client = connect();
    const states: boolean[] = [];
    await new Promise<void>((resolve) => {
      client.setAuth(
        async () => `bad.${Buffer.from(JSON.stringify({ iat: 1, exp: 4_000_000_000 })).toString("base64url")}.x`,
        (isAuthenticated) => {
          states.push(isAuthenticated);
          resolve();
        },
      );
    });
    expect(states).toEqual([false]);
  });

  test("a result that a write overtakes while it is being made is made again", async () => {
    let release = () => {};
    backend.gate.held = new Promise((resolve) => {
      release = resolve;
    });
    const seen = follow<number>(connect(), get, "x");
    await vi.waitFor(() => expect(backend.calls.queries).toBe(1), 20_000);
    backend.commit("x");
    release();
    await seen.until((n) => n === 1);
  });
});

describe("a client that breaks the protocol harms only itself", () => {
  const connectFrame = JSON.stringify({ type: "Connect", sessionId: "s", connectionCount: 0, lastCloseReason: null, clientTs: 0 });

  const broken: [string, string[], string][] = [
    ["not JSON", ["nonsense"], "one JSON object"],
    ["an unknown message", [connectFrame, '{"type":"Hello"}'], 'Unknown message type "Hello"'],
    ["no Connect", ['{"type":"Event"}'], "first message must be Connect"],
    ["a wrong base version", [connectFrame, '{"type":"ModifyQuerySet","baseVersion":3,"newVersion":4,"modifications":[]}'], "Base version 3 passed up doesn't match the current version 0"],
    ["arguments that are no object", [connectFrame, '{"type":"Mutation","requestId":0,"udfPath":"a:b","args":[1]}'], "args must be a list of one object"],
  ];
  test.each(broken)("%s", async (_name, frames, reason) => {
    const bystander = connect();
    const seen = follow<number>(bystander, get, "x");
    await seen.until((n) => n === 0);
    const { messages } = await raw(...frames);
    expect(messages).toContainEqual({ type: "FatalError", error: expect.stringContaining(reason) });
    await bystander.mutation(add, { name: "x" });
    expect(seen.values.at(-1)).toBe(1);
  });

  test("a binary frame and another path are refused", async () => {
    const socket = new WebSocket(`${backend.url.replace("http", "ws")}/api/sync`);
    const closed = new Promise<number>((resolve) => socket.on("close", (code) => resolve(code)));
    socket.on("open", () => socket.send(Buffer.from([1, 2])));
    expect(await closed).toBe(1003);
    const elsewhere = new WebSocket(`${backend.url.replace("http", "ws")}/api/other`);
    expect(await new Promise<string>((resolve) => elsewhere.on("error", (error) => resolve(error.message)))).toContain("404");
  });

  test("whatever text arrives becomes a message or a reason", () => {
    const json = fc.oneof(fc.json(), fc.string(), fc.json().map((text) => `{"type":"Mutation","requestId":0,"udfPath":"a","args":${text}}`));
    fc.assert(
      fc.property(json, (text) => {
        const parsed = parseClientMessage(text);
        expect(parsed.ok ? parsed.value.type : parsed.reason).toBeTruthy();
      }),
    );
  });
});

test("the pieces of a large Transition make its text again", () => {
  const text = `${"a".repeat(4_999_999)}😀${"b".repeat(5_000_001)}`;
  const frames = transitionFrames(text).map((frame) => JSON.parse(frame) as { chunk: string; partNumber: number; totalParts: number });
  expect(frames.map((frame) => frame.chunk).join("")).toBe(text);
  expect(frames.map((frame) => [frame.partNumber, frame.totalParts])).toEqual(frames.map((_, index) => [index, frames.length]));
});
