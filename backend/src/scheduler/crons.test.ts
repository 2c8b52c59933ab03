import { beforeEach, describe, expect, test } from "vitest";
import type { AnalyzedDefinition, ComponentInstance, CronSpec } from "../components/types.ts";
import type { FunctionKind } from "../functions/types.ts";
import { settled } from "../system/testing/fakePorts.ts";
import { checkCrons, reconcileCrons, type CronDiff } from "./crons.ts";
import { FakeApp } from "./testing/fakeApp.ts";

let app: FakeApp;
let start: number;

beforeEach(async () => {
  app = new FakeApp();
  start = app.ports.nowMs();
  app.mutation("m.js:tick", ({ tx, args, call }) => void tx?.insert("", "ticks", { at: app.ports.nowMs(), args, component: call.componentPath }));
  await app.boot();
});

const interval = (name: string, seconds: number, more: Partial<CronSpec> = {}): CronSpec =>
  ({ name, functionPath: "m:tick", args: {}, schedule: { type: "interval", seconds }, ...more });

function instance(path: string, crons: CronSpec[]): ComponentInstance {
  const definition: AnalyzedDefinition = {
    definitionPath: path, defaultName: null, schema: null, modules: new Map(), httpRoutes: null, crons, childComponents: [],
    httpMounts: {}, httpPrefix: null, envVars: [],
  };
  return { path, definition };
}

async function push(crons: CronSpec[], children: Record<string, CronSpec[]> = {}): Promise<Record<string, CronDiff>> {
  const instances = [instance("", crons), ...Object.entries(children).map(([path, specs]) => instance(path, specs))];
  const { value } = await app.store.mutate(async (tx) => reconcileCrons(tx, instances, app.ports.nowMs()));
  await settled();
  return Object.fromEntries(value);
}
const ticks = (): number[] => app.store.rows("", "ticks").map((row) => (Number(row["at"]) - start) / 1000);

describe("a cron job", () => {
  const check = (path: string, spec: CronSpec, functions: Record<string, FunctionKind>) => () =>
    checkCrons([{ ...instance(path, [spec]), functions: new Map(Object.entries(functions).map(([name, kind]) => [name, { kind }])) }]);

  test("is of a mutation or an action of its own component, named in any of the ways functions are", () => {
    for (const kind of ["Mutation", "Action"] as const) {
      for (const functionPath of ["m:tick", "m.js:tick", "/m:tick"]) expect(check("a", interval("x", 5, { functionPath }), { "m.js:tick": kind })).not.toThrow();
      expect(check("", interval("x", 5, { functionPath: "dir/m" }), { "dir/m.js:default": kind })).not.toThrow();
    }
  });

  test("that could never run is refused by its name", () => {
    expect(check("", interval("x", 5), {})).toThrow(/^The cron job 'x' schedules a function that does not exist: m\.js:tick$/);
    expect(check("a/b", interval("x", 5), {})).toThrow(/^In component a\/b: The cron job 'x'/);
    for (const kind of ["Query", "HttpAction"] as const) expect(check("", interval("x", 5), { "m.js:tick": kind })).toThrow(/only actions and mutations can be scheduled: m\.js:tick$/);
    expect(check("", interval("x", 0), { "m.js:tick": "Mutation" })).toThrow(/^The schedule of cron job "x" is not valid/);
  });
});

describe("reconciling by name", () => {
  test("says what was added, updated and deleted, and nothing when nothing changed", async () => {
    expect(await push([interval("a", 5), interval("b", 5)])).toEqual({ "": { added: ["a", "b"], updated: [], deleted: [] } });
    expect(await push([interval("a", 5), interval("b", 5)])).toEqual({});
    expect(await push([interval("a", 6), interval("c", 5)])).toEqual({ "": { added: ["c"], updated: ["a"], deleted: ["b"] } });
    expect(await push([])).toEqual({ "": { added: [], updated: [], deleted: ["a", "c"] } });
    expect([app.store.rows("", "_cron_jobs"), app.store.rows("", "_scheduled_jobs")]).toEqual([[], []]);
  });

  test("keeps the next time of a cron that did not change, whatever the order of its keys", async () => {
    await push([interval("a", 10, { args: { x: 1, y: [{ p: 1, q: 2 }] } })]);
    await app.ports.advance(4000);
    expect(await push([interval("a", 10, { args: { y: [{ q: 2, p: 1 }], x: 1 } })])).toEqual({});
    await app.ports.advance(6000);
    expect(ticks()).toEqual([0, 10]);
  });

  test("treats equal names in two components as two crons, and forgets those of a component that is gone", async () => {
    await push([interval("a", 10)], { child: [interval("a", 10)] });
    expect(app.store.rows("", "ticks").map((row) => row["component"]).sort()).toEqual(["", "child"]);
    expect(await push([interval("a", 10)])).toEqual({ child: { added: [], updated: [], deleted: ["a"] } });
    await app.ports.advance(10_000);
    expect(app.store.rows("", "ticks").map((row) => row["component"]).sort()).toEqual(["", "", "child"]);
  });

  test("refuses the whole push for a schedule that cannot be read", async () => {
    await expect(push([interval("a", 5), { ...interval("b", 5), schedule: { type: "cron", cron: "nonsense" } }])).rejects.toThrow(/"b" is not valid/);
    expect(app.store.rows("", "_cron_jobs")).toEqual([]);
  });
});

