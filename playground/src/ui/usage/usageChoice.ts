import { optionOf, type Place } from "../app/location";
import { GROUPINGS, type Grouping, type Measure } from "./aggregate";

export const RANGES = ["7", "30", "90"] as const;

/** What the page shows, as the address has it. */
export interface UsageChoice {
  readonly days: number;
  /** What the rows of the table are. */
  readonly grouping: Grouping;
  readonly measure: Measure;
}

export function usageChoice(place: Place): UsageChoice {
  const grouping = GROUPINGS.find((name) => name === optionOf(place, "by"));
  const range = RANGES.find((days) => days === optionOf(place, "days"));
  return { days: Number(range ?? RANGES[0]), grouping: grouping ?? "day", measure: optionOf(place, "in") === "cost" ? "cost" : "tokens" };
}
