import { expect } from "vitest";
import { accepted, refusal, type Law } from "../law.ts";

const OWN_WORDS = "refuses in its own words";

/** Arguments of `calls:typed` that pass. */
const good: readonly object[] = [
  {}, { text: "" }, { float: 1.5 }, { integer: -5n }, { flag: false }, { nothing: null }, { bytes: new Uint8Array([1, 2]).buffer }, { list: [] }, { list: [1, 2] },
  { shape: { x: 1 } }, { shape: { x: 1, y: "y" } }, { map: {} }, { map: { a: 1, b: 2 } }, { either: "one" }, { either: 2 }, { either: true }, { literal: "yes" },
  { any: [{ deep: [null, 1n, "x"] }] },
];

/** Arguments that do not, and what Convex says of each. */
const bad: readonly { args: object; says: string }[] = [
  { args: { text: 1 }, says: "Value does not match validator.\nPath: .text\nValue: 1.0\nValidator: v.string()" },
  { args: { float: 1n }, says: "Path: .float\nValue: 1\nValidator: v.float64()" },
  { args: { integer: 1 }, says: "Path: .integer\nValue: 1.0\nValidator: v.int64()" },
  { args: { flag: null }, says: "Path: .flag\nValue: null\nValidator: v.boolean()" },
  { args: { nothing: false }, says: "Path: .nothing\nValue: false\nValidator: v.null()" },
  { args: { bytes: "x" }, says: 'Path: .bytes\nValue: "x"\nValidator: v.bytes()' },
  { args: { list: ["x"] }, says: 'Path: .list[0]\nValue: "x"\nValidator: v.float64()' },
  { args: { shape: {} }, says: "Object is missing the required field `x`. Consider wrapping the field validator in `v.optional(...)` if this is expected.\nPath: .shape\nObject: {}\nValidator: v.object({" },
  { args: { shape: { x: 1, z: 1 } }, says: "Object contains extra field `z` that is not in the validator.\nPath: .shape\nObject: {x: 1.0, z: 1.0}\nValidator: v.object({" },
  { args: { either: "two" }, says: 'Path: .either\nValue: "two"\nValidator: v.union(v.literal("one"), v.literal(2.0), v.boolean())' },
  { args: { literal: "no" }, says: '`"no"` does not match literal validator `v.literal("yes")`.Path: .literal' },
  { args: { id: "nonsense" }, says: 'Path: .id\nValue: "nonsense"\nValidator: v.id("things")' },
  { args: { unknown: 1 }, says: "Object contains extra field `unknown` that is not in the validator." },
];

export const validatorLaws: readonly Law[] = [
  {
    states: "what matches comes through as it is",
    holds: async (t) => {
      for (const args of good) expect(await t.query("calls:typed", args)).toEqual(args);
    },
  },
  {
    states: "what does not match is refused",
    holds: async (t) => {
      expect(await accepted(bad, ({ args }) => t.query("calls:typed", args))).toEqual([]);
    },
  },
  {
    states: "a record's values are looked at too",
    convexTestDiffers: "looks at no record's values",
    holds: async (t) => expect(await refusal(t.query("calls:typed", { map: { a: "x" } }))).toContain("Validator: v.float64()"),
  },
  {
    states: "a refusal says what, where and why",
    convexTestDiffers: OWN_WORDS,
    holds: async (t) => {
      for (const { args, says } of bad) {
        const text = await refusal(t.query("calls:typed", args));
        expect(text).toContain("ArgumentValidationError: ");
        expect(text).toContain(says);
      }
      expect(await refusal(t.query("calls:required"))).toContain("ArgumentValidationError: Object is missing the required field `name`.");
    },
  },
  {
    states: "an id of another table is refused by both names",
    convexTestDiffers: OWN_WORDS,
    holds: async (t) => {
      const id = await t.mutation("documents:insert", { table: "strict", document: { name: "x", kind: "a" } });
      expect(await refusal(t.query("calls:typed", { id }))).toContain(`Found ID "${String(id)}" from table \`strict\`, which does not match the table name in validator \`v.id("things")\`.`);
    },
  },
  {
    states: "a return value is validated too",
    holds: async (t) => await expect(t.query("calls:wrongReturn")).rejects.toBeInstanceOf(Error),
  },
  {
    states: "a wrong return value is refused by name",
    convexTestDiffers: OWN_WORDS,
    holds: async (t) => expect(await refusal(t.query("calls:wrongReturn"))).toContain('ReturnsValidationError: Value does not match validator.\n\nValue: "text"\nValidator: v.float64()'),
  },
  {
    states: "a function without validators takes any object",
    holds: async (t) => expect(await t.query("calls:unchecked", { a: [1n], b: { c: null } })).toEqual({ a: [1n], b: { c: null } }),
  },
  {
    states: "a document that breaks the schema is refused on insert, patch and replace, and nothing is written",
    holds: async (t) => {
      await expect(t.mutation("documents:insert", { table: "strict", document: { name: 1, kind: "a" } })).rejects.toBeInstanceOf(Error);
      await expect(t.mutation("documents:insert", { table: "strict", document: { name: "x", kind: "c" } })).rejects.toBeInstanceOf(Error);
      const id = await t.mutation("documents:insert", { table: "strict", document: { name: "x", kind: "a" } });
      await expect(t.mutation("documents:patch", { id, fields: { kind: "c" } })).rejects.toBeInstanceOf(Error);
      await expect(t.mutation("documents:patch", { id, fields: { extra: 1 } })).rejects.toBeInstanceOf(Error);
      await expect(t.mutation("documents:replace", { id, document: { name: "y" } })).rejects.toBeInstanceOf(Error);
      expect(await t.query("documents:list", { table: "strict" })).toMatchObject([{ name: "x", kind: "a" }]);
    },
  },
  {
    states: "the schema's refusal names the table and the mismatch",
    convexTestDiffers: OWN_WORDS,
    holds: async (t) => {
      expect(await refusal(t.mutation("documents:insert", { table: "strict", document: { name: "x", kind: "c" } }))).toContain(
        'Failed to insert or update a document in table "strict" because it does not match the schema: Value does not match validator.\nPath: .kind\nValue: "c"\nValidator: v.union(v.literal("a"), v.literal("b"))',
      );
    },
  },
];
