import { join } from "node:path";
import type { WorkflowId } from "@convex-dev/workflow";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BackendProcess } from "../support/backendProcess.ts";
import { Clock } from "../support/clock.ts";
import { follow } from "../support/follow.ts";
import { Gate } from "../support/gate.ts";
import { TestBackend } from "../support/testBackend.ts";
import { api } from "./app/convex/_generated/api.js";

const { start, go, cancel, status, steps, cleanup } = api.flows;
const { list: marks, outcomes } = api.marks;
const functionsDir = join(import.meta.dirname, "app/convex");
const clock = Clock.running({ speed: 20 });
let backend: TestBackend;
let gate: Gate;

beforeAll(async () => {
  backend = await TestBackend.open({ functionsDir, ports: clock });
});
beforeEach(async () => {
  gate = await Gate.open();
});
afterEach(async () => {
  await gate.close();
  expect(backend.troubles).toEqual([]);
});
afterAll(() => backend.close());

/** Starts a flow whose outcome is noted under the flow's name. */
const run = (flow: string, args: Record<string, unknown>): Promise<WorkflowId> => backend.http.mutation(start, { flow, run: flow, args });

/** What the workflow's `onComplete` was told; it is told once. */
async function outcomeOf(name: string) {
  const rows = await follow(backend.connect(), outcomes, { run: name }).until(({ length }) => length > 0);
  expect(rows).toHaveLength(1);
  return rows[0]!.result;
}

describe("a workflow", () => {
  test("runs queries, mutations, actions and inline steps, and hands their results on", async () => {
    const id = await run("mixed", { run: "mixed" });
    expect(await outcomeOf("mixed")).toEqual({ kind: "success", returnValue: "MARKS 0 1 2" });
    expect(await backend.http.query(status, { id })).toEqual({ type: "completed", result: "MARKS 0 1 2" });
    expect((await backend.http.query(steps, { id })).map(({ name }) => name)).toEqual(["flows:count", "marks:add", "marks:add", "flows:shout"]);
    expect(await backend.http.mutation(cleanup, { id })).toBe(true);
    await expect(backend.http.query(status, { id })).rejects.toThrow("not found");
  });

  test("draws the same random numbers whenever it is replayed", async () => {
    await run("drawing", { run: "drawing" });
    const [first, second] = await follow(backend.connect(), marks, { run: "drawing" }).until(({ length }) => length === 2);
    expect(await outcomeOf("drawing")).toEqual({ kind: "success", returnValue: first });
    expect(second).toBe(first);
  });

  test("starts parallel steps together and goes on when all are done", async () => {
    const names = ["p0", "p1", "p2"];
    await run("parallel", { urls: names.map((name) => gate.url(name)) });
    const visits = await Promise.all(names.map((name) => gate.next(name)));
    expect(gate.mostOpen).toBe(3);
    for (const [index, visit] of [...visits.entries()].toReversed()) visit.answer(`answer ${index}`);
    expect(await outcomeOf("parallel")).toEqual({ kind: "success", returnValue: ["answer 0", "answer 1", "answer 2"] });
  });

  test("tries a step again that may be tried again, and catches one that fails", async () => {
    await run("retrying", { flaky: gate.url("flaky"), broken: gate.url("broken") });
    await gate.answer("flaky", "not yet", 500);
    await gate.answer("flaky", "now");
    await gate.answer("broken", "out of order", 500);
    expect(await outcomeOf("retrying")).toEqual({ kind: "success", returnValue: ["now", expect.stringContaining("out of order")] });
  });

  test("that throws ends as failed and keeps what its steps did", async () => {
    const id = await run("failing", { run: "failing" });
    expect(await outcomeOf("failing")).toMatchObject({ kind: "failed", error: expect.stringContaining("the workflow gave up") });
    expect(await backend.http.query(marks, { run: "failing" })).toEqual(["before the failure"]);
    expect(await backend.http.query(status, { id })).toMatchObject({ type: "failed" });
  });

  test("runs another workflow as one of its steps", async () => {
    await run("parent", { run: "parent" });
    expect(await outcomeOf("parent")).toEqual({ kind: "success", returnValue: "child said: MARKS 0 1 2" });
  });

  test("that is canceled stops where it is, and onComplete is told so", async () => {
    const id = await backend.http.mutation(start, { flow: "pausing", run: "canceled", args: { run: "canceled" } });
    await follow(backend.connect(), marks, { run: "canceled" }).until(({ length }) => length === 1);
    await backend.http.mutation(cancel, { id });
    expect(await outcomeOf("canceled")).toEqual({ kind: "canceled" });
    expect(await backend.http.query(status, { id })).toEqual({ type: "canceled" });
    await backend.http.mutation(go, { id, word: "too late" });
    expect(await backend.http.query(marks, { run: "canceled" })).toEqual(["before"]);
  });

  test("sleeps for days", async () => {
    const day = 86_400_000;
    const id = await run("sleeping", { run: "sleeping", ms: 3 * day });
    const live = follow(backend.connect(), steps, { id });
    await live.until(({ length }) => length === 2);
    clock.advance(2 * day);
    expect(await backend.http.query(marks, { run: "sleeping" })).toEqual(["asleep"]);
    clock.advance(day);
    expect(await outcomeOf("sleeping")).toMatchObject({ kind: "success" });
    expect(await backend.http.query(marks, { run: "sleeping" })).toEqual(["asleep", "awake"]);
  });

  test("goes on after the backend was closed and opened again between two steps", async () => {
    const id = await run("pausing", { run: "pausing" });
    await follow(backend.connect(), marks, { run: "pausing" }).until(({ length }) => length === 1);
    await backend.restart();
    expect(await backend.http.query(status, { id })).toMatchObject({ type: "inProgress" });
    await backend.http.mutation(go, { id, word: "onwards" });
    expect(await outcomeOf("pausing")).toEqual({ kind: "success", returnValue: "ONWARDS" });
    expect(await backend.http.query(marks, { run: "pausing" })).toEqual(["before", "after"]);
  });
});

