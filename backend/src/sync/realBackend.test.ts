import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BaseConvexClient, ConvexClient, ConvexHttpClient } from "convex/browser";
import { makeFunctionReference, type PaginationResult } from "convex/server";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import WebSocket from "ws";
import { openBackend, type Backend } from "../backend.ts";
import { bundleApp } from "../push/bundle.ts";
import { DatabaseTransaction } from "../transaction/transaction.ts";

const list = makeFunctionReference<"query", { channel: string }, string[]>("messages:list");
const page = makeFunctionReference<"query", { paginationOpts: object }, PaginationResult<{ body: string }>>("messages:page");
const send = makeFunctionReference<"mutation", { channel: string; body: string; rank?: number }, string>("messages:send");
const whoami = makeFunctionReference<"query", Record<string, never>, { subject: string } | null>("messages:whoami");
const brokenSearch = makeFunctionReference<"query", Record<string, never>, unknown>("messages:brokenSearch");
const setting = makeFunctionReference<"query", Record<string, never>, string | null>("messages:setting");

const folder = mkdtempSync(join(tmpdir(), "convex-embedded-sync-"));
const troubles: unknown[] = [];
const clients: { close(): Promise<unknown> }[] = [];
let backend: Backend;
let sign: (subject: string) => Promise<string>;

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  sign = async (sub) => await new SignJWT({ sub, aud: "app" }).setProtectedHeader({ alg: "ES256", kid: "k" }).setIssuer("https://issuer.test").setIssuedAt().setExpirationTime("1h").sign(privateKey);
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "k" }] });
  backend = await openBackend({ dataDir: folder, port: 0, sitePort: 0, durability: "fast", onTrouble: (error) => troubles.push(error) });
  await backend.setEnv([{ name: "TEST_JWKS", value: `data:application/json;base64,${Buffer.from(jwks).toString("base64")}` }]);
  await backend.push((await bundleApp({ functionsDir: join(import.meta.dirname, "testing/app/convex") })).request);
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  expect(troubles).toEqual([]);
});
afterAll(async () => {
  await backend.close();
  rmSync(folder, { recursive: true });
});

function connect(): ConvexClient {
  const client = new ConvexClient(backend.url, { webSocketConstructor: WebSocket as never, logger: false, unsavedChangesWarning: false });
  clients.push(client);
  return client;
}

/** The newest value of a subscription, and a promise of one that matches. */
function follow<T>(subscribe: (onValue: (value: T) => void) => unknown) {
  let latest: T | undefined;
  const waiting = new Set<() => void>();
  subscribe((value) => {
    latest = value;
    for (const wake of waiting) wake();
  });
  return {
    get latest() {
      return latest;
    },
    until: (matches: (value: T) => boolean) =>
      new Promise<T>((resolve) => {
        const wake = () => {
          if (latest === undefined || !matches(latest)) return;
          waiting.delete(wake);
          resolve(latest);
        };
        waiting.add(wake);
        wake();
      }),
  };
}

