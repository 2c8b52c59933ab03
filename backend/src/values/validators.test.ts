import { v } from "convex/values";
import { describe, expect, test } from "vitest";
import type { ValidatorJson } from "../schema/types.ts";
import { encodeId } from "./ids.ts";
import type { JsonValue } from "./json.ts";
import { checkArgs, checkReturns, checkValue, printValidator } from "./validators.ts";

const tables = { tableOfNumber: (number: number) => (({ 10001: "users", 10002: "posts" }) as Record<number, string>)[number] ?? null };
const userId = encodeId(10_001, new Uint8Array(16));
// `json` is what the package sends to a backend; it is not part of its public type.
const json = (validator: unknown) => (validator as { json: ValidatorJson }).json;
const check = (validator: unknown, value: JsonValue | undefined) => checkValue(json(validator), value, tables);

describe("a value that fits has no error", () => {
  const cases: [string, unknown, JsonValue][] = [
    ["string", v.string(), "x"],
    ["float", v.number(), 1],
    ["NaN", v.number(), { $float: "AAAAAAAA+H8=" }],
    ["int64", v.int64(), { $integer: "AQAAAAAAAAA=" }],
    ["bytes", v.bytes(), { $bytes: "AA==" }],
    ["id", v.id("users"), userId],
    ["optional field left out", v.object({ a: v.optional(v.string()) }), {}],
    ["union", v.union(v.null(), v.literal("x")), "x"],
    ["record", v.record(v.string(), v.number()), { a: 1 }],
    ["array", v.array(v.boolean()), [true]],
    ["any", v.any(), { a: [1] }],
  ];
  test.each(cases)("%s", (_name, validator, value) => expect(check(validator, value)).toBeNull());
});

describe("a value that does not fit is blamed at its innermost place", () => {
  const cases: [string, unknown, JsonValue, string][] = [
    [
      "missing field",
      v.object({ name: v.string() }),
      {},
      "Object is missing the required field `name`. Consider wrapping the field validator in `v.optional(...)` if this is expected.\n\nObject: {}\nValidator: v.object({name: v.string()})",
    ],
    ["extra field", v.object({}), { x: 1 }, "Object contains extra field `x` that is not in the validator.\n\nObject: {x: 1.0}\nValidator: v.object({})"],
    ["nested path", v.object({ a: v.array(v.object({ b: v.string() })) }), { a: [{ b: "x" }, { b: 2 }] }, "Value does not match validator.\nPath: .a[1].b\nValue: 2.0\nValidator: v.string()"],
    ["literal", v.literal("y"), "x", '`"x"` does not match literal validator `v.literal("y")`.'],
    ["id of another table", v.id("posts"), userId, `Found ID "${userId}" from table \`users\`, which does not match the table name in validator \`v.id("posts")\`.`],
    ["malformed id", v.id("posts"), "nobody", 'Value does not match validator.\n\nValue: "nobody"\nValidator: v.id("posts")'],
    ["record value", v.record(v.string(), v.number()), { a: "x" }, 'Value does not match validator.\nPath: .values()\nValue: "x"\nValidator: v.float64()'],
    ["union as a whole", v.union(v.string(), v.null()), 1, "Value does not match validator.\n\nValue: 1.0\nValidator: v.union(v.string(), v.null())"],
    ["inherited names are not fields", v.object({ toString: v.string() }), {}, "Object is missing the required field `toString`. Consider wrapping the field validator in `v.optional(...)` if this is expected.\n\nObject: {}\nValidator: v.object({toString: v.string()})"],
  ];
  test.each(cases)("%s", (_name, validator, value, text) => expect(check(validator, value)).toBe(text));
});

test("arguments and results say which they are", () => {
  expect(() => checkArgs(json(v.object({ a: v.string() })), {}, tables)).toThrow(/^ArgumentValidationError: Object is missing/);
  expect(() => checkReturns(json(v.null()), 1, tables)).toThrow(/^ReturnsValidationError: Value does not match/);
});

test("a validator prints as the developer writes it", () => {
  const validator = v.object({ a: v.optional(v.id("users")), b: v.record(v.string(), v.any()), c: v.union(v.literal(1), v.int64()) });
  expect(printValidator(json(validator))).toBe('v.object({a: v.optional(v.id("users")), b: v.record(v.string(), v.any()), c: v.union(v.literal(1.0), v.int64())})');
});
