import { convexToJson, jsonToConvex, type Value } from "convex/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_DOCUMENT_NESTING, nestingOf, normalizeDocument, normalizeObject, normalizeValue } from "../../backend/src/values/normalize.ts";
import type { JsonValue } from "../../backend/src/values/json.ts";
import { serializeMessage } from "../client/aiSdk/messages.js";
import { toRow, type Row } from "../model/messageDoc.js";
import { areStep, toStoredRow } from "../model/messageRows.js";
import type { Id } from "../component/_generated/dataModel.js";
import { fromConvexJson, toConvexJson, toConvexRecord, toReturnedJson } from "./convexJson.js";
import { emptyReduction, reduceChunks } from "./reduceChunks.js";
import { reductionToMessages } from "./reductionToMessages.js";
import { toUIMessages } from "./toUIMessages.js";
import type { Message } from "./validators/message.js";
import type { StoredChunk } from "./validators/stream.js";

const suffix = fc.integer({ min: 0, max: 9 });
const key = fc.oneof(
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.constantFrom("type", "$ref", "größe", "~esc:x", "~esc:%", "~esc:$json", "~esc:$bytes", "__proto__", "", "_id"),
  // Some of them fit when they are escaped, and many begin alike.
  fc.tuple(fc.constantFrom("问", "k", "~esc:", "€a"), fc.integer({ min: 90, max: 1100 }), suffix).map(([unit, times, end]) => `${unit.repeat(times)}${end}`),
);
const leaf = fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), fc.string({ unit: "binary", maxLength: 5 }));
const small = fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), fc.dictionary(key, leaf, { maxKeys: 4 }));
const wide = fc.oneof(
  fc.integer({ min: 8190, max: 8200 }).map((length): unknown => Array.from({ length }, (_, index) => index)),
  fc.tuple(fc.integer({ min: 1022, max: 1030 }), fc.dictionary(key, small, { maxKeys: 3 })).map(([length, others]): unknown => ({ ...Object.fromEntries(Array.from({ length }, (_, index) => [`k${index}`, index])), ...others })),
);
const wrapped = (inner: fc.Arbitrary<unknown>) =>
  fc.tuple(inner, fc.array(fc.tuple(fc.boolean(), key, small), { maxLength: 70, size: "max" })).map(([value, wrappers]) =>
    wrappers.reduce<unknown>((within, [isList, name, beside]) => (isList ? [within, beside] : { beside, [name]: within }), value));
