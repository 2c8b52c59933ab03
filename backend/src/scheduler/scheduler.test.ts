import * as fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { settled } from "../system/testing/fakePorts.ts";
import { FakeApp } from "./testing/fakeApp.ts";
import { TRANSIENT_ACTION_ERROR } from "./jobs.ts";

const DAY = 24 * 3_600_000;
let app: FakeApp;

beforeEach(async () => {
  app = new FakeApp();
  app.mutation("m.js:note", ({ tx, args }) => void tx?.insert("", "notes", args));
  await app.boot();
});

const notes = (): unknown[] => app.store.rows("", "notes").map((row) => row["n"]);
/** A promise that a test settles. */
function gate(): { open: () => void; opened: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { open: resolve, opened: promise };
}

describe("a scheduled mutation", () => {
  test("runs at its time, not before, and is then a success", async () => {
    const start = app.ports.nowMs();
    const id = await app.schedule("m.js:note", { delayMs: 5000, args: { n: 1 } });
    expect(app.row(id)).toMatchObject({ name: "m.js:note", args: [{ n: 1 }], scheduledTime: start + 5000, state: { kind: "pending" } });
    await app.ports.advance(4999);
    expect(notes()).toEqual([]);
    await app.ports.advance(1);
    expect(notes()).toEqual([1]);
    expect(app.row(id)).toMatchObject({ state: { kind: "success" }, completedTime: start + 5000 });
  });

  test("runs at once when its time has passed", async () => {
    const id = await app.schedule("m.js:note", { timeMs: app.ports.nowMs() - DAY, args: { n: 1 } });
    expect(notes()).toEqual([1]);
    expect(app.row(id)?.["scheduledTime"]).toBe(app.ports.nowMs());
  });

  test("that fails is failed with its error, is not retried and leaves no writes", async () => {
    app.mutation("m.js:bad", ({ tx }) => {
      tx?.insert("", "notes", { n: 1 });
      throw new Error("no luck");
    });
    const id = await app.schedule("m.js:bad");
    expect(app.state(id)).toEqual({ kind: "failed", error: "Error: no luck" });
    await app.ports.advance(DAY);
    expect(app.calls).toHaveLength(1);
    expect(notes()).toEqual([]);
  });

  test("is retried with growing patience when the machine fails it", async () => {
    app.nextTrouble = new Error("disk trouble");
    const id = await app.schedule("m.js:note", { args: { n: 1 } });
    expect([app.state(id), app.troubles]).toEqual([{ kind: "pending" }, [new Error("disk trouble")]]);
    app.nextTrouble = new Error("disk trouble");
    await app.ports.advance(500);
    expect(notes()).toEqual([]);
    await app.ports.advance(999);
    expect(app.calls).toHaveLength(2);
    await app.ports.advance(1);
    expect([app.state(id), notes()]).toEqual([{ kind: "success" }, [1]]);
  });

  test("does not spin when the store refuses to write", async () => {
    app.store.trouble = null;
    const id = await app.schedule("m.js:note", { delayMs: 10, args: { n: 1 } });
    app.store.trouble = new Error("disk full");
    await app.ports.advance(60_000);
    expect(app.calls.length).toBeLessThan(12);
    app.store.trouble = null;
    await app.ports.advance(60_000);
    expect([app.state(id), notes()]).toEqual([{ kind: "success" }, [1]]);
  });

  test("of a function that is gone fails with the runner's text", async () => {
    const id = await app.schedule("m.js:gone");
    expect(app.state(id)).toEqual({ kind: "failed", error: "no mutation m.js:gone" });
  });
});

test("a job whose row is gone when it is due is dropped, and looked at no more", async () => {
  const id = await app.schedule("m.js:note", { delayMs: 1000 });
  await app.store.mutate(async (tx) => tx.remove("", id));
  await app.ports.advance(DAY);
  expect([app.calls.length, app.store.rows("", "_scheduled_jobs"), app.ports.timers, notes()]).toEqual([1, [], [], []]);
});

test("what a transaction that rolls back scheduled never runs", async () => {
  const attempt = app.store.mutate(async (tx) => {
    app.scheduler.hooks.schedule(tx, app.request("m.js:note"));
    throw new Error("rolled back");
  });
  await expect(attempt).rejects.toThrow("rolled back");
  await app.ports.advance(DAY);
  expect(app.calls).toEqual([]);
});

test("jobs start in the order of their times", async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.nat(50), { maxLength: 20 }), async (delays) => {
    const fresh = new FakeApp();
    fresh.mutation("m.js:note", () => {});
    await fresh.boot();
    for (const [n, delayMs] of delays.entries()) await fresh.schedule("m.js:note", { delayMs: delayMs + 1, args: { n, at: fresh.ports.nowMs() + delayMs + 1 } });
    await fresh.ports.advance(100);
    const expected = delays.map((delay, n) => ({ delay, n })).sort((a, b) => a.delay - b.delay || a.n - b.n).map(({ n }) => n);
    expect(fresh.calls.map((call) => call.args["n"])).toEqual(expected);
    expect(fresh.calls.every((call) => call.atMs === call.args["at"])).toBe(true);
  }), { numRuns: 30 });
});

