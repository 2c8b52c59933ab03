import type { ContextOptions } from "convex-agent";

/** The context options, each with a value. */
export interface ContextValues {
  readonly recentMessages: number;
  readonly excludeToolMessages: boolean;
  readonly textSearch: boolean;
  readonly vectorSearch: boolean;
  readonly limit: number;
  readonly before: number;
  readonly after: number;
  readonly vectorScoreThreshold: number;
  readonly searchOtherThreads: boolean;
}
export type ContextName = keyof ContextValues;

/** What holds where neither the agent nor the viewer says anything: the defaults of the library. */
const DEFAULTS: ContextValues = {
  recentMessages: 100,
  excludeToolMessages: true,
  textSearch: false,
  vectorSearch: false,
  limit: 10,
  before: 2,
  after: 1,
  vectorScoreThreshold: 0,
  searchOtherThreads: false,
};
/** In the order in which they are shown. */
export const CONTEXT_NAMES: readonly ContextName[] = ["recentMessages", "excludeToolMessages", "textSearch", "vectorSearch", "limit", "before", "after", "vectorScoreThreshold", "searchOtherThreads"];

/** Options of an agent, with the defaults where it sets none. */
export function valuesOf({ recentMessages, excludeToolMessages, searchOtherThreads, searchOptions }: ContextOptions = {}): ContextValues {
  const { textSearch, vectorSearch, limit, vectorScoreThreshold, messageRange } = searchOptions ?? {};
  return withoutGaps({ ...DEFAULTS }, { recentMessages, excludeToolMessages, searchOtherThreads, textSearch, vectorSearch, limit, vectorScoreThreshold, before: messageRange?.before, after: messageRange?.after });
}

/** Options as the API takes them. */
export function toContextOptions(values: ContextValues): ContextOptions {
  const { recentMessages, excludeToolMessages, searchOtherThreads, textSearch, vectorSearch, limit, before, after, vectorScoreThreshold } = values;
  return { recentMessages, excludeToolMessages, searchOtherThreads, searchOptions: { limit, textSearch, vectorSearch, vectorScoreThreshold, messageRange: { before, after } } };
}

/** `values` with what `changes` says. */
export function withoutGaps(values: ContextValues, changes: { readonly [Name in ContextName]?: ContextValues[Name] | undefined }): ContextValues {
  return { ...values, ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) };
}

/** Options that differ from the agent's, as they stand in an address. */
export type ContextChanges = { readonly [Name in ContextName]?: ContextValues[Name] };

/** Reads changes from texts by name, `recentMessages: "20"`; what cannot be meant is left out. */
export function readChanges(textOf: (name: ContextName) => string | undefined): ContextChanges {
  return Object.fromEntries(CONTEXT_NAMES.flatMap((name) => {
    const value = readValue(name, textOf(name));
    return value === undefined ? [] : [[name, value]];
  }));
}

/** A value from its text; undefined when it is none of this option. */
export function readValue(name: ContextName, text: string | undefined): number | boolean | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  if (typeof DEFAULTS[name] === "boolean") return text === "true" ? true : text === "false" ? false : undefined;
  const number = Number(text);
  if (!Number.isFinite(number)) return undefined;
  if (name === "vectorScoreThreshold") return number >= -1 && number <= 1 ? number : undefined;
  return Number.isInteger(number) && number >= 0 && number <= (MOST[name] ?? 0) ? number : undefined;
}

/** The most that the server takes of what is counted. */
const MOST: { readonly [Name in ContextName]?: number } = { recentMessages: 1000, limit: 100, before: 100, after: 100 };

/** The changes that say something else than the agent. */
export function realChanges(changes: ContextChanges, base: ContextValues): ContextChanges {
  return Object.fromEntries(CONTEXT_NAMES.flatMap((name) => (changes[name] === undefined || changes[name] === base[name] ? [] : [[name, changes[name]]])));
}
