import { request as nodeRequest } from "node:http";
import { connect } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../errors.ts";
import type { CallRequest, FunctionRunner, Identity, Outcome } from "../functions/types.ts";
import { DiskFullError } from "../storage/sqlite.ts";
import type { Commit } from "../transaction/types.ts";
import { encodeKey } from "../values/keys.ts";
import { encodeTs } from "../values/timestamps.ts";
import type { HttpHandlers } from "./handlers.ts";
import { startHttpServer, type HttpServer } from "./server.ts";

const NO_USAGE = { databaseQueries: 0, documentsRead: 0, bytesRead: 0, documentsWritten: 0, bytesWritten: 0, functionsScheduled: 0, scheduledFunctionArgsBytes: 0 };
const READ_SET = { ranges: new Map([[1, [{ from: encodeKey(["x"]), to: null }]]]), searches: new Map() };

/** What functions did, and what they are to do. */
const world = {
  calls: [] as CallRequest[],
  latestTs: 100n,
  commits: [] as Commit[],
  outcome: (call: CallRequest): Outcome => ({ ok: true, value: call.args }),
  tsOf: (): bigint => world.latestTs,
  httpAction: async (request: Request, _identity: Identity): Promise<Response> => new Response(request.url),
};
const pristine = { ...world };

const functions: FunctionRunner = {
  query: async (call) => {
    world.calls.push(call);
    return { outcome: world.outcome(call), ts: world.tsOf(), readSet: READ_SET, logLines: ["[LOG] 'hi'"], usage: NO_USAGE, executionMs: 0, journal: null, observedIdentity: false, observedTime: false };
  },
  mutation: async (call) => {
    world.calls.push(call);
    return { outcome: world.outcome(call), ts: 1n, logLines: [], usage: NO_USAGE, executionMs: 0 };
  },
  action: async (call) => {
    world.calls.push(call);
    return { outcome: world.outcome(call), logLines: [], usage: NO_USAGE, executionMs: 0 };
  },
  httpAction: async (request, identity) => await world.httpAction(request, identity),
  describe: (_component, path) => (path.startsWith("missing") ? null : { kind: path.startsWith("mut") ? "Mutation" : path.startsWith("act") ? "Action" : "Query", isPublic: true }),
};

const files: HttpHandlers["files"] = {
  async upload({ body, token, digest, contentType }) {
    let size = 0;
    for await (const piece of body) size += piece.length;
    return { storageId: [token, digest, contentType, size].join(" ") };
  },
  serve: async ({ uuid, component, range, ifNoneMatch, ifRange }) => {
    if (!/^[0-9a-f-]+$/.test(uuid)) throw new UserError("InvalidStoragePath", `Bad path ${JSON.stringify(uuid)}`);
    return { status: range === null ? 200 : 206, headers: { "content-type": "text/plain", "x-component": component ?? "none", "x-conditions": `${ifNoneMatch} ${ifRange}` }, body: `file ${uuid}` };
  },
};

let server: HttpServer;
let troubles: unknown[];
beforeEach(async () => {
  Object.assign(world, pristine, { calls: [], commits: [] });
  troubles = [];
  server = await startHttpServer({
    host: "127.0.0.1", port: 0, sitePort: 0, instanceName: "test-name", version: "1.48.0", functions,
    transactions: {
      get latestTs() {
        return world.latestTs;
      },
      commitsAfter: (ts) => (ts < 50n ? null : world.commits.filter((commit) => commit.ts > ts)),
    },
    handlers: {
      files,
      readLogs: async (cursor) => ({ entries: [{ cursor }], newCursor: cursor + 1 }),
      updateEnvironmentVariables: (changes) => void world.calls.push({ path: JSON.stringify(changes) } as CallRequest),
      runTestFunction: async ({ source, args }) => ({ outcome: { ok: true, value: { source, args } }, logLines: [] }),
      admin: {
        "POST /api/deploy2/start_push": { json: (body) => ({ size: JSON.stringify(body).length }), maxBodyBytes: 1000 },
        "GET /api/export/zip/*": { raw: ({ rest }) => ({ status: 200, body: `zip ${rest}` }) },
        "POST /api/full": { json: () => { throw new DiskFullError("/data", "database.sqlite: the disk is full", null); } },
        "POST /api/broken": { json: () => { throw new Error("secret path /home"); } },
      },
    },
    authenticate: async (authorization) => {
      if (authorization === undefined) return { kind: "none" };
      if (authorization === "Convex key") return { kind: "admin", actingAs: null };
      if (authorization.startsWith("Bearer good")) return { kind: "user", attributes: { subject: "ada" }, expiresMs: null, token: "good" };
      throw new UserError("InvalidAuthHeader", "no such token", { httpStatus: 401 });
    },
    onUpgrade: (_request, socket) => socket.destroy(),
    ports: { randomBytes: (length) => new Uint8Array(length) },
    onTrouble: (error) => troubles.push(error),
  });
  server.open();
});
afterEach(async () => {
  await server.close();
});

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(server.url + path, { method: "POST", body: typeof body === "string" || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body), headers });
const f = {
  query: makeFunctionReference<"query">("m:f"),
  mutation: makeFunctionReference<"mutation">("m:f"),
  action: makeFunctionReference<"action">("m:f"),
};
const ADMIN = { authorization: "Convex key" };

