import fc from "fast-check";
import { expect, test } from "vitest";
import { REQUEST_LOG_LAYOUT, RequestLog } from "./requestLog.ts";
import { Sqlite } from "./sqlite.ts";

const SESSIONS = ["s", "t", "s:1"];
const request = fc.record({ session: fc.constantFrom(...SESSIONS), request: fc.nat(9) });
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("group" as const), adds: fc.array(fc.record({ name: request, isUndone: fc.boolean() }), { maxLength: 5 }), isLost: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("purge" as const), keep: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
);

interface Kept {
  readonly session: string;
  readonly request: number;
  readonly createdMs: number;
  readonly text: string;
}

test("a request is known from its commit until it is purged, through undone executions, lost commits and restarts", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 25 }), fc.integer({ min: 1, max: 6 }), (steps, maxWaiting) => {
    const sqlite = new Sqlite(":memory:");
    sqlite.exec(`CREATE TABLE counters(id INTEGER PRIMARY KEY, value INTEGER NOT NULL); ${REQUEST_LOG_LAYOUT}`);
    let log = new RequestLog(sqlite, { maxWaiting });
    let model: Kept[] = [];
    let clock = 0;
    const known = (rows: readonly Kept[], name: { session: string; request: number }): string | null =>
      rows.find((row) => row.session === name.session && row.request === name.request)?.text ?? null;
    for (const one of steps) {
      if (one.kind === "restart") log = new RequestLog(sqlite, { maxWaiting });
      else if (one.kind === "purge") {
        const before = model[model.length - one.keep]?.createdMs ?? 0;
        const { count, lastRid } = log.before(before, 1000);
        if (count > 0) log.removeUpTo(lastRid);
        // The newest row stays.
        model = model.filter(({ createdMs }, at) => createdMs >= before || at === model.length - 1);
      } else {
        const group = [...model];
        sqlite.exec("BEGIN");
        for (const { name, isUndone } of one.adds) {
          if (known(group, name) !== null) continue;
          const row = { ...name, createdMs: ++clock, text: `${name.session} ${name.request} at ${clock}` };
          sqlite.exec("SAVEPOINT one");
          log.add(row);
          if (isUndone) sqlite.exec("ROLLBACK TO one");
          else group.push(row);
          sqlite.exec("RELEASE one");
        }
        log.tidy();
        sqlite.exec(one.isLost ? "ROLLBACK" : "COMMIT");
        if (one.isLost) log.reload();
        else model = group;
      }
      for (const session of SESSIONS) {
        for (let n = 0; n < 10; n++) expect(log.find(session, n)).toBe(known(model, { session, request: n }));
      }
    }
    sqlite.close();
  }), { numRuns: 100 });
});

test("a request that waits for the index cannot be added twice", () => {
  const sqlite = new Sqlite(":memory:");
  sqlite.exec(`CREATE TABLE counters(id INTEGER PRIMARY KEY, value INTEGER NOT NULL); ${REQUEST_LOG_LAYOUT}`);
  const log = new RequestLog(sqlite);
  const row = { session: "s", request: 1, createdMs: 1, text: "done" };
  log.add(row);
  expect(() => log.add({ ...row, text: "again" })).toThrow("Request 1 of session s was carried out before");
  expect(log.find("s", 1)).toBe("done");
  sqlite.close();
});
