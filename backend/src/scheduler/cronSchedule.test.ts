import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkSchedule, firstRunMs, nextRunMs, type CronSchedule } from "./cronSchedule.ts";

const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(`${text}Z`);
const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString().slice(0, 16));

describe("calendar schedules are read in UTC", () => {
  const now = at("2026-03-04T10:20:30"); // a Wednesday
  const cases: [CronSchedule, string | null][] = [
    [{ type: "hourly", minuteUTC: 15 }, "2026-03-04T11:15"],
    [{ type: "hourly" }, "2026-03-04T11:00"],
    [{ type: "daily", hourUTC: 10, minuteUTC: 21 }, "2026-03-04T10:21"],
    [{ type: "daily", hourUTC: 10, minuteUTC: 20 }, "2026-03-05T10:20"],
    [{ type: "weekly", dayOfWeek: "monday", hourUTC: 0, minuteUTC: 5 }, "2026-03-09T00:05"],
    [{ type: "weekly", dayOfWeek: "Sunday", hourUTC: 23 }, "2026-03-08T23:00"],
    [{ type: "monthly", day: 31, hourUTC: 1 }, "2026-03-31T01:00"],
    [{ type: "cron", cron: "0 16 1 * *" }, "2026-04-01T16:00"],
    [{ type: "cron", cron: "*/7 * * * *" }, "2026-03-04T10:21"],
    [{ type: "cron", cron: "0 0 30 2 *" }, null],
  ];
  test.each(cases)("%j", (schedule, expected) => expect(iso(firstRunMs(schedule, now))).toBe(expected));

  test("a monthly run on the 31st skips the months that have none", () => {
    const next = nextRunMs({ type: "monthly", day: 31, hourUTC: 0 }, { previousMs: at("2026-03-31T00:00"), nowMs: at("2026-03-31T00:00:01") });
    expect(iso(next)).toBe("2026-05-31T00:00");
  });
});

test("an interval first runs at once, then keeps its phase and skips what was missed", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 5000 }), fc.nat(1e9), fc.nat(1e9), (seconds, previousMs, lateMs) => {
    const schedule: CronSchedule = { type: "interval", seconds };
    expect(firstRunMs(schedule, previousMs)).toBe(previousMs);
    const nowMs = previousMs + lateMs;
    const next = nextRunMs(schedule, { previousMs, nowMs })!;
    expect((next - previousMs) % (seconds * 1000)).toBe(0);
    expect(next).toBeGreaterThan(nowMs);
    expect(next - seconds * 1000).toBeLessThanOrEqual(nowMs);
  }));
});

test("minutes and hours are intervals too", () => {
  expect(nextRunMs({ type: "interval", minutes: 90 }, { previousMs: 0, nowMs: 0 })).toBe(1.5 * HOUR);
  expect(nextRunMs({ type: "interval", hours: 2 }, { previousMs: 0, nowMs: 5 * HOUR })).toBe(6 * HOUR);
});

test("a schedule that cannot be read is refused by the cron's name", () => {
  expect(() => checkSchedule("ok", { type: "cron", cron: "1-5 */2 * jan,feb mon-fri" })).not.toThrow();
  for (const cron of ["", "* * * *", "61 * * * *", "* * * * * *", "every day"]) {
    expect(() => checkSchedule("tick", { type: "cron", cron })).toThrow(/cron job "tick" is not valid/);
  }
  expect(() => checkSchedule("tick", { type: "interval", seconds: 0 })).toThrow(/longer than zero/);
  expect(() => checkSchedule("tick", { type: "weekly", dayOfWeek: "moonday", hourUTC: 1 })).toThrow(/moonday/);
});