/** What a server answers to bytes that no `fetch` would send; ends when it closes. */
const raw = (text: string, url = server.url) =>
  new Promise<string>((resolve) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.end(text));
    let answer = "";
    socket.on("data", (data) => (answer += data.toString("latin1")));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
  });

describe("functions", () => {
  test("ConvexHttpClient calls queries, mutations and actions, and gets values and errors", async () => {
    const client = new ConvexHttpClient(server.url, { logger: false });
    expect(await client.query(f.query, { n: 1n, x: [NaN] })).toEqual({ n: 1n, x: [NaN] });
    expect(await client.mutation(f.mutation, { b: new ArrayBuffer(2) })).toEqual({ b: new ArrayBuffer(2) });
    expect(await client.action(f.action, {})).toEqual({});
    world.outcome = () => ({ ok: false, error: { message: "Uncaught ConvexError: no", data: { code: 7 } } });
    await expect(client.query(f.query, {})).rejects.toMatchObject({ data: { code: 7 }, message: "[Request ID: 0000000000000000] Server Error\nUncaught ConvexError: no" });
  });

  test("a user's token makes the user, a wrong one is 401, an admin key may call internal functions", async () => {
    const client = new ConvexHttpClient(server.url, { logger: false });
    client.setAuth("good");
    await client.query(f.query, {});
    client.setAuth("bad");
    await expect(client.query(f.query, {})).rejects.toThrow('{"code":"InvalidAuthHeader","message":"no such token"}');
    await post("/api/query?adminKey=key", { path: "m:f" });
    expect(world.calls.map(({ identity, allowInternal }) => [identity.kind, allowInternal])).toEqual([["user", false], ["admin", true]]);
  });

  test("/api/function is for admins, takes any kind, and a component; others may not name a component", async () => {
    expect((await post("/api/function", { path: "m:f", args: {} })).status).toBe(403);
    for (const path of ["query:f", "mut:f", "act:f", "missing:f"]) expect(await (await post("/api/function", { path, args: {}, componentPath: "a/b" }, ADMIN)).json()).toMatchObject({ status: "success" });
    expect(world.calls[0]).toMatchObject({ componentPath: "a/b" });
    expect((await post("/api/query", { path: "m:f", componentPath: "a" })).status).toBe(403);
  });

  test("/api/run names the function in the address and answers in plain JSON", async () => {
    const answer = await post("/api/run/dir/mod%20ule/f", { args: { n: { $integer: "AQAAAAAAAAA=" }, b: { $bytes: "AAE=" }, f: { $float: "AAAAAAAA+H8=" } } });
    expect(await answer.json()).toMatchObject({ status: "success", value: { n: "1", b: "AAE=", f: "NaN" } });
    expect(world.calls[0]?.path).toBe("dir/mod ule:f");
  });

  test("GET /api/query takes its arguments from the address", async () => {
    const answer = await fetch(`${server.url}/api/query?path=m:f&args=${encodeURIComponent('{"a":1}')}`);
    expect(await answer.json()).toMatchObject({ value: { a: 1 } });
    expect((await fetch(`${server.url}/api/query?path=m:f&args={`)).status).toBe(400);
  });

  test("what is wrong in a request is named", async () => {
    const wrong: [string, unknown, string][] = [
      ["/api/query", "not json", "BadJsonBody"],
      ["/api/query", "[1]", "BadJsonBody"],
      ["/api/query", {}, "BadRequest"],
      ["/api/query", { path: "m:f", args: [1] }, "BadRequest"],
      ["/api/query", { path: "m:f", format: "xml" }, "BadFormat"],
      ["/api/query_at_ts", { path: "m:f", ts: "x" }, "InvalidTimestamp"],
      ["/api/query_at_ts", { path: "m:f", ts: encodeTs(101n) }, "BadTimestamp"],
      ["/api/query_batch", { queries: [1] }, "BadRequest"],
    ];
    for (const [path, body, code] of wrong) {
      const answer = await post(path, body);
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, code]);
    }
  });
});

