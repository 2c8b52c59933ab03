import { createTool } from "convex-agent";
import { z } from "zod";
import { findCity, knownCities } from "../weather/cities";
import { typicalDay } from "../weather/climate";

const DAY_MS = 24 * 60 * 60 * 1000;
const DAYS = 5;

/** What to take along for the typical weather of a city's next days. */
export const makePackingList = createTool({
  title: "Packing list",
  description: "Makes a packing list for a city from its typical weather of the next five days.",
  args: z.object({ city: z.string().describe("The name of the city in English, for example Paris") }),
  handler: async (_ctx, { city: name }) => {
    const city = findCity(name);
    if (city === null) throw new Error(`No climate data for "${name}". Known cities: ${knownCities().join(", ")}.`);
    const startMs = Date.now();
    const days = Array.from({ length: DAYS }, (_, index) => typicalDay(city, startMs + index * DAY_MS));
    const coldest = Math.min(...days.map((day) => day.lowC));
    const warmest = Math.max(...days.map((day) => day.highC));
    const rain = Math.max(...days.map((day) => day.rainPercent));
    return { city: city.name, lowestC: coldest, highestC: warmest, rainPercent: rain, pack: itemsFor({ coldest, warmest, rain }) };
  },
});

function itemsFor({ coldest, warmest, rain }: { coldest: number; warmest: number; rain: number }): string[] {
  return [
    ...(coldest < 3 ? ["a winter coat", "gloves and a hat"] : []),
    ...(coldest >= 3 && coldest < 12 ? ["a warm jacket", "a sweater"] : []),
    ...(warmest >= 18 ? ["T-shirts"] : ["long-sleeved shirts"]),
    ...(warmest >= 25 ? ["sunscreen", "a sun hat"] : []),
    ...(rain >= 25 ? ["an umbrella", "shoes that stand rain"] : []),
    "comfortable walking shoes",
  ];
}