describe("running", () => {
  test("an interval runs at the deploy, then every period, with its arguments", async () => {
    await push([interval("a", 5, { args: { n: 7 } })]);
    await app.ports.advance(12_000);
    expect(ticks()).toEqual([0, 5, 10]);
    expect(app.store.rows("", "ticks")[0]?.["args"]).toEqual({ n: 7 });
  });

  test("a calendar schedule runs at its UTC times", async () => {
    await push([{ ...interval("a", 1), schedule: { type: "daily", hourUTC: 1, minuteUTC: 30 } }]);
    await app.ports.advance(3 * 24 * 3_600_000);
    expect(ticks()).toEqual([0, 1, 2].map((day) => day * 86_400 + 5400));
  });

  test("a schedule that never comes runs nothing and sets no timer", async () => {
    await push([{ ...interval("a", 1), schedule: { type: "cron", cron: "0 0 30 2 *" } }]);
    expect(app.ports.timers).toEqual([]);
  });

  test("what was missed while the process was down runs once, then the phase goes on", async () => {
    await push([interval("a", 10)]);
    await app.crash();
    await app.ports.advance(57_000);
    await app.boot();
    expect(ticks()).toEqual([0, 57]);
    await app.ports.advance(13_000);
    expect(ticks()).toEqual([0, 57, 60, 70]);
  });

  test("one run at a time: occurrences that fall into a long run are skipped", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    app.action("a.js:slow", () => promise);
    await push([interval("a", 10, { functionPath: "a:slow" })]);
    await app.ports.advance(35_000);
    expect(app.calls).toHaveLength(1);
    resolve();
    await settled();
    expect(app.logged).toEqual(['Runs of cron job "a" were skipped: the one due at 2026-01-01T00:00:10.000Z and any up to the next at 2026-01-01T00:00:40.000Z']);
    await app.ports.advance(5000);
    expect(app.calls.map((call) => (call.atMs - start) / 1000)).toEqual([0, 40]);
  });

  test("trouble of the machine delays a run and does not move the ones after it", async () => {
    app.nextTrouble = new Error("machine");
    await push([interval("a", 10)]);
    await app.ports.advance(20_000);
    expect(ticks()).toEqual([0.5, 10, 20]);
    expect(app.logged).toEqual([]);
  });

  test("a failure does not stop the cron, and the outcome of the last run is kept", async () => {
    app.mutation("m.js:bad", () => {
      throw new Error("no luck");
    });
    await push([interval("a", 10, { functionPath: "m:bad" })]);
    await app.ports.advance(10_000);
    expect(app.calls).toHaveLength(2);
    expect(app.store.rows("", "_cron_jobs")[0]?.["lastRun"]).toMatchObject({ outcome: { kind: "failed", error: "Error: no luck" } });
  });

  test("an action cut off by a crash is not repeated; the next occurrence runs", async () => {
    app.action("a.js:slow", () => new Promise(() => {}));
    await push([interval("a", 10, { functionPath: "a:slow" })]);
    await app.crash();
    await app.boot();
    expect(app.calls).toHaveLength(1);
    await app.ports.advance(10_000);
    expect(app.calls).toHaveLength(2);
  });

  test("a cron that is deleted while its action runs ends with that run", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    app.action("a.js:slow", () => promise);
    await push([interval("a", 10, { functionPath: "a:slow" })]);
    await push([]);
    resolve();
    await app.ports.advance(60_000);
    expect(app.calls).toHaveLength(1);
    expect(app.troubles).toEqual([]);
  });

  test("a cron that is changed while its action runs goes on by its new schedule", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    app.action("a.js:slow", () => promise);
    await push([interval("a", 10, { functionPath: "a:slow" })]);
    await push([interval("a", 100)]);
    expect(app.calls).toHaveLength(1);
    resolve();
    await app.ports.advance(100_000);
    expect(ticks()).toEqual([100]);
  });

  test("crons never show in _scheduled_functions", async () => {
    await push([interval("a", 5)]);
    await app.ports.advance(20_000);
    expect(app.store.rows("", "_scheduled_functions")).toEqual([]);
    expect(app.store.rows("", "_scheduled_jobs")).toHaveLength(1);
  });
});