describe("one snapshot", () => {
  const commit = (ts: bigint, name: string): Commit => ({ ts, writes: [{ componentPath: "", table: "t", id: name, before: null, after: null, keys: [{ index: 1, key: encodeKey([name]) }], texts: [] }] });

  test("a query at an earlier ts is answered while nothing that it reads has changed", async () => {
    const client = new ConvexHttpClient(server.url, { logger: false });
    expect(await client.consistentQuery(f.query, {})).toEqual({});
    world.latestTs = 110n;
    world.commits.push(commit(105n, "a"));
    expect(await client.consistentQuery(f.query, {})).toEqual({});
    world.commits.push(commit(110n, "y"));
    await expect(client.consistentQuery(f.query, {})).rejects.toThrow("SnapshotTooOld");
    const old = await post("/api/query_at_ts", { path: "m:f", ts: encodeTs(10n) });
    expect(old.status).toBe(409);
  });

  test("a batch is of one moment: when a write comes between, it is run again", async () => {
    world.commits.push(commit(105n, "y"));
    const times = [104n, 105n, 105n, 105n];
    world.tsOf = () => times.shift() ?? 105n;
    const answer = await post("/api/query_batch", { queries: [{ path: "m:f", args: { a: 1 } }, { path: "m:g", args: {} }] });
    expect(await answer.json()).toMatchObject({ results: [{ value: { a: 1 } }, { value: {} }] });
    expect(world.calls).toHaveLength(4);
    let ts = 100n;
    world.tsOf = () => (ts += 1n);
    world.commits.push(...[102n, 103n, 104n, 106n, 107n, 108n, 109n, 110n].map((at) => commit(at, "y")));
    expect((await post("/api/query_batch", { queries: [{ path: "m:f" }, { path: "m:g" }] })).status).toBe(503);
  });
});

describe("bodies", () => {
  test("brotli and gzip are decoded, broken and unknown encodings refused", async () => {
    const body = JSON.stringify({ path: "m:f", args: { a: "é".repeat(500) } });
    for (const [encoding, bytes] of [["br", brotliCompressSync(body)], ["gzip", gzipSync(body)]] as const) {
      expect(await (await post("/api/query", bytes, { "content-encoding": encoding })).json()).toMatchObject({ status: "success" });
      expect((await post("/api/query", bytes.subarray(0, 20), { "content-encoding": encoding })).status).toBe(400);
    }
    expect((await post("/api/query", body, { "content-encoding": "zstd" })).status).toBe(415);
  });

  test("a body beyond the limit is refused with 413, also one that only grows when it is decoded", async () => {
    const path = "/api/deploy2/start_push";
    expect(await (await post(path, { a: "x".repeat(900) }, ADMIN)).json()).toEqual({ size: 908 });
    for (const [bytes, headers] of [
      [Buffer.from(JSON.stringify({ a: "x".repeat(2000) })), {}],
      [brotliCompressSync(Buffer.alloc(50_000_000, 32)), { "content-encoding": "br" }],
      [Buffer.alloc(5_000_000, 32), {}],
    ] as const) {
      const answer = await post(path, bytes, { ...ADMIN, ...headers });
      expect([answer.status, await answer.json()]).toEqual([413, { code: "RequestTooLarge", message: "The request body is larger than 1000 bytes" }]);
    }
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(100_000)) });
    const refused = fetch(server.url + path, { method: "POST", body: endless, headers: ADMIN, duplex: "half" } as RequestInit).then((answer) => answer.status, () => "cut");
    expect([413, "cut"]).toContain(await refused);
  });

  test("a client that leaves in the middle of its body harms nobody", async () => {
    for (const encoding of ["identity", "br"]) {
      await new Promise<void>((resolve) => {
        const request = nodeRequest(`${server.url}/api/query`, { method: "POST", headers: { "content-length": "1000", "content-encoding": encoding } });
        request.on("error", () => resolve());
        request.write("{", () => request.destroy());
      });
    }
    expect(await (await post("/api/query", { path: "m:f" })).json()).toMatchObject({ status: "success" });
    expect(troubles).toEqual([]);
  });
});

