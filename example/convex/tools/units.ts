import { createTool } from "convex-agent";
import { z } from "zod";

/** A unit: what it measures, and how many of that quantity's base unit it is. */
interface Unit {
  name: string;
  quantity: "length" | "mass" | "volume" | "time";
  factor: number;
  /** Other ways to write it. */
  also: readonly string[];
}

const units: readonly Unit[] = [
  { name: "millimetres", quantity: "length", factor: 0.001, also: ["mm", "millimeters"] },
  { name: "centimetres", quantity: "length", factor: 0.01, also: ["cm", "centimeters"] },
  { name: "metres", quantity: "length", factor: 1, also: ["m", "meters"] },
  { name: "kilometres", quantity: "length", factor: 1000, also: ["km", "kilometers"] },
  { name: "inches", quantity: "length", factor: 0.0254, also: ["in", "inch"] },
  { name: "feet", quantity: "length", factor: 0.3048, also: ["ft", "foot"] },
  { name: "miles", quantity: "length", factor: 1609.344, also: ["mi"] },
  { name: "grams", quantity: "mass", factor: 0.001, also: ["g"] },
  { name: "kilograms", quantity: "mass", factor: 1, also: ["kg", "kilos", "kilo"] },
  { name: "ounces", quantity: "mass", factor: 0.028349523125, also: ["oz"] },
  { name: "pounds", quantity: "mass", factor: 0.45359237, also: ["lb", "lbs"] },
  { name: "millilitres", quantity: "volume", factor: 0.001, also: ["ml", "milliliters"] },
  { name: "litres", quantity: "volume", factor: 1, also: ["l", "liters"] },
  { name: "cups", quantity: "volume", factor: 0.2365882365, also: [] },
  { name: "seconds", quantity: "time", factor: 1, also: ["s"] },
  { name: "minutes", quantity: "time", factor: 60, also: ["min"] },
  { name: "hours", quantity: "time", factor: 3600, also: ["h"] },
  { name: "days", quantity: "time", factor: 86_400, also: [] },
];

export interface Conversion {
  value: number;
  from: string;
  result: number;
  to: string;
}

const SIGNIFICANT_DIGITS = 6;

export const convertUnits = createTool({
  title: "Convert units",
  description: "Converts a measurement from one unit to another.",
  args: z.object({
    value: z.number().describe("How many of the unit"),
    from: z.string().min(1).max(40).describe("The unit it is in, for example miles"),
    to: z.string().min(1).max(40).describe("The unit it should be in, for example kilometres"),
  }),
  // What is thrown here goes to the model, which may try again or say what went wrong, and to the page.
  handler: async (_ctx, measurement): Promise<Conversion> => convert(measurement),
});

/** Throws when a unit is unknown, or when the two measure different things. */
export function convert({ value, from, to }: { value: number; from: string; to: string }): Conversion {
  const [source, target] = [mustFindUnit(from), mustFindUnit(to)];
  if (source.quantity !== target.quantity) {
    throw new Error(`${source.name} measure ${source.quantity} and ${target.name} measure ${target.quantity}: one cannot become the other.`);
  }
  const result = Number(((value * source.factor) / target.factor).toPrecision(SIGNIFICANT_DIGITS));
  return { value, from: source.name, result, to: target.name };
}

function mustFindUnit(typed: string): Unit {
  const wanted = typed.trim().toLowerCase();
  const unit = units.find(({ name, also }) => name === wanted || name === `${wanted}s` || also.includes(wanted));
  if (unit !== undefined) return unit;
  throw new Error(`There is no unit “${typed}” here. Known are ${units.map(({ name }) => name).join(", ")}.`);
}