describe("the whole backend, by the official clients", () => {
  test("a write by HTTP is seen by every socket, a write by a socket before its promise settles", async () => {
    const followed = [connect(), connect()].map((client) => ({ client, ...follow<string[]>((on) => client.onUpdate(list, { channel: "a" }, on)) }));
    await Promise.all(followed.map(({ until }) => until((bodies) => bodies.length === 0)));
    await new ConvexHttpClient(backend.url, { logger: false }).mutation(send, { channel: "a", body: "one" });
    await Promise.all(followed.map(({ until }) => until((bodies) => bodies.length === 1)));
    const [first] = followed;
    await first!.client.mutation(send, { channel: "a", body: "two" });
    expect(first!.client.client.localQueryResult("messages:list", { channel: "a" })).toEqual(["one", "two"]);
  });

  test("pages stay without gap and overlap while rows come and go between them", async () => {
    const client = connect();
    for (const rank of [1, 2, 3, 4, 5, 6]) await client.mutation(send, { channel: "p", body: `r${rank}`, rank });
    const open = (paginationOpts: object) => follow<PaginationResult<{ body: string }>>((on) => client.onUpdate(page, { paginationOpts }, on));
    const isOurs = ({ body }: { body: string }) => body.startsWith("r");
    // Rows without a rank, of other tests, come before all that have one.
    const before = (await open({ numItems: 100, cursor: null, id: 0 }).until(() => true)).page.filter((row) => !isOurs(row)).length;
    const first = open({ numItems: before + 3, cursor: null, id: 1 });
    const { continueCursor } = await first.until(({ page: rows }) => rows.length === before + 3);
    const second = open({ numItems: 100, cursor: continueCursor, id: 1 });
    await second.until(({ isDone }) => isDone);
    for (const rank of [2.5, 3.5, 0.5]) await client.mutation(send, { channel: "p", body: `r${rank}`, rank });
    const shown = [first, second].flatMap(({ latest }) => latest!.page.filter(isOurs).map(({ body }) => body));
    expect(shown).toEqual(["r0.5", "r1", "r2", "r2.5", "r3", "r3.5", "r4", "r5", "r6"]);
    expect(first.latest!.continueCursor).toBe(continueCursor);
  });

  test("a token of a configured provider makes the user in queries; without it there is none", async () => {
    const client = connect();
    const seen = follow<{ subject: string } | null>((on) => client.onUpdate(whoami, {}, on));
    await seen.until((identity) => identity === null);
    const states: boolean[] = [];
    client.setAuth(async () => await sign("ada"), (isAuthenticated) => states.push(isAuthenticated));
    expect(await seen.until((identity) => identity !== null)).toMatchObject({ subject: "ada", issuer: "https://issuer.test", tokenIdentifier: "https://issuer.test|ada" });
    expect(states).toEqual([true]);
    const http = new ConvexHttpClient(backend.url, { logger: false });
    http.setAuth(await sign("bob"));
    expect(await http.query(whoami, {})).toMatchObject({ subject: "bob" });
  });

  test("an HTTP action runs whatever token comes with it; who asks for the identity of one that is not valid gets its error", async () => {
    const ask = async (path: string, authorization: string) => {
      const answer = await fetch(`${backend.siteUrl}${path}`, { headers: { authorization } });
      return { status: answer.status, body: (await answer.json()) as { subject?: string; code?: string } | null };
    };
    const good = await sign("ada");
    const forged = `${good.slice(0, -4)}AAAA`;
    for (const token of [good, forged, "an-api-key"]) expect(await ask("/plain", `Bearer ${token}`)).toEqual({ status: 200, body: `Bearer ${token}` });
    for (const path of ["/who", "/query", "/mutation"]) {
      for (const scheme of ["Bearer", "bearer"]) {
        expect(await ask(path, `${scheme} ${good}`)).toMatchObject({ status: 200, body: { subject: "ada" } });
        expect(await ask(path, `${scheme} ${forged}`)).toMatchObject({ status: 500, body: { code: expect.stringContaining("Could not validate token") } });
        expect(await ask(path, `${scheme} an-api-key`)).toMatchObject({ status: 500, body: { code: expect.stringContaining("Server Error") } });
      }
      expect(await ask(path, "Basic YTpi")).toEqual({ status: 200, body: null });
    }
  });

  test("an admin calls internal functions, and may be somebody; nobody else does", async () => {
    const seen = Promise.withResolvers<unknown>();
    const admin: BaseConvexClient = new BaseConvexClient(
      backend.url,
      () => {
        const secret = admin.localQueryResult("messages:secret");
        const who = admin.localQueryResult("messages:whoami");
        if (secret !== undefined && who !== undefined) seen.resolve([secret, who]);
      },
      { webSocketConstructor: WebSocket as never, logger: false, unsavedChangesWarning: false },
    );
    clients.push(admin);
    // Not in the published types: the CLI and the dashboard use it.
    (admin as unknown as { setAdminAuth(key: string, identity: object): void }).setAdminAuth(backend.adminKey, { subject: "s", issuer: "i", tokenIdentifier: "i|s" });
    admin.subscribe("messages:secret", {});
    admin.subscribe("messages:whoami", {});
    expect(await seen.promise).toEqual(["for admins", expect.objectContaining({ tokenIdentifier: "i|s" })]);
    await expect(connect().query(makeFunctionReference<"query">("messages:secret"), {})).rejects.toThrow("Could not find public function for 'messages:secret'");
  });

  test("functions of a component cannot be called from outside", async () => {
    const socket = new WebSocket(`${backend.url.replace("http", "ws")}/api/1.48.0/sync`);
    const answer = new Promise<string>((resolve) => socket.on("message", (data) => String(data).includes("MutationResponse") && resolve(String(data))));
    await new Promise((resolve) => socket.on("open", resolve));
    socket.send(JSON.stringify({ type: "Connect", sessionId: "s", connectionCount: 0, lastCloseReason: null, clientTs: 0 }));
    socket.send(JSON.stringify({ type: "Mutation", requestId: 0, udfPath: "messages:send", args: [{}], componentPath: "child" }));
    expect(await answer).toContain("Only admin or system users can call functions on non-root components directly");
    socket.terminate();
  });

  test("a query with arguments that make no sense, and a mistake of the backend's own, fail alone: the connection goes on", async () => {
    const client = connect();
    const failure = Promise.withResolvers<Error>();
    client.onUpdate(brokenSearch, {}, () => undefined, (error) => failure.resolve(error));
    expect((await failure.promise).message).toContain("Invalid argument `query` for `queryStream`");
    const mistake = new RangeError("of our own");
    vi.spyOn(DatabaseTransaction.prototype, "insert").mockImplementationOnce(() => {
      throw mistake;
    });
    await expect(client.mutation(send, { channel: "odd", body: "lost" })).rejects.toThrow("Your request couldn't be completed. Try again later.");
    expect(troubles.splice(0)).toEqual([mistake]);
    await client.mutation(send, { channel: "odd", body: "kept" });
    expect(await client.query(list, { channel: "odd" })).toEqual(["kept"]);
    expect(client.connectionState()).toMatchObject({ isWebSocketConnected: true, connectionCount: 1, connectionRetries: 0 });
  });

  test("a change of the environment is live in what is on the screen", async () => {
    const client = connect();
    const seen = follow<string | null>((on) => client.onUpdate(setting, {}, on));
    await seen.until((value) => value === null);
    await backend.setEnv([{ name: "SETTING", value: "new" }]);
    expect(await seen.until((value) => value !== null)).toBe("new");
  });
});