describe("files and administration", () => {
  test("a file is uploaded as it comes, by anyone who has the URL, and served", async () => {
    const upload = await post("/api/storage/upload?token=t1", new Uint8Array(3_000_000), { "content-type": "image/png", digest: "sha-256=abc", authorization: "Bearer bad" });
    expect(await upload.json()).toEqual({ storageId: "t1 sha-256=abc image/png 3000000" });
    const file = await fetch(`${server.url}/api/storage/00ff?component=c1`, { headers: { authorization: "Bearer bad" } });
    expect([file.headers.get("x-component"), await file.text()]).toEqual(["c1", "file 00ff"]);
    expect((await fetch(`${server.url}/api/storage/00ff`, { headers: { range: "bytes=0-1" } })).status).toBe(206);
    const conditional = await fetch(`${server.url}/api/storage/00ff`, { headers: { "if-none-match": '"a"', "if-range": '"b"' } });
    expect(conditional.headers.get("x-conditions")).toBe('"a" "b"');
    const head = await fetch(`${server.url}/api/storage/00ff`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  test.each(["/api/storage/..%2f..%2fetc%2fpasswd", "/api/storage/%00", "/api/storage/a/b", "/api/storage/"])("a path that is no file's is refused: %s", async (path) => {
    expect((await fetch(server.url + path)).status).toBe(400);
  });

  test("administration needs the key", async () => {
    for (const [method, path] of [["GET", "/api/v1/get_canonical_urls"], ["GET", "/api/stream_function_logs?cursor=3"], ["POST", "/api/update_environment_variables"], ["POST", "/api/deploy2/start_push"], ["POST", "/api/run_test_function"], ["GET", "/api/export/zip/5"]] as const) {
      expect((await fetch(server.url + path, { method })).status).toBe(403);
    }
    const get = async (path: string) => await (await fetch(server.url + path, { headers: ADMIN })).text();
    expect(JSON.parse(await get("/api/v1/get_canonical_urls"))).toEqual({ convexCloudUrl: server.url, convexSiteUrl: server.siteUrl });
    expect(JSON.parse(await get("/api/stream_function_logs?cursor=3"))).toEqual({ entries: [{ cursor: 3 }], newCursor: 4 });
    expect(await get("/api/export/zip/5")).toBe("zip 5");
    const changed = await post("/api/update_environment_variables", { changes: [{ name: "A", value: "1" }, { name: "B" }] }, ADMIN);
    expect([changed.status, await changed.text(), world.calls[0]?.path]).toEqual([200, "", '[{"name":"A","value":"1"},{"name":"B","value":null}]']);
    expect(await (await post("/api/run_test_function", { bundle: { path: "testQuery.js", source: "code" }, args: { a: 1 } }, ADMIN)).json()).toEqual({ status: "success", value: { source: "code", args: { a: 1 } }, logLines: [] });
  });

  test("trouble of our own is reported to the log, not to the client", async () => {
    const answer = await post("/api/broken", {}, ADMIN);
    expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining("secret")]);
    expect(troubles).toEqual([new Error("secret path /home")]);
  });

  test("a full disk is told to the client as what it is, and to the log", async () => {
    const answer = await post("/api/full", {}, ADMIN);
    expect([answer.status, await answer.json()]).toEqual([503, { code: "DiskFull", message: expect.stringContaining("The disk of the data folder /data is full: nothing of this call was saved") }]);
    expect(troubles).toHaveLength(1);
  });

  test("the deployment says what it is; what it has not is 404, a wrong method 405", async () => {
    expect(await (await fetch(`${server.url}/instance_name`)).text()).toBe("test-name");
    expect(await (await fetch(server.url)).text()).toContain("This Convex deployment is running");
    expect(await (await post("/echo", "again")).text()).toBe("again");
    expect((await post("/api/debug_event", { event: "x" })).status).toBe(200);
    expect((await fetch(`${server.url}/api/nothing`)).status).toBe(404);
    expect((await fetch(`${server.url}/api/mutation`)).status).toBe(405);
  });
});

describe("other origins", () => {
  test("pages of any origin may call the API", async () => {
    const preflight = await fetch(`${server.url}/api/query`, { method: "OPTIONS", headers: { origin: "http://page.example", "access-control-request-headers": "authorization,x-mine" } });
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      "access-control-allow-origin": "http://page.example", "access-control-allow-headers": "authorization,x-mine", "access-control-allow-credentials": "true",
      "access-control-allow-methods": "GET, POST, OPTIONS, PATCH, DELETE, PUT", "access-control-max-age": "86400",
    });
    for (const path of ["/api/query", "/api/nothing", "/api/storage/00"]) {
      expect((await fetch(server.url + path, { headers: { origin: "http://page.example" } })).headers.get("access-control-allow-origin")).toBe("http://page.example");
    }
    expect((await fetch(`${server.siteUrl}/x`, { headers: { origin: "http://page.example" } })).headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("HTTP actions", () => {
  test("are reached by their own port and under /http, at the address the client asked for", async () => {
    expect(await (await fetch(`${server.siteUrl}/a/b?c=d`)).text()).toBe(`${server.siteUrl}/a/b?c=d`);
    expect(await (await fetch(`${server.url}/http/a?b`)).text()).toBe(`${server.url}/a?b`);
    expect(await (await fetch(`${server.siteUrl}/a`, { headers: { "x-forwarded-proto": "https" } })).text()).toBe(`${server.siteUrl.replace("http:", "https:")}/a`);
  });

  test("bodies, headers, status and cookies pass through", async () => {
    world.httpAction = async (request) => {
      const headers = new Headers({ "x-got": request.headers.get("x-mine") ?? "", connection: "close", "transfer-encoding": "chunked" });
      headers.append("set-cookie", "a=1");
      headers.append("set-cookie", "b=2");
      return new Response(`${request.method} ${await request.text()}`, { status: 201, headers });
    };
    const answer = await fetch(`${server.siteUrl}/x`, { method: "PUT", body: "héllo", headers: { "x-mine": "1" } });
    expect([answer.status, await answer.text(), answer.headers.get("x-got"), answer.headers.getSetCookie()]).toEqual([201, "PUT héllo", "1", ["a=1", "b=2"]]);
  });

  test("a request's body can be read piece by piece while the response is written", async () => {
    world.httpAction = async (request) => new Response(request.body!.pipeThrough(new TextDecoderStream()).pipeThrough(new TransformStream({ transform: (text, controller) => controller.enqueue(text.toUpperCase()) })).pipeThrough(new TextEncoderStream()));
    let send: (text: string | null) => void = () => undefined;
    const body = new ReadableStream({ start: (controller) => void (send = (text) => (text === null ? controller.close() : controller.enqueue(new TextEncoder().encode(text)))) });
    send("one");
    const answer = await fetch(`${server.siteUrl}/x`, { method: "POST", body, duplex: "half" } as RequestInit);
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe("ONE");
    send("two");
    expect((await reader.read()).value).toBe("TWO");
    send(null);
    expect((await reader.read()).done).toBe(true);
  });

  test("a reader that goes away ends the stream; one that fails half-way cuts the connection", async () => {
    const canceled = Promise.withResolvers<void>();
    world.httpAction = async () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1000)), cancel: () => canceled.resolve() }));
    const aborter = new AbortController();
    const answer = await fetch(`${server.siteUrl}/x`, { signal: aborter.signal });
    await answer.body!.getReader().read();
    aborter.abort();
    await canceled.promise;
    let pulls = 0;
    world.httpAction = async () => new Response(new ReadableStream({ pull: (controller) => ((pulls += 1) > 3 ? controller.error(new Error("oops")) : controller.enqueue(new Uint8Array(10))) }));
    await expect(fetch(`${server.siteUrl}/x`).then((cut) => cut.text())).rejects.toThrow("terminated");
    expect(troubles).toEqual([]);
  });

  test("bodies are limited to 20 MiB each way", async () => {
    world.httpAction = async (request) => new Response(String((await request.arrayBuffer()).byteLength));
    expect(await (await fetch(`${server.siteUrl}/x`, { method: "POST", body: new Uint8Array(20 * 1024 * 1024) })).text()).toBe("20971520");
    // As the runner answers for an action that throws.
    const { httpAction } = world;
    world.httpAction = async (...call) => await httpAction(...call).catch(() => new Response("Server Error", { status: 500 }));
    const larger = await fetch(`${server.siteUrl}/x`, { method: "POST", body: new Uint8Array(20 * 1024 * 1024 + 1) });
    expect([larger.status, await larger.json()]).toEqual([413, { code: "RequestTooLarge", message: "The request body is larger than 20971520 bytes" }]);
    // An action that has its own answer to that gives it.
    world.httpAction = async (...call) => await httpAction(...call).catch(() => new Response("too much", { status: 422 }));
    expect((await fetch(`${server.siteUrl}/x`, { method: "POST", body: new Uint8Array(20 * 1024 * 1024 + 1) })).status).toBe(422);
    world.httpAction = async () => new Response(new Uint8Array(20 * 1024 * 1024 + 1));
    await expect(fetch(`${server.siteUrl}/x`).then((answer) => answer.arrayBuffer())).rejects.toThrow(/terminated|fetch failed/);
  });

  test("a token of ours makes the user; one that is refused, and any other scheme, lets the action run", async () => {
    world.httpAction = async (_request, identity) => new Response(identity.kind);
    const kindFor = async (authorization: string) => await (await fetch(server.siteUrl, { headers: { authorization } })).text();
    expect(await Promise.all(["Bearer good", "Bearer bad", "bearer bad", "Basic abc"].map(kindFor))).toEqual(["user", "refused", "refused", "none"]);
  });

  test("TRACE is refused, HEAD has no body", async () => {
    expect(await raw("TRACE /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", server.siteUrl)).toContain("405");
    const head = await fetch(`${server.siteUrl}/x`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });
});

