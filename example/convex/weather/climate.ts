import type { City } from "./cities";

export interface TypicalDay {
  /** `2026-11-21`, in UTC. */
  date: string;
  lowC: number;
  highC: number;
  /** Share of days of this season with rain or snow, 0 to 100. */
  rainPercent: number;
  sky: "sunny" | "mixed" | "wet" | "snowy";
}

const DAY_MS = 24 * 60 * 60 * 1000;
const DAYS_IN_YEAR = 365.25;
/** Temperatures lag the sun by about three weeks: the coldest and the warmest time are in mid-January and mid-July. */
const COLDEST_DAY = 15;

/** What is typical for a city on a day of the year: between its January and its July, along a cosine. */
export function typicalDay(city: City, timeMs: number): TypicalDay {
  const date = new Date(timeMs);
  const dayOfYear = (timeMs - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS;
  const july = (1 - Math.cos((2 * Math.PI * (dayOfYear - COLDEST_DAY)) / DAYS_IN_YEAR)) / 2;
  const between = (january: number, atJuly: number) => Math.round(january + (atJuly - january) * july);
  const lowC = between(city.january.lowC, city.july.lowC);
  const highC = between(city.january.highC, city.july.highC);
  const rainPercent = between(city.january.rainPercent, city.july.rainPercent);
  return { date: date.toISOString().slice(0, 10), lowC, highC, rainPercent, sky: skyOf(highC, rainPercent) };
}

function skyOf(highC: number, rainPercent: number): TypicalDay["sky"] {
  if (rainPercent < 20) return "sunny";
  if (highC <= 1) return "snowy";
  return rainPercent > 45 ? "wet" : "mixed";
}