describe("an idle scheduler", () => {
  test("sets no timer; a waiting one sets exactly one, for the earliest job", async () => {
    expect(app.ports.timers).toEqual([]);
    const now = app.ports.nowMs();
    for (const delayMs of [9000, 3000, 6000]) await app.schedule("m.js:note", { delayMs });
    expect(app.ports.timers).toEqual([now + 3000]);
    await app.schedule("m.js:note", { delayMs: 1000 });
    expect(app.ports.timers).toEqual([now + 1000]);
  });
});

describe("a scheduled action", () => {
  test("is in progress while it runs, then a success", async () => {
    const { open, opened } = gate();
    app.action("a.js:slow", () => opened);
    const id = await app.schedule("a.js:slow");
    expect(app.state(id)).toEqual({ kind: "inProgress" });
    open();
    await settled();
    expect(app.state(id)).toEqual({ kind: "success" });
  });

  test("cut off by a crash is failed at the next start and never runs again", async () => {
    app.action("a.js:slow", () => new Promise(() => {}));
    const id = await app.schedule("a.js:slow");
    await app.crash();
    await app.boot();
    await app.ports.advance(DAY);
    expect(app.state(id)).toEqual({ kind: "failed", error: TRANSIENT_ACTION_ERROR });
    expect(app.calls).toHaveLength(1);
  });

  test("is not retried, whoever failed it", async () => {
    app.action("a.js:bad", () => {
      throw new Error("no luck");
    });
    const own = await app.schedule("a.js:bad");
    app.nextTrouble = new Error("machine");
    const machine = await app.schedule("a.js:bad");
    await app.ports.advance(DAY);
    expect([app.state(own), app.state(machine)]).toEqual([
      { kind: "failed", error: "Error: no luck" }, { kind: "failed", error: TRANSIENT_ACTION_ERROR },
    ]);
    expect(app.calls).toHaveLength(2);
  });

  test("is told to stop when the backend closes, and closing does not wait for it", async () => {
    let seen: AbortSignal | null = null;
    app.action("a.js:slow", ({ signal }) => {
      seen = signal;
      return new Promise(() => {});
    });
    await app.schedule("a.js:slow");
    await app.scheduler.close();
    expect(seen!.aborted).toBe(true);
  });
});

describe("canceling", () => {
  test("a pending job means it never runs", async () => {
    const id = await app.schedule("m.js:note", { delayMs: 1000 });
    await app.cancel(id);
    await app.ports.advance(DAY);
    expect(app.row(id)).toMatchObject({ state: { kind: "canceled" } });
    expect(app.row(id)).toHaveProperty("completedTime");
    expect(app.calls).toEqual([]);
  });

  test("a running action lets it go on, but what it schedules from then on is canceled", async () => {
    const { open, opened } = gate();
    app.action("a.js:slow", () => opened);
    const id = await app.schedule("a.js:slow");
    const scheduledBy = { componentPath: "", id };
    const before = await app.schedule("m.js:note", { scheduledBy, args: { n: 1 } });
    await app.cancel(id);
    const after = await app.schedule("m.js:note", { scheduledBy, args: { n: 2 } });
    open();
    await settled();
    expect([app.state(id), app.state(before), app.state(after)]).toEqual([{ kind: "canceled" }, { kind: "success" }, { kind: "canceled" }]);
    expect(notes()).toEqual([1]);
  });

  test("a complete job changes nothing", async () => {
    const id = await app.schedule("m.js:note");
    await app.cancel(id);
    expect(app.state(id)).toEqual({ kind: "success" });
  });

  test("by what is no job's id is refused", async () => {
    const note = await app.store.mutate(async (tx) => tx.insert("", "notes", {}));
    for (const id of ["", "x", note.value]) await expect(app.cancel(id)).rejects.toThrow(/Invalid scheduled function ID/);
  });

  test("is refused to a mutation that means itself, and its job then fails", async () => {
    app.mutation("m.js:suicidal", ({ tx, call }) => {
      const self = { componentPath: "", id: call.scheduledFunctionId ?? "" };
      app.scheduler.hooks.cancel(tx!, self, self);
    });
    const id = await app.schedule("m.js:suicidal");
    expect(app.state(id)).toMatchObject({ kind: "failed", error: expect.stringContaining("A mutation cannot cancel itself") });
  });

  test("a mutation that is already queued rolls it back", async () => {
    const { open, opened } = gate();
    const blocker = app.store.mutate(() => opened);
    const id = app.schedule("m.js:note", { args: { n: 1 } });
    const canceled = id.then((job) => app.store.mutate(async (tx) => app.scheduler.hooks.cancel(tx, { componentPath: "", id: job }, null)));
    open();
    await Promise.all([blocker, id, canceled]);
    await settled();
    const state = app.state(await id) as { kind: string };
    expect(notes()).toEqual(state.kind === "success" ? [1] : []);
  });
});