describe("strange requests are answered with 4xx and nothing else happens", () => {
  test.each([
    "GET //evil.example/api/query HTTP/1.1\r\nHost: h\r\n", "GET /api/query HTTP/1.1\r\nHost: a/b\r\n", "GET /api/query HTTP/1.1\r\nHost: user@h:1\r\n",
    "GET http://evil.example/api/query HTTP/1.1\r\nHost: h\r\n", "POST /api/run/%zz HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n", "GET /api/../../etc/passwd HTTP/1.1\r\nHost: h\r\n",
    "GET /__proto__ HTTP/1.1\r\nHost: h\r\n", "PROPFIND /api/query HTTP/1.1\r\nHost: h\r\n", "\u0001\u0002\u0003\r\n", `GET /${"a".repeat(100_000)} HTTP/1.1\r\nHost: h\r\n`,
  ])("%j", async (head) => {
    expect(await raw(`${head}Connection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(world.calls).toEqual([]);
    expect(troubles).toEqual([]);
  });

  test("whatever the path and the body, the server answers and has no trouble of its own", async () => {
    const path = fc.oneof(
      fc.constantFrom("/api/query", "/api/mutation", "/api/run/a/b", "/api/query_at_ts", "/api/query_batch", "/api/function", "/api/storage/upload", "/api/deploy2/start_push"),
      fc.webPath().map((text) => `/api${text}`),
    );
    const body = fc.oneof(fc.json(), fc.string(), fc.json().map((json) => `{"path":"m:f","args":${json},"ts":"AAAAAAAAAAA=","queries":[${json}]}`));
    await fc.assert(fc.asyncProperty(path, body, fc.boolean(), async (target, text, isAdmin) => {
      const answer = await post(target, text, isAdmin ? ADMIN : {});
      await answer.text();
      expect(answer.status).toBeLessThan(500);
      expect(troubles).toEqual([]);
    }), { numRuns: 300 });
  });
});
