import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Clock } from "../support/clock.ts";
import { follow } from "../support/follow.ts";
import { Gate } from "../support/gate.ts";
import { TestBackend } from "../support/testBackend.ts";
import { api } from "./app/convex/_generated/api.js";

const { visitAll, visitInBatch, markAll, onlyFailures, later, status, cancel, cancelAll } = api.pools;
const clock = Clock.running({ speed: 20 });
let backend: TestBackend;
let gate: Gate;

beforeAll(async () => {
  backend = await TestBackend.open({ functionsDir: join(import.meta.dirname, "app/convex"), ports: clock });
});
beforeEach(async () => {
  gate = await Gate.open();
});
afterEach(async () => {
  await gate.close();
  expect(backend.troubles).toEqual([]);
  // What the pool runs may fail, the pool itself may not.
  const ours = /^(pools:visit|worker:runActionWrapper)$/;
  expect(backend.failures.filter(({ identifier }) => !ours.test(identifier))).toEqual([]);
});
afterAll(() => backend.close());

const jobs = (run: string, labels: readonly string[]) => labels.map((label) => ({ run, label, url: gate.url(label) }));
const outcomesOf = (run: string) => follow(backend.connect(), api.marks.outcomes, { run });

test("an action's result reaches onComplete with its context, and its state is live all the way", async () => {
  const ids = await backend.http.mutation(visitAll, { jobs: jobs("one", ["a"]) });
  const live = follow(backend.connect(), status, { ids });
  const visit = await gate.next("a");
  await live.until(([state]) => state?.state === "running");
  visit.answer("seen");
  expect(await outcomesOf("one").until((rows) => rows.length === 1)).toEqual([{ label: "a", result: { kind: "success", returnValue: "seen" } }]);
  await live.until(([state]) => state?.state === "finished");
});

test("no more run at once than the pool allows, and all of them run", async () => {
  const labels = ["a", "b", "c", "d", "e", "f"];
  await backend.http.mutation(visitAll, { jobs: jobs("wide", labels) });
  const done = outcomesOf("wide");
  const [first, second] = [await gate.next("a"), await gate.next("b")];
  first.answer("a");
  await gate.answer("c", "c");
  second.answer("b");
  for (const label of ["d", "e", "f"]) await gate.answer(label, label);
  const rows = await done.until(({ length }) => length === labels.length);
  expect(rows.map(({ label }) => label).sort()).toEqual(labels);
  expect(gate.mostOpen).toBe(2);
});

test("mutations of a pool of one run once each, in the order they were enqueued in", async () => {
  const labels = Array.from({ length: 5 }, (_, index) => `m${index}`);
  await backend.http.mutation(markAll, { run: "serial", labels });
  const rows = await outcomesOf("serial").until(({ length }) => length === labels.length);
  expect(rows).toEqual(labels.map((label, index) => ({ label, result: { kind: "success", returnValue: index + 1 } })));
  expect(await backend.http.query(api.marks.list, { run: "serial" })).toEqual(labels);
});

test("an action that fails is tried again until it succeeds, without retries only once", async () => {
  await backend.http.mutation(visitAll, { jobs: jobs("flaky", ["flaky"]), retry: true });
  await gate.answer("flaky", "first failure", 500);
  await gate.answer("flaky", "second failure", 500);
  await gate.answer("flaky", "third time");
  expect(await outcomesOf("flaky").until((rows) => rows.length === 1)).toEqual([{ label: "flaky", result: { kind: "success", returnValue: "third time" } }]);
  await backend.http.mutation(visitAll, { jobs: jobs("broken", ["broken"]) });
  await gate.answer("broken", "only failure", 500);
  const [row] = await outcomesOf("broken").until((rows) => rows.length === 1);
  expect(row?.result).toMatchObject({ kind: "failed", error: expect.stringContaining("only failure") });
});

test("an action that fails for good is not tried again; retries end after the last attempt", async () => {
  await backend.http.mutation(visitAll, { jobs: jobs("final", ["final"]), retry: true });
  await gate.answer("final", "never again", 400);
  const [final] = await outcomesOf("final").until((rows) => rows.length === 1);
  expect(final?.result).toMatchObject({ kind: "failed", error: expect.stringContaining("never again") });
  await backend.http.mutation(visitAll, { jobs: jobs("thrice", ["thrice"]), retry: true });
  for (const text of ["1", "2", "no more"]) await gate.answer("thrice", text, 500);
  const [thrice] = await outcomesOf("thrice").until((rows) => rows.length === 1);
  expect(thrice?.result).toMatchObject({ kind: "failed", error: expect.stringContaining("no more") });
});

test("what is canceled before it starts never starts, and onComplete is told so", async () => {
  const ids = await backend.http.mutation(visitAll, { jobs: jobs("canceled", ["a", "b", "c", "d"]) });
  const [first, second] = [await gate.next("a"), await gate.next("b")];
  const done = outcomesOf("canceled");
  await backend.http.mutation(cancel, { id: ids[2]! });
  await backend.http.mutation(cancelAll, {});
  await done.until((rows) => rows.filter(({ result }) => result.kind === "canceled").length === 2);
  first.answer("a");
  second.answer("b");
  const rows = await done.until(({ length }) => length === 4);
  const kinds = Object.fromEntries(rows.map(({ label, result }) => [label, result.kind]));
  expect(kinds).toEqual({ a: "success", b: "success", c: "canceled", d: "canceled" });
});

test("excluded outcomes are not reported, a batch reports each of its own", async () => {
  await backend.http.mutation(onlyFailures, { jobs: jobs("excluded", ["good", "bad"]) });
  await gate.answer("good", "fine");
  await gate.answer("bad", "not fine", 500);
  const rows = await outcomesOf("excluded").until(({ length }) => length === 1);
  expect(rows[0]).toMatchObject({ label: "bad", result: { kind: "failed" } });
  await backend.http.mutation(visitInBatch, { run: "batch", urls: [gate.url("x"), gate.url("y"), gate.url("z")] });
  for (const name of ["x", "y", "z"]) await gate.answer(name, name);
  const batch = await outcomesOf("batch").until(({ length }) => length === 3);
  expect(batch.map(({ result }) => (result.kind === "success" ? result.returnValue : result.kind)).sort()).toEqual(["x", "y", "z"]);
});

test("work for next day waits for the next day, through a restart of the backend", async () => {
  const day = 86_400_000;
  const id = await backend.http.mutation(later, { run: "later", delayMs: day });
  const live = follow(backend.connect(), status, { ids: [id] });
  await live.until(([state]) => state?.state === "pending");
  await backend.restart();
  expect(await backend.http.query(status, { ids: [id] })).toMatchObject([{ state: "pending" }]);
  const marks = follow(backend.connect(), api.marks.list, { run: "later" });
  await marks.until((labels) => labels.length === 0);
  clock.advance(day + 1000);
  expect(await marks.until((labels) => labels.length > 0)).toEqual(["later"]);
  await follow(backend.connect(), status, { ids: [id] }).until(([state]) => state?.state === "finished");
});
