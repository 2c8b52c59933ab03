import { createTool } from "convex-agent";
import { z } from "zod";
import { findCity, knownCities } from "../weather/cities";
import { typicalDay, type TypicalDay } from "../weather/climate";

/** What the tool shows while it works and returns in the end. Each version replaces the one before. */
export interface WeatherReport {
  city: string;
  country: string;
  /** The days that are ready; complete when there are `totalDays` of them. */
  days: TypicalDay[];
  totalDays: number;
  basis: string;
}

const TOTAL_DAYS = 5;
/** The table answers at once; the pause lets a person watch the days come in. */
const PAUSE_MS = 250;

export const getWeather = createTool({
  title: "Typical weather",
  description:
    "The typical weather of a city for the next days, from a built-in table of climate averages. Not a forecast.",
  args: z.object({ city: z.string().describe("The name of the city in English, for example Paris") }),
  handler: async function* (_ctx, { city: name }): AsyncGenerator<WeatherReport> {
    const city = findCity(name);
    if (city === null) throw new Error(`No climate data for "${name}". Known cities: ${knownCities().join(", ")}.`);
    const startMs = Date.now();
    const days: TypicalDay[] = [];
    const report = (): WeatherReport => ({
      city: city.name, country: city.country, days: [...days], totalDays: TOTAL_DAYS, basis: "Climate averages, not a forecast",
    });
    for (let ahead = 0; ahead < TOTAL_DAYS; ahead++) {
      yield report();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      days.push(typicalDay(city, startMs + ahead * DAY_MS));
    }
    yield report();
  },
});

const DAY_MS = 24 * 60 * 60 * 1000;
