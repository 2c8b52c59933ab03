import { asBigInt, bytesOf, floatBits, floatOf, fromBigInt, fromBytes, fromFloat, isBytes, isFloat, isInteger, isRecord, setField, type JsonObject, type JsonValue } from "../values/json.ts";

/**
 * What plain JSON does not say of a value: which texts stand for an int64, bytes or a special float. In the words of
 * Convex's `generated_schema.jsonl`; `"infer"` where the JSON says it all.
 */
export type ExportContext = "infer" | "int64" | "bytes" | "float64inf" | { readonly $float64NaN: string } | readonly ExportContext[] | { readonly [field: string]: ExportContext };

/** A document as text that a person and other programs can read, with what that text leaves open. */
export interface CleanText {
  readonly text: string;
  readonly context: ExportContext;
}

/** Writes a value in Convex's export form. {@link fromClean} gives the same value back. */
export function cleanText(value: JsonValue): CleanText {
  if (typeof value !== "object" || value === null) return plain(JSON.stringify(value));
  if (Array.isArray(value)) return cleanArray(value);
  if (isInteger(value)) return { text: `"${asBigInt(value)}"`, context: "int64" };
  if (isBytes(value)) return { text: JSON.stringify(Buffer.from(bytesOf(value)).toString("base64")), context: "bytes" };
  if (isFloat(value)) return cleanFloat(value);
  return cleanObject(value);
}

function plain(text: string): CleanText {
  return { text, context: "infer" };
}

function cleanFloat(value: number | JsonObject): CleanText {
  const float = floatOf(value);
  if (Number.isNaN(float)) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(floatBits(value));
    return { text: '"NaN"', context: { $float64NaN: bytes.toString("base64") } };
  }
  if (!Number.isFinite(float)) return { text: `"${float}"`, context: "float64inf" };
  // JSON can say it, but JavaScript does not.
  return plain(Object.is(float, -0) ? "-0.0" : JSON.stringify(float));
}

function cleanArray(values: readonly JsonValue[]): CleanText {
  const items = values.map(cleanText);
  const text = `[${items.map((item) => item.text).join(",")}]`;
  return items.every(({ context }) => context === "infer") ? plain(text) : { text, context: items.map(({ context }) => context) };
}

function cleanObject(object: JsonObject): CleanText {
  const parts: string[] = [];
  const contexts: [string, ExportContext][] = [];
  for (const [field, value] of Object.entries(object)) {
    const { text, context } = cleanText(value);
    parts.push(`${JSON.stringify(field)}:${text}`);
    if (context !== "infer") contexts.push([field, context]);
  }
  return { text: `{${parts.join(",")}}`, context: contexts.length === 0 ? "infer" : Object.fromEntries(contexts) };
}

/** Reads a line of an export with its context. @throws Error saying what does not fit. */
export function fromClean(value: unknown, context: unknown): unknown {
  if (context === undefined || context === "infer") return value;
  if (typeof value === "string") return fromText(value, context);
  if (Array.isArray(value)) {
    if (!Array.isArray(context) || context.length !== value.length) throw new Error("the generated schema does not fit a list");
    return value.map((item, position) => fromClean(item, context[position]));
  }
  if (!isRecord(value) || !isRecord(context) || Array.isArray(context)) throw new Error(`the generated schema ${JSON.stringify(context)} does not fit ${JSON.stringify(value)}`);
  const result: JsonObject = {};
  // Checked as a Convex value by the caller.
  for (const [field, item] of Object.entries(value)) setField(result, field, fromClean(item, Object.hasOwn(context, field) ? context[field] : "infer") as JsonValue);
  return result;
}

const INT64 = /^-?\d{1,19}$/;

function fromText(text: string, context: unknown): unknown {
  if (context === "int64" && INT64.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)) return fromBigInt(BigInt(text));
  if (context === "bytes") return fromBytes(Buffer.from(text, "base64"));
  if (context === "float64inf" && (text === "Infinity" || text === "-Infinity")) return fromFloat(Number(text));
  if (text === "NaN" && isRecord(context) && typeof context["$float64NaN"] === "string") return { $float: context["$float64NaN"] };
  throw new Error(`the generated schema ${JSON.stringify(context)} does not fit ${JSON.stringify(text)}`);
}