test("a job runs in its target's component and is kept in the one that scheduled it", async () => {
  const seen: string[] = [];
  app.mutation("m.js:where", ({ call }) => void seen.push(call.componentPath));
  const id = await app.schedule("m.js:where", { componentPath: "parent", target: { componentPath: "parent/child", path: "m.js:where" } });
  expect(seen).toEqual(["parent/child"]);
  expect(app.state(id, "parent")).toEqual({ kind: "success" });
  expect(app.store.rows("", "_scheduled_functions")).toEqual([]);
});

test("pending jobs survive a restart; those that came due meanwhile run at once", async () => {
  const id = await app.schedule("m.js:note", { delayMs: 1000, args: { n: 1 } });
  await app.crash();
  await app.ports.advance(5000);
  expect(notes()).toEqual([]);
  await app.boot();
  expect([app.state(id), notes()]).toEqual([{ kind: "success" }, [1]]);
});

test("whenever the process is killed, each mutation takes effect exactly once and each action starts at most once", async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.record({ delay: fc.nat(20), isAction: fc.boolean() }), { maxLength: 12 }), fc.array(fc.nat(8), { maxLength: 8 }), async (jobs, kills) => {
    const fresh = new FakeApp();
    fresh.mutation("m.js:note", ({ tx, args }) => void tx?.insert("", "notes", args));
    fresh.action("a.js:do", async () => settled());
    await fresh.boot();
    for (const [n, job] of jobs.entries()) void fresh.schedule(job.isAction ? "a.js:do" : "m.js:note", { delayMs: job.delay, args: { n } });
    for (const gap of kills) {
      await fresh.ports.advance(gap);
      await fresh.crash();
      await fresh.boot();
    }
    await fresh.ports.advance(1000);
    const mutations = jobs.flatMap((job, n) => (job.isAction ? [] : [n]));
    expect(fresh.store.rows("", "notes").map((row) => row["n"]).sort()).toEqual(mutations.sort());
    const actionCalls = fresh.calls.filter((call) => call.path === "a.js:do").map((call) => call.args["n"]);
    expect(new Set(actionCalls).size).toBe(actionCalls.length);
    const states = fresh.store.rows("", "_scheduled_functions").map((row) => (row["state"] as { kind: string }).kind);
    expect(states.filter((kind) => kind === "pending" || kind === "inProgress")).toEqual([]);
  }), { numRuns: 25 });
});

test("no more jobs run at the same time than allowed, and all run in the end", async () => {
  await app.crash();
  await app.boot(3);
  let running = 0;
  let most = 0;
  const { open, opened } = gate();
  app.action("a.js:slow", async () => {
    most = Math.max(most, ++running);
    await opened;
    running -= 1;
  });
  const ids: string[] = [];
  for (let n = 0; n < 10; n += 1) ids.push(await app.schedule("a.js:slow"));
  expect(running).toBe(3);
  open();
  for (let n = 0; n < 10; n += 1) await settled();
  expect(most).toBe(3);
  expect(ids.map((id) => app.state(id))).toEqual(ids.map(() => ({ kind: "success" })));
});

test("a due job that is canceled while it waits for a free place never starts", async () => {
  await app.crash();
  await app.boot(1);
  const { open, opened } = gate();
  app.action("a.js:slow", () => opened);
  await app.schedule("a.js:slow");
  const ids: string[] = [];
  for (let n = 0; n < 3; n += 1) ids.push(await app.schedule("m.js:note", { args: { n } }));
  await app.cancel(ids[1]!);
  open();
  for (let n = 0; n < 5; n += 1) await settled();
  expect(notes()).toEqual([0, 2]);
  expect(app.calls.map((call) => call.args["n"])).toEqual([undefined, 0, 2]);
});

test("a thousand due jobs all run, once each and in order", async () => {
  await app.crash();
  await app.store.mutate(async (tx) => {
    for (let n = 0; n < 1000; n += 1) app.scheduler.hooks.schedule(tx, app.request("m.js:note", { args: { n } }));
  });
  await app.boot(8);
  for (let n = 0; n < 400 && notes().length < 1000; n += 1) await settled();
  expect(notes()).toEqual(Array.from({ length: 1000 }, (_, n) => n));
});

test("results can be read for seven days, then both rows go", async () => {
  const id = await app.schedule("m.js:note");
  await app.schedule("m.js:note", { delayMs: 30 * DAY });
  await app.ports.advance(7 * DAY - 1);
  expect(app.row(id)).toBeDefined();
  await app.ports.advance(120_000);
  expect(app.row(id)).toBeUndefined();
  expect(app.store.rows("", "_scheduled_jobs")).toHaveLength(1);
});

test("a time more than five years away is refused", async () => {
  await expect(app.schedule("m.js:note", { delayMs: 6 * 365 * DAY })).rejects.toThrow(/is more than 5 years in the future$/);
  await expect(app.schedule("m.js:note", { delayMs: -6 * 365 * DAY })).rejects.toThrow(/is more than 5 years in the past$/);
  await expect(app.schedule("m.js:note", { timeMs: 1e300 })).rejects.toThrow(/more than 5 years/);
});
