import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestApp } from "./testing/testApp.ts";

const FORBIDDEN = (what: string) =>
  `Uncaught Error: Can't use ${what} in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.`;

const FUNCTIONS = `
import "./shim";
import { actionGeneric as action, mutationGeneric as mutation, queryGeneric as query } from "convex/server";

const importedAt = Date.now();
const importedRandom = Math.random();

async function spend() { const end = performance.now() + 5; for (let i = 0; i < 1e6; i++) Math.sqrt(i); await null; return end; }

export const clock = query(async () => { const a = Date.now(); await spend(); return { a, b: Date.now(), c: new Date().getTime(), same: a === new Date().valueOf(), isDate: new Date() instanceof Date, text: typeof Date(), performance: [performance.now(), performance.now()] }; });
export const noClock = query(async () => new Date(5).getTime());
export const random = query(async () => [Math.random(), Math.random(), crypto.randomUUID(), [...crypto.getRandomValues(new Uint8Array(4))]]);
export const imported = query(async () => [importedAt, importedRandom]);
export const hash = mutation(async () => {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode("abc")));
  const key = await crypto.subtle.importKey("raw", new Uint8Array(8), { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
  const signature = await crypto.subtle.sign("HMAC", key, new Uint8Array(3));
  return [digest.length, digest[0], await crypto.subtle.verify("HMAC", key, signature, new Uint8Array(3)), await crypto.subtle.verify("HMAC", key, signature, new Uint8Array(4))];
});
export const web = mutation(async () => [await new Blob(["hi"]).text(), await new Response("there").text(), new URL("http://a/b?c=1").searchParams.get("c"), structuredClone({ a: 1 }).a, atob(btoa("x")), (await new Blob(["b"]).arrayBuffer()) instanceof ArrayBuffer]);
// The program exports \`f\`, which gives 42.
const program = Uint8Array.from(atob("AGFzbQEAAAABBQFgAAF/AwIBAAcFAQFmAAAKBgEEAEEqCw=="), (c) => c.charCodeAt(0));
const turns = async (n) => { for (let i = 0; i < n; i++) await null; return null; };
const atOnce = async () => {
  const { instance, module } = await Promise.race([WebAssembly.instantiate(program), turns(100).then(() => ({}))]);
  const again = await Promise.race([WebAssembly.compile(program).then((compiled) => WebAssembly.instantiate(compiled)), turns(100)]);
  return [instance?.exports.f(), module instanceof WebAssembly.Module, again?.exports.f(), await WebAssembly.instantiate(new Uint8Array(3)).catch((error) => error instanceof WebAssembly.CompileError), typeof globalThis.WebAssembly.validate];
};
export const programs = query(atOnce);
export const programsOfActions = action(async () => (await WebAssembly.instantiate(program)).instance.exports.f());
export const bytes = mutation(async () => new TextEncoder().encode("ab").buffer);
export const absent = query(async () => [typeof Buffer, typeof global, typeof setImmediate, typeof navigator, typeof WebSocket, typeof globalThis.Buffer, typeof globalThis.process.cwd, "Buffer" in globalThis, typeof globalThis.fetch]);
export const shimmed = query(async () => [new EventSource("x").url, globalThis.EventSource === EventSource, "EventSource" in globalThis]);
export const patched = query(async () => {
  const before = typeof MessageChannel;
  Object.assign(globalThis, { MessageChannel: class { port = 7 }, Math: { random: () => 4 } });
  delete globalThis.process;
  Object.defineProperty(globalThis, "crypto", { value: undefined, writable: true, configurable: true });
  globalThis.Crypto = undefined;
  await null;
  return [before, new MessageChannel().port, Math.random(), globalThis.Math.random(), typeof process, typeof crypto, typeof globalThis.Crypto];
});
export const unpatched = query(async () => [typeof MessageChannel, Math.abs(-1), typeof process, typeof crypto, typeof globalThis.Crypto]);
export const globals = query(async () => { globalThis.mine = 1; return [globalThis.mine, globalThis.Date === Date, new WeakRef({ x: 1 }).deref().x]; });
export const bigRandom = query(async () => { try { crypto.getRandomValues(new Uint8Array(65537)); } catch (error) { return error.name; } });

export const useFetch = mutation(() => fetch("http://127.0.0.1:1"));
export const useTimeout = query(async () => { setTimeout(() => {}, 1); });
export const useInterval = query(async () => { setInterval(() => {}, 1); });
export const useKeys = mutation(() => crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"]));
export const useStore = mutation((ctx) => ctx.storage.store(new Blob(["x"])));
export const useGet = mutation((ctx) => ctx.storage.get("x"));
export const requestMeta = query(async () => JSON.parse(await Convex.asyncSyscall("1.0/getRequestMetadata", "{}")));

export const free = action(async () => { const a = Date.now(); await new Promise((resolve) => setTimeout(resolve, 3)); return [Date.now() > a, typeof crypto.randomUUID(), Math.random() !== Math.random(), (await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"])).type]; });
`;