describe("a workflow in a process that is killed", () => {
  let killed: TestBackend;
  const clients: ConvexClient[] = [];

  beforeAll(async () => {
    killed = await TestBackend.open({ functionsDir, ports: clock });
  });
  beforeEach(() => killed.stop());
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    expect(killed.troubles).toEqual([]);
  });
  afterAll(() => killed.close());

  /** Runs a flow in a process until `shown` of its marks are on the screen, kills the process, and opens the folder here. */
  async function runAndKill({ flow, args, shown }: { flow: string; args: { run: string; length?: number }; shown: number }): Promise<WorkflowId> {
    const child = await BackendProcess.start(killed.dataDir, { clock });
    const id = await new ConvexHttpClient(child.url, { logger: false }).mutation(start, { flow, run: args.run, args });
    const client = new ConvexClient(child.url, { logger: false, unsavedChangesWarning: false });
    clients.push(client);
    await follow(client, marks, { run: args.run }).until(({ length }) => length >= shown);
    await child.kill();
    await killed.start();
    return id;
  }

  const outcomesOf = (name: string) => follow(killed.connect(), outcomes, { run: name }).until(({ length }) => length > 0);

  test("between two steps goes on and finishes exactly once", async () => {
    const id = await runAndKill({ flow: "pausing", args: { run: "between" }, shown: 1 });
    expect(await killed.http.query(marks, { run: "between" })).toEqual(["before"]);
    await killed.http.mutation(go, { id, word: "again" });
    expect(await outcomesOf("between")).toEqual([{ label: "workflow", result: { kind: "success", returnValue: "AGAIN" } }]);
    expect(await killed.http.query(marks, { run: "between" })).toEqual(["before", "after"]);
  });

  test("in the middle of a chain of steps takes each step exactly once", async () => {
    const length = 4;
    const id = await runAndKill({ flow: "chain", args: { run: "chain", length }, shown: 2 });
    expect(await outcomesOf("chain")).toEqual([{ label: "workflow", result: { kind: "success", returnValue: null } }]);
    expect(await killed.http.query(marks, { run: "chain" })).toEqual(Array.from({ length }, (_, index) => String(index)));
    expect(await killed.http.query(status, { id })).toMatchObject({ type: "completed" });
  });
});