const json = fc.oneof({ weight: 2, arbitrary: fc.jsonValue() }, { weight: 6, arbitrary: wrapped(small) }, { weight: 1, arbitrary: wrapped(wide) }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

/** As Convex's client and server hand it on; throws what they refuse. */
const sent = (value: unknown): JsonValue => convexToJson(value as Value) as JsonValue;
const throughConvex = (value: unknown): unknown => jsonToConvex(sent(value) as Parameters<typeof jsonToConvex>[0]);
/** JSON whose fields are in one order: Convex has an order of its own. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === "object" && item !== null && !Array.isArray(item) ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1))) : item));

const expectSame = (actual: unknown, expected: unknown) => expect(canonical(actual)).toBe(canonical(expected));

describe("whatever JSON it is", () => {
  test("it comes back from Convex the same", () =>
    fc.assert(
      fc.property(json, (value) => {
        expect(canonical(fromConvexJson(throughConvex(normalizeValue(sent(toConvexJson(value))))))).toBe(canonical(value));
        expectSame(fromConvexJson(throughConvex(normalizeValue(sent(toReturnedJson({ value }))))), { value });
      }),
    ));

  test("an object stays an object that says its type, with the fields that a chunk may have", () =>
    fc.assert(
      fc.property(fc.dictionary(key, small), wide, (fields, value) => {
        const record = { ...fields, ...(typeof value === "object" && !Array.isArray(value) ? value : { value }), type: "data-x" };
        const stored = toConvexRecord(record);
        expect(stored.type).toBe("data-x");
        expectSame(fromConvexJson(throughConvex(stored)), record);
      }),
    ));

  test("what needs no escaping is handed back as it is", () =>
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.constantFrom("a", "b"), small.filter((item) => !JSON.stringify(item).includes("~esc:")))), (value) => {
        expect(fromConvexJson(value)).toBe(value);
      }),
    ));

  test("bytes stay bytes, however deep they lie", () =>
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(30), (bytes, depth) => {
        let value: unknown = { bytes };
        for (let level = 0; level < depth; level++) value = [value];
        let read = fromConvexJson(throughConvex(toConvexJson(value)));
        for (let level = 0; level < depth; level++) read = (read as unknown[])[0];
        expect(new Uint8Array((read as { bytes: ArrayBuffer }).bytes)).toEqual(bytes);
      }),
    ));
});

describe("wherever messages and chunks keep it, Convex takes it", () => {
  const place = { threadId: "t" as Id<"threads">, userId: "u", agentName: "a", order: 1 };
  const rowOf = (message: Message, stepOrder: number, metadata: object = {}): Row => toRow({ message, ...metadata }, { ...place, stepOrder });
  const documentOf = (row: object) => normalizeDocument(sent(row));
  const nesting = (row: object) => nestingOf(documentOf(row));

  const chunksOf = (value: unknown): StoredChunk[] => {
    const metadata = { providerMetadata: { acme: { value } } };
    return [
      { type: "start", messageMetadata: { value } },
      { type: "start-step" },
      { type: "tool-input-available", toolCallId: "c", toolName: "t", input: value, ...metadata },
      { type: "tool-output-available", toolCallId: "c", output: value, ...metadata },
      { type: "data-x", data: value },
      { type: "hologram", frames: value },
    ].map((chunk) => toConvexRecord(chunk) as StoredChunk);
  };

  test("in chunks, in what is sent of them, and in the messages that are saved of them", () =>
    fc.assert(
      fc.property(json, (value) => {
        const chunks = chunksOf(value);
        expect(nesting({ from: 0, end: 5, chunks, writtenMs: 0 })).toBeLessThan(MAX_DOCUMENT_NESTING);
        normalizeObject(sent({ streamId: "s", delta: { start: 0, end: 5, parts: chunks }, known: { from: 0, end: 5, chunks } }));
        const seen = reduceChunks(emptyReduction, throughConvex(chunks) as StoredChunk[]);
        expect(seen.parts.find(({ type }) => type === "tool-t")).toMatchObject({ state: "output-available" });
        expectSame(seen.parts.find(({ type }) => type === "tool-t")?.output, value ?? null);
        for (const message of reductionToMessages(seen, { reason: "stopped", skipSteps: 0 })) {
          expect(nesting(toStoredRow(rowOf(message, 1)))).toBeLessThan(MAX_DOCUMENT_NESTING);
        }
      }),
    ));

  test("in the row of a step: the call, its result, what a model was shown of it, options and metadata", () =>
    fc.assert(
      fc.property(json, fc.boolean(), (value, isContent) => {
        const options = { providerOptions: { acme: { value } } } as never;
        const call = serializeMessage({ role: "assistant", content: [{ type: "tool-call", toolCallId: "c", toolName: "t", input: value, ...(options as object) }], providerOptions: options });
        const output = isContent ? { type: "content", value: [{ type: "custom", ...(options as object) }] } : { type: "json", value };
        const results = serializeMessage({ role: "tool", content: [{ type: "tool-result", toolCallId: "c", toolName: "t", output, result: value, ...(options as object) }] } as never);
        const metadata = { providerMetadata: toConvexRecord({ acme: { value } }), sources: [toConvexRecord({ type: "source", value })] };
        const rows = [rowOf(call, 1, metadata), rowOf(results, 2, metadata)] as const;
        const row = toStoredRow(rows[0], areStep(...rows) ? rows[1] : undefined);
        expect(nesting(row)).toBeLessThan(MAX_DOCUMENT_NESTING);
        const docs = [call, results].map((message, index) => ({ _id: String(index), _creationTime: 0, threadId: "t", order: 1, stepOrder: index + 1, status: "success" as const, tool: true, message }));
        const shown = toUIMessages(throughConvex(docs) as typeof docs)[0]?.parts.find(({ type }) => type === "tool-t");
        expect(shown).toMatchObject({ state: "output-available" });
        expectSame({ ...shown }, { ...shown, input: value, output: value ?? (isContent ? (output as { value: unknown }).value : null) });
      }),
    ));
});

describe("keys", () => {
  test("that were cut off within a character, as long ones once were, are read as they are", () => {
    const cut = `~esc:${"%E9%97%AE".repeat(114)}`.slice(0, 1024);
    expect(fromConvexJson({ [cut]: 1, "~esc:%24a": 2 })).toEqual({ [cut]: 1, $a: 2 });
  });

  test("that begin alike stay apart, however long", () => {
    const value = Object.fromEntries(["a", "b"].flatMap((end) => [[`${"问".repeat(114)}${end}`, end], [`${"k".repeat(1024)}${end}`, end]]));
    expect(fromConvexJson(throughConvex(toConvexJson(value)))).toEqual(value);
  });

  test("that look like what stands for a text or for bytes are no such thing", () => {
    const value = { "~esc:$json": "{}", inner: [{ "~esc:$bytes": "AAAA" }], ["k".repeat(2000)]: { "~esc:$bytes": "AAAA", "~esc:$json": "[" } };
    expect(fromConvexJson(throughConvex(toConvexJson(value)))).toEqual(value);
    // Nobody's text.
    expect(fromConvexJson({ "~esc:$json": "no JSON" })).toEqual({ $json: "no JSON" });
  });
});