const app = new TestApp();
beforeAll(async () => {
  await app.push({ "convex/f.ts": FUNCTIONS, "convex/shim.ts": 'globalThis.EventSource = class { constructor(what) { this.url = "made of " + what; } };' });
});
afterAll(() => app.close());

describe("in queries and mutations", () => {
  test("time stands still", async () => {
    const result = await app.query("f:clock");
    expect(result).toMatchObject({ same: true, isDate: true, text: "string", performance: [0, 0] });
    const { a, b, c } = result as { a: number; b: number; c: number };
    expect([b, c]).toEqual([a, a]);
  });

  test("looking at the clock is noted, a fixed date is not", async () => {
    expect(await app.functions.query(app.call("f:clock"))).toMatchObject({ observedTime: true });
    expect(await app.functions.query(app.call("f:noClock"))).toMatchObject({ observedTime: false });
  });

  test("every call draws other random numbers, all of the usual form", async () => {
    const [first, second] = [await app.query("f:random"), await app.query("f:random")] as [number, number, string, number[]][];
    expect(first).not.toEqual(second);
    for (const value of first!.slice(0, 2)) expect(value).toSatisfy((x: number) => x >= 0 && x < 1);
    expect(first![2]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await app.query("f:bigRandom")).toBe("QuotaExceededError");
  });

  test("digests, blobs and other web APIs work and end within the call", async () => {
    expect(await app.mutation("f:hash")).toEqual([32, 0xba, true, false]);
    expect(await app.mutation("f:web")).toEqual(["hi", "there", "1", 1, "x", true]);
    expect(await app.mutation("f:bytes")).toEqual({ $bytes: "YWI=" });
  });

  test("WebAssembly starts without waiting for another thread", async () => {
    expect(await app.query("f:programs")).toEqual([42, true, 42, true, "function"]);
    expect(await app.action("f:programsOfActions")).toBe(42);
  });

  test("Node's own globals are absent", async () => {
    expect(await app.query("f:absent")).toEqual([...Array<string>(7).fill("undefined"), false, "function"]);
    expect(await app.query("f:globals")).toEqual([1, true, 1]);
  });

  test("what a module puts in the place of an absent global is found by its name", async () => {
    expect(await app.query("f:shimmed")).toEqual(["made of x", true, true]);
  });

  test("what a call puts in the place of a global is there for that call alone", async () => {
    expect(await app.query("f:patched")).toEqual(["undefined", 7, 4, 4, "undefined", "undefined", "undefined"]);
    expect(await app.query("f:unpatched")).toEqual(["undefined", 1, "object", "object", "function"]);
  });

  test.each([
    ["mutation", "useFetch", "fetch()"],
    ["query", "useTimeout", "setTimeout"],
    ["query", "useInterval", "setInterval"],
    ["mutation", "useKeys", "cryptographic randomness"],
    ["mutation", "useStore", "storage.store()"],
    ["mutation", "useGet", "storage.get()"],
  ] as const)("a %s may not %s", async (kind, name, what) => {
    expect((await app.failure(kind, `f:${name}`)).message.split("\n")[0]).toBe(FORBIDDEN(what));
  });

  test("a query has no request", async () => {
    expect((await app.failure("query", "f:requestMeta")).message).toContain("Cannot get request metadata in a Query");
  });
});

test("module top levels see one time and one seed, also after a restart", async () => {
  const before = await app.query("f:imported");
  await app.restart();
  expect(await app.query("f:imported")).toEqual(before);
});

test("actions have the real clock, timers and randomness", async () => {
  expect(await app.action("f:free")).toEqual([true, "string", true, "secret"]);
});

describe("at import time", () => {
  const failing = async (topLevel: string): Promise<string> => {
    const other = new TestApp();
    try {
      await other.push({ "convex/bad.ts": `import { queryGeneric as query } from "convex/server";\n${topLevel}\nexport const x = query(async () => 1);\n` });
      return "pushed";
    } catch (error) {
      return String(error);
    } finally {
      await other.close();
    }
  };

  test.each([
    ["await fetch('http://127.0.0.1:1');", "Can't use fetch() at import time"],
    ["setTimeout(() => {}, 1);", "Can't use setTimeout at import time"],
    ["await Convex.asyncSyscall('1.0/get', '{}');", "Can't use database at import time"],
    ["Convex.syscall('1.0/other', '{}');", "Syscall 1.0/other unsupported at import time"],
    ["await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, true, ['sign']);", "Cannot use cryptographic randomness at import time"],
    ["throw new Error('top');", "Failed to analyze bad.js: Uncaught Error: top\n    at ../convex/bad.ts:2:7"],
  ])("%s is refused", async (code, message) => {
    expect(await failing(`declare const Convex: any;\n${code}`.replace("declare const Convex: any;\n", code.includes("Convex") ? "declare const Convex: any; " : ""))).toContain(message);
  });
});
