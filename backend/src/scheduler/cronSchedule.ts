import { Cron } from "croner";
import type { CronSpec } from "../components/types.ts";
import { UserError } from "../errors.ts";

export type CronSchedule = CronSpec["schedule"];

const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/** How long one period of an interval schedule lasts; null for schedules that follow the calendar. */
export function periodMs(schedule: CronSchedule): number | null {
  if (schedule.type !== "interval") return null;
  const { seconds = 0, minutes = 0, hours = 0 } = schedule;
  return (seconds + 60 * (minutes + 60 * hours)) * 1000;
}

/**
 * When a cron that was just deployed runs first: an interval at once, any other at its next calendar time.
 * null: that time never comes (for example February 30th).
 */
export function firstRunMs(schedule: CronSchedule, nowMs: number): number | null {
  return schedule.type === "interval" ? nowMs : calendarAfter(schedule, nowMs);
}

/**
 * The occurrence after the one that was due at `previousMs`, skipping those that passed while nobody could run them:
 * the result is later than `nowMs`. Intervals keep their phase.
 */
export function nextRunMs(schedule: CronSchedule, at: { previousMs: number; nowMs: number }): number | null {
  const period = periodMs(schedule);
  if (period === null) return calendarAfter(schedule, Math.max(at.previousMs, at.nowMs));
  const behindMs = Math.max(0, at.nowMs - at.previousMs);
  return at.previousMs + (Math.floor(behindMs / period) + 1) * period;
}

/** Refuses a schedule that cannot be read, naming the cron. @throws UserError `InvalidCronSchedule` */
export function checkSchedule(cronName: string, schedule: CronSchedule): void {
  const period = periodMs(schedule);
  if (period !== null) {
    if (period > 0 && Number.isFinite(period)) return;
    throw invalid(cronName, "its interval must be longer than zero", undefined);
  }
  try {
    parse(schedule);
  } catch (cause) {
    throw invalid(cronName, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function invalid(cronName: string, reason: string, cause: unknown): UserError {
  return new UserError("InvalidCronSchedule", `The schedule of cron job "${cronName}" is not valid: ${reason}`, { cause });
}

function calendarAfter(schedule: CronSchedule, afterMs: number): number | null {
  return parse(schedule).nextRun(new Date(afterMs))?.getTime() ?? null;
}

function parse(schedule: CronSchedule): Cron {
  // Paused, and without a function: the library only computes dates here, it starts no timers.
  return new Cron(cronString(schedule), { timezone: "UTC", mode: "5-part", paused: true });
}

/** Five fields: minute, hour, day of month, month, day of week. An omitted minute is the full hour. */
function cronString(schedule: CronSchedule): string {
  switch (schedule.type) {
    case "hourly": return `${schedule.minuteUTC ?? 0} * * * *`;
    case "daily": return `${schedule.minuteUTC ?? 0} ${schedule.hourUTC} * * *`;
    case "weekly": return `${schedule.minuteUTC ?? 0} ${schedule.hourUTC} * * ${dayNumber(schedule.dayOfWeek)}`;
    case "monthly": return `${schedule.minuteUTC ?? 0} ${schedule.hourUTC} ${schedule.day} * *`;
    case "cron": return schedule.cron;
    case "interval": throw new Error("Invariant: an interval has no calendar form");
  }
  return schedule satisfies never;
}

function dayNumber(name: string): number {
  const day = DAYS.indexOf(name.toLowerCase());
  if (day < 0) throw new Error(`"${name}" is not a day of the week`);
  return day;
}
