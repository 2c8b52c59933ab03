import fc from "fast-check";
import { expect, test } from "vitest";
import { encodedValue } from "../values/testing/arbitraries.ts";
import { normalizeValue } from "../values/normalize.ts";
import { cleanText, fromClean } from "./cleanJson.ts";
import { csv, jsonArray, jsonLines } from "./parseRows.ts";

/** A file that comes in pieces of some length. */
async function* pieces(text: string, length: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function valuesOf(rows: AsyncIterable<{ value: unknown }>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const { value } of rows) values.push(value);
  return values;
}

test("a value written in the export form and read with its context is the same value", () => {
  fc.assert(fc.property(encodedValue, ({ json }) => {
    const { text, context } = cleanText(json);
    const stored: unknown = JSON.parse(JSON.stringify(context));
    expect(normalizeValue(fromClean(JSON.parse(text), stored))).toEqual(normalizeValue(json));
  }));
});

test("int64, bytes and special floats are readable texts in an export", () => {
  const value = normalizeValue({ n: { $integer: "AQAAAAAAAAA=" }, b: { $bytes: "AQI=" }, x: { $float: "AAAAAAAA8H8=" }, z: { $float: "AAAAAAAAAIA=" }, s: "1" });
  expect(cleanText(value)).toEqual({ text: '{"b":"AQI=","n":"1","s":"1","x":"Infinity","z":-0.0}', context: { b: "bytes", n: "int64", x: "float64inf" } });
});

test("rows are the same however the file is cut", async () => {
  const cell = fc.oneof(fc.string({ unit: "grapheme", maxLength: 8 }), fc.constantFrom('"', ",", "\n", "\r\n", 'a"b', " ", "1", "é"));
  // A record of one empty cell is an empty line, which is passed over.
  const table = fc.array(fc.tuple(cell, cell), { maxLength: 5 });
  await fc.assert(fc.asyncProperty(table, fc.integer({ min: 1, max: 7 }), async (rows, length) => {
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const file = ["a,b", ...rows.map((row) => row.map(quoted).join(","))].join("\r\n");
    const asRead = rows.map(([a, b]) => ({ a: a === "1" || /^\d+$/.test(a) ? Number(a) : a, b: b === "1" || /^\d+$/.test(b) ? Number(b) : b }));
    expect(await valuesOf(csv(pieces(file, length)))).toEqual(asRead);
    const lines = rows.map((row) => JSON.stringify(row)).join("\n");
    expect(await valuesOf(jsonLines(pieces(lines, length)))).toEqual(rows);
    expect(await valuesOf(jsonArray(pieces(JSON.stringify(rows), length)))).toEqual(rows);
  }));
});

test.each([
  [() => csv(pieces("a,b\n1,2\n3\n", 2)), "CSV row 2 doesn't have all of the fields in the header"],
  [() => csv(pieces("a,$b\n", 2)), 'CSV header "$b" isn\'t a valid field name'],
  [() => csv(pieces("a,a\n", 2)), 'CSV header "a" occurs twice'],
  [() => csv(pieces('a\n"x', 2)), "ends inside a quoted cell"],
  [() => jsonLines(pieces("{}\n{\n", 2)), "Row 2 wasn't valid JSON"],
  [() => jsonArray(pieces("{}", 2)), "Not a JSON array"],
  [() => jsonArray(pieces("[1,", 2)), "Not valid JSON"],
  [() => jsonArray(pieces(`[${" ".repeat(9 * 1024 * 1024)}]`, 65_536)), "Import is too large for JSON"],
])("a file that breaks its format is refused by row and reason (%#)", async (rows, message) => {
  await expect(valuesOf(rows())).rejects.toThrow(message);
});

test("a file that is no UTF-8 is refused", async () => {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Uint8Array.of(0xff, 0xfe);
  }
  await expect(valuesOf(jsonLines(bytes()))).rejects.toThrow("Import wasn't valid UTF8");
});

test("CSV cells that read as numbers are numbers; an empty file has no rows", async () => {
  expect(await valuesOf(csv(pieces("a,b,c,d,e\n1,-2.5e3,007,1_0,\n", 3)))).toEqual([{ a: 1, b: -2500, c: 7, d: "1_0", e: "" }]);
  expect(await valuesOf(csv(pieces("", 3)))).toEqual([]);
});
