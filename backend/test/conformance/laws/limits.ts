import { expect } from "vitest";
import { refusal, type Law } from "../law.ts";
import type { Target } from "../targets.ts";

const NO_LIMITS = "has no limits for values";
const MIB = 1024 * 1024;

const say = async (t: Target, value: unknown): Promise<string> => await refusal(t.mutation("documents:insert", { table: "things", document: { value } }));
const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
const fields = (count: number): Record<string, number> => Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, n]));

export const limitLaws: readonly Law[] = [
  {
    states: "a document has at most a mebibyte",
    convexTestDiffers: NO_LIMITS,
    holds: async (t) => {
      await t.mutation("documents:insert", { table: "things", document: { value: "x".repeat(MIB - 1000) } });
      expect(await say(t, "x".repeat(MIB))).toMatch(/Value is too large \(.* > maximum size 1 MiB\)/);
    },
  },
  {
    states: "a document is nested at most 16 levels deep",
    convexTestDiffers: NO_LIMITS,
    holds: async (t) => {
      await t.mutation("documents:insert", { table: "things", document: { value: nested(14) } });
      expect(await say(t, nested(20))).toMatch(/Document is too nested \(nested \d+ levels deep > maximum nesting 16\)/);
    },
  },
  {
    states: "an array has at most 8192 elements, an object 1024 fields",
    convexTestDiffers: NO_LIMITS,
    holds: async (t) => {
      await t.mutation("documents:insert", { table: "things", document: { value: Array.from({ length: 8192 }, () => null) } });
      expect(await say(t, Array.from({ length: 8193 }, () => null))).toContain("Array length is too long (8193 > maximum length 8192)");
      await t.mutation("documents:insert", { table: "things", document: { value: fields(1024) } });
      expect(await say(t, fields(1025))).toContain("Object has too many fields (1025 > maximum number 1024)");
    },
  },
  {
    states: "a page has at least one row",
    convexTestDiffers: "gives an empty page",
    holds: async (t) => expect(await refusal(t.query("documents:page", { table: "things", paginationOpts: { cursor: null, numItems: 0 } }))).toContain("Must request at least 1 document while paginating"),
  },
  {
    states: "a job is at most five years away",
    convexTestDiffers: "schedules for any time",
    holds: async (t) => expect(await refusal(t.mutation("calls:schedule", { label: "far", delayMs: 6 * 365 * 86_400_000 }))).toContain("is more than 5 years in the future"),
  },
  {
    states: "system tables are read through `db.system` alone, and never written",
    holds: async (t) => {
      await expect(t.query("documents:list", { table: "_storage" })).rejects.toBeInstanceOf(Error);
      expect(await refusal(t.mutation("documents:insert", { table: "_storage", document: {} }))).toContain("System tables (prefixed with `_`) are read-only.");
    },
  },
];
