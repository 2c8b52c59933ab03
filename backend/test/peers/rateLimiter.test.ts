import { join } from "node:path";
import type { RateLimitError } from "@convex-dev/rate-limiter";
import { ConvexError } from "convex/values";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Clock } from "../support/clock.ts";
import { follow } from "../support/follow.ts";
import { TestBackend } from "../support/testBackend.ts";
import { api } from "./app/convex/_generated/api.js";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const clock = Clock.standing(Date.UTC(2026, 0, 1));
const { limit, check, reset, value, limitAndFail, inline, getRateLimit, getServerTime } = api.limits;
let backend: TestBackend;

beforeAll(async () => {
  backend = await TestBackend.open({ functionsDir: join(import.meta.dirname, "app/convex"), ports: clock });
});
afterEach(() => {
  expect(backend.troubles).toEqual([]);
  expect(backend.failures.filter(({ componentPath }) => componentPath !== "")).toEqual([]);
});
afterAll(() => backend.close());

test("a fixed window grants its rate at once and again when the next window begins", async () => {
  clock.advance(10 * MINUTE);
  const take = () => backend.http.mutation(limit, { name: "window" });
  expect([await take(), await take(), await take()]).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
  expect(await take()).toEqual({ ok: false, retryAfter: 50 * MINUTE });
  clock.advance(50 * MINUTE);
  expect(await take()).toEqual({ ok: true });
});

test("a token bucket fills by the minute up to its capacity, for each key by itself", async () => {
  const take = (key: string, count = 1) => backend.http.mutation(limit, { name: "bucket", key, count });
  expect(await take("ada", 3)).toEqual({ ok: true });
  expect(await take("ada")).toEqual({ ok: false, retryAfter: MINUTE });
  expect(await take("bob")).toEqual({ ok: true });
  clock.advance(2 * MINUTE);
  expect(await take("ada", 2)).toEqual({ ok: true });
  clock.advance(HOUR);
  expect(await backend.http.query(check, { name: "bucket", key: "ada", count: 3 })).toEqual({ ok: true });
  expect(await take("ada", 3)).toEqual({ ok: true });
});

test("a rejection that throws carries kind, name and delay to the client", async () => {
  await backend.http.mutation(limit, { name: "bucket", key: "thrown", count: 3 });
  const error = await backend.http.mutation(limit, { name: "bucket", key: "thrown", throws: true }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConvexError);
  const expected: RateLimitError = { kind: "RateLimited", name: "bucket", retryAfter: MINUTE };
  expect((error as ConvexError<RateLimitError>).data).toEqual(expected);
});

test("a reservation takes what is not there yet, up to its maximum", async () => {
  const reserve = () => backend.http.mutation(limit, { name: "reserved", reserve: true });
  expect(await reserve()).toEqual({ ok: true });
  expect(await reserve()).toEqual({ ok: true, retryAfter: MINUTE });
  expect(await reserve()).toEqual({ ok: true, retryAfter: 2 * MINUTE });
  expect(await reserve()).toMatchObject({ ok: false });
  clock.advance(2 * MINUTE);
  expect(await reserve()).toEqual({ ok: true, retryAfter: MINUTE });
});

test("a check takes nothing, a reset gives everything back, a failed mutation takes nothing", async () => {
  const args = { name: "bucket", key: "checked" } as const;
  const left = async () => (await backend.http.query(value, args)).value;
  await backend.http.query(check, args);
  expect(await left()).toBe(3);
  await expect(backend.http.mutation(limitAndFail, args)).rejects.toThrow("after the limit");
  expect(await left()).toBe(3);
  await backend.http.mutation(limit, { ...args, count: 3 });
  expect(await left()).toBe(0);
  await backend.http.mutation(reset, args);
  expect(await left()).toBe(3);
});

test("shards together grant the rate and no more", async () => {
  let granted = 0;
  for (let call = 0; call < 60; call++) granted += Number((await backend.http.mutation(limit, { name: "sharded" })).ok);
  // A call looks at two of the shards: it may be refused while another has something left.
  expect(granted).toBeGreaterThan(20);
  expect(granted).toBeLessThanOrEqual(40);
});

test("updates that are applied later arrive, and are seen live", async () => {
  const live = follow(backend.connect(), value, { name: "later" });
  await live.until(({ value: left }) => left === 10);
  await Promise.all([1, 2, 3].map(() => backend.http.mutation(limit, { name: "later" })));
  expect(await live.until(({ value: left }) => left === 7)).toMatchObject({ value: 7 });
});

test("a limit made up on the spot works, and the hook's functions tell time and value", async () => {
  expect(await backend.http.mutation(inline, {})).toEqual({ ok: true });
  expect(await backend.http.mutation(inline, {})).toMatchObject({ ok: false });
  expect(await backend.http.mutation(getServerTime, {})).toBe(clock.nowMs());
  await backend.http.mutation(limit, { name: "bucket", key: "hook" });
  expect(await backend.http.query(getRateLimit, { key: "hook" })).toMatchObject({ value: 2, ts: clock.nowMs() });
});
