import type { JSONValue } from "@ai-sdk/provider";
import { endOfWay, exampleAt, examplesOf } from "./examples";
import type { Hints } from "./hints";
import { keyStems, sentencesOf, shorten, startOf, wordsOf } from "./words";

/** The part of JSON schema (draft 7) that tools and structured outputs use. */
export interface JsonSchema {
  type?: string | string[];
  description?: string;
  properties?: Record<string, JsonSchemaOrFlag>;
  required?: string[];
  items?: JsonSchemaOrFlag | JsonSchemaOrFlag[];
  minItems?: number;
  maxItems?: number;
  const?: JSONValue;
  enum?: JSONValue[];
  default?: JSONValue;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  anyOf?: JsonSchemaOrFlag[];
  oneOf?: JsonSchemaOrFlag[];
  allOf?: JsonSchemaOrFlag[];
  $ref?: string;
}

export type JsonSchemaOrFlag = JsonSchema | boolean;

/** How fields without a hint are treated: a tool call leaves them open, an answer invents a plain valid value. */
export type FillMode = "tool" | "answer";

export interface Filled {
  value: JSONValue;
  /** Required fields that the text gives no value for (mode `tool` only). */
  missing: string[];
}

interface Context {
  root: JsonSchema;
  hints: Hints;
  mode: FillMode;
  missing: string[];
  /** How many of the hints' numbers and dates are used up: two fields never get the same one. */
  taken: { numbers: number; dates: number };
}

/** One place of the value: the name of its field, whether it must be there, how deep it is. */
interface Slot {
  name: string;
  required: boolean;
  depth: number;
  /** Which item of the nearest list it is in; 0 outside of lists. */
  index: number;
}

const MAX_OPTIONAL_DEPTH = 4;
const MAX_DEPTH = 12;
const FREE_TEXT = /^(?:query|q|text|prompt|message|content|question|input|body|search|terms?|description|note|notes|task|title|subject|comment|thought|answer|summary|reason|details?|topic|value|memory|fact|instructions?)$/;

/** A value of a JSON schema, made from what a text offers. */
export function fillSchema(schema: JsonSchema, hints: Hints, mode: FillMode): Filled {
  const context: Context = { root: schema, hints, mode, missing: [], taken: { numbers: 0, dates: 0 } };
  const value = fill(schema, { name: "", required: true, depth: 0, index: 0 }, context);
  return { value: value ?? (mode === "answer" ? null : {}), missing: context.missing };
}

/** Undefined: no value. The caller leaves the field out. */
function fill(definition: JsonSchemaOrFlag, slot: Slot, context: Context): JSONValue | undefined {
  if (typeof definition === "boolean") return definition && slot.required ? textFor({}, slot, context) : undefined;
  const schema = resolve(definition, context.root);
  if (slot.depth > MAX_DEPTH) return undefined;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return fillEnum(schema, slot, context);
  switch (typeOf(schema)) {
    case "object": return fillObject(schema, slot, context);
    case "array": return fillArray(schema, slot, context);
    case "number": case "integer": return fillNumber(schema, slot, context);
    case "boolean": return fillBoolean(schema, slot, context);
    case "null": return null;
    default: return textFor(schema, slot, context);
  }
}

/** Follows `$ref`, takes the first real branch of `anyOf`/`oneOf`, and joins the parts of `allOf`. */
function resolve(definition: JsonSchema, root: JsonSchema): JsonSchema {
  let schema = definition;
  for (let hops = 0; hops < MAX_DEPTH; hops++) {
    if (schema.$ref !== undefined) schema = lookUp(schema.$ref, root);
    else if (schema.allOf !== undefined) schema = join(schema, root);
    else {
      const branch = (schema.anyOf ?? schema.oneOf)?.find((option) => typeof option === "object" && option.type !== "null");
      if (typeof branch !== "object") return schema;
      schema = branch;
    }
  }
  return schema;
}

function lookUp(ref: string, root: JsonSchema): JsonSchema {
  let at: unknown = root;
  for (const step of ref.replace(/^#\/?/, "").split("/").filter((part) => part !== "")) {
    const name = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    at = typeof at === "object" && at !== null ? Reflect.get(at, name) : undefined;
  }
  return typeof at === "object" && at !== null ? at : {};
}

function join({ allOf = [], ...rest }: JsonSchema, root: JsonSchema): JsonSchema {
  const joinedSchema: JsonSchema = { ...rest };
  for (const part of allOf) {
    if (typeof part === "boolean") continue;
    const resolved = resolve(part, root);
    Object.assign(joinedSchema, resolved, {
      properties: { ...joinedSchema.properties, ...resolved.properties },
      required: [...(joinedSchema.required ?? []), ...(resolved.required ?? [])],
    });
  }
  return joinedSchema;
}

function typeOf(schema: JsonSchema): string {
  if (Array.isArray(schema.type)) return schema.type.find((type) => type !== "null") ?? "null";
  if (schema.type !== undefined) return schema.type;
  return schema.properties !== undefined ? "object" : schema.items !== undefined ? "array" : "string";
}

function fillObject(schema: JsonSchema, slot: Slot, context: Context): JSONValue | undefined {
  const required = new Set(schema.required ?? []);
  const value: { [field: string]: JSONValue } = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const inner: Slot = { name, required: required.has(name), depth: slot.depth + 1, index: slot.index };
    if (!inner.required && inner.depth > MAX_OPTIONAL_DEPTH) continue;
    const filled = fill(property, inner, context);
    if (filled !== undefined) value[name] = filled;
  }
  return slot.required || Object.keys(value).length > 0 ? value : undefined;
}

function fillArray(schema: JsonSchema, slot: Slot, context: Context): JSONValue | undefined {
  const { items } = schema;
  if (Array.isArray(items)) return items.map((item, index) => fill(item, { ...slot, required: true, depth: slot.depth + 1, index }, context) ?? null);
  const item = items ?? {};
  const minItems = schema.minItems ?? 0;
  const deep = slot.depth >= MAX_OPTIONAL_DEPTH;
  const least = Math.max(context.mode === "tool" && !slot.required ? 0 : 1, minItems, context.mode === "answer" ? itemsOffered(item, context) : 0);
  const wished = deep ? minItems : Math.min(least, schema.maxItems ?? Infinity);
  const texts = isText(item, context.root) ? listFor(schema, slot, context) : [];
  const values: JSONValue[] = deep ? [] : [...texts];
  while (values.length < wished) {
    const filled = fill(item, { name: slot.name, required: true, depth: slot.depth + 1, index: values.length }, context);
    if (filled === undefined) break;
    values.push(filled);
  }
  return values.length > 0 || slot.required ? values : undefined;
}

/** How many objects the text and the examples of the schema have something different for. */
function itemsOffered(item: JsonSchemaOrFlag, { root, hints }: Context): number {
  if (typeof item === "boolean") return 0;
  const properties = Object.entries(resolve(item, root).properties ?? {});
  const examples = properties.map(([, property]) => (typeof property === "boolean" ? 0 : examplesOf(property.description).length));
  return Math.max(0, ...examples, properties.some(([name]) => isThing(name)) ? hints.things.length : 0);
}

/** Fields that say what an item of a list is. */
function isThing(name: string): boolean {
  return /^(?:name|item|ingredient|thing|product)$/i.test(name);
}

function isText(item: JsonSchemaOrFlag, root: JsonSchema): boolean {
  if (typeof item === "boolean") return true;
  const schema = resolve(item, root);
  return schema.enum === undefined && schema.const === undefined && typeOf(schema) === "string";
}

function listFor(schema: JsonSchema, slot: Slot, { hints, mode }: Context): string[] {
  const maxItems = schema.maxItems ?? 5;
  if (mode === "tool" || hints.names.length > 1) return hints.names.slice(0, maxItems);
  const source = /step|point|sentence|line|paragraph/i.test(slot.name) ? sentencesOf(hints.text) : [...keyStems(hints.text)].slice(0, 5);
  return source.map((text) => shorten(text, 120)).slice(0, maxItems);
}

function fillEnum(schema: JsonSchema, slot: Slot, { hints, mode }: Context): JSONValue | undefined {
  const stems = keyStems(hints.text);
  const said = schema.enum?.find((option) => {
    const words = [...keyStems(String(option))];
    return words.length > 0 && words.every((word) => stems.has(word));
  });
  return said ?? schema.default ?? (slot.required || mode === "answer" ? schema.enum?.[0] : undefined);
}

function fillNumber(schema: JsonSchema, slot: Slot, context: Context): JSONValue | undefined {
  const example = context.mode === "answer" ? Number(exampleAt(schema.description, slot.index) ?? NaN) : NaN;
  // The numbers of the text are no property of each item of a list.
  if (slot.depth > 1 && !Number.isNaN(example)) return bounded(example, schema);
  const given = context.hints.numbers[context.taken.numbers];
  if (given !== undefined && (slot.required || namesIt(slot, context.hints))) {
    context.taken.numbers++;
    return bounded(given, schema);
  }
  if (typeof schema.default === "number") return schema.default;
  if (!Number.isNaN(example)) return bounded(example, schema);
  if (!slot.required && context.mode === "tool") return undefined;
  if (slot.required && context.mode === "tool" && schema.minimum === undefined && schema.exclusiveMinimum === undefined) {
    context.missing.push(slot.name);
  }
  return bounded(schema.minimum ?? 1, schema);
}

/** The nearest number that the schema allows. */
function bounded(wanted: number, schema: JsonSchema): number {
  const step = schema.multipleOf ?? (typeOf(schema) === "integer" ? 1 : 0);
  const nudge = step > 0 ? step : 0.5;
  const low = Math.max(schema.minimum ?? -Infinity, (schema.exclusiveMinimum ?? -Infinity) + nudge);
  const high = Math.min(schema.maximum ?? Infinity, (schema.exclusiveMaximum ?? Infinity) - nudge);
  const value = Math.min(Math.max(wanted, low), high);
  if (step === 0) return value;
  const rounded = Math.round(value / step) * step;
  return rounded < low ? rounded + step : rounded > high ? rounded - step : rounded;
}

function fillBoolean(schema: JsonSchema, slot: Slot, { hints, mode }: Context): JSONValue | undefined {
  if (namesIt(slot, hints)) return !/\b(?:no|not|without|don't|never)\b/i.test(hints.text);
  if (typeof schema.default === "boolean") return schema.default;
  return slot.required || mode === "answer" ? false : undefined;
}

/** Whether the text speaks of the field by its name. */
function namesIt(slot: Slot, hints: Hints): boolean {
  const stems = keyStems(hints.text);
  return [...keyStems(slot.name)].some((stem) => stems.has(stem));
}

function textFor(schema: JsonSchema, slot: Slot, context: Context): string | undefined {
  const named = explicit(slot.name, context.hints.text);
  const candidates = [named, byFormat(schema, slot, context), byExample(schema, slot, context), byName(slot, context), ...context.hints.quoted];
  const found = candidates.find((candidate) => candidate !== undefined && hasForm(candidate, schema));
  if (found !== undefined && (slot.required || context.mode === "answer" || found === named)) return fitted(found, schema);
  if (typeof schema.default === "string") return schema.default;
  if (!slot.required && context.mode === "tool") return undefined;
  if (context.mode === "tool") context.missing.push(slot.name);
  return fitted(placeholder(schema, context), schema);
}

const FORMS: Readonly<Record<string, RegExp>> = {
  email: /^[^@\s]+@[^@\s]+\.[^@\s]+$/,
  uri: /^[a-z][a-z0-9+.-]*:\S+$/i,
  url: /^https?:\/\/\S+$/i,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i,
  date: /^\d{4}-\d{2}-\d{2}$/,
  "date-time": /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/,
  time: /^\d{2}:\d{2}:\d{2}(?:\.\d+)?Z?$/,
  ipv4: /^\d{1,3}(?:\.\d{1,3}){3}$/,
};

/** Whether a text has the format and the pattern that the schema wants. */
function hasForm(text: string, { format, pattern }: JsonSchema): boolean {
  if (format !== undefined && FORMS[format]?.test(text) === false) return false;
  return pattern === undefined || matchesPattern(text, pattern);
}

function matchesPattern(text: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch (error) {
    // Schemas may hold patterns of other regular expression dialects; those cannot be checked here.
    if (error instanceof SyntaxError) return true;
    throw error;
  }
}

/** `city: Paris`, `city = "Paris"`, `the city is Paris`. */
function explicit(name: string, text: string): string | undefined {
  const words = wordsOf(name).filter((word) => /^[\p{L}\p{N}]+$/u.test(word));
  if (words.length === 0) return undefined;
  const match = new RegExp(`\\b${words.join("[ _-]?")}\\s*(?:[:=]|\\bis\\b)\\s*(?:"([^"\\n]+)"|([^,;.?!\\n]+))`, "i").exec(text);
  return (match?.[1] ?? match?.[2])?.trim();
}

function byFormat(schema: JsonSchema, slot: Slot, { hints, taken }: Context): string | undefined {
  const kind = schema.format ?? slot.name.toLowerCase();
  if (/e-?mail/.test(kind)) return hints.emails[0];
  if (/^(?:ur[il]|link|website|href)/.test(kind)) return hints.urls[0];
  if (schema.format === "date" || (schema.format === undefined && /date$|^day$/.test(kind))) return hints.dates[taken.dates++];
  if (schema.format === "date-time") return hints.dates[taken.dates++]?.concat("T00:00:00Z");
  if (/expression|formula|equation/.test(kind)) return /[-+(]*\d[\d\s.+*/()^%-]*\d\)*|\d+/.exec(hints.text)?.[0].trim();
  return undefined;
}

/** In an answer: what the text lists, else what the description of the field gives as examples. */
function byExample({ description }: JsonSchema, slot: Slot, { hints, mode }: Context): string | undefined {
  if (mode === "tool") return undefined;
  if (slot.depth > 1 && isThing(slot.name) && hints.things.length > 0) return hints.things[slot.index] ?? examplesOf(description)[slot.index];
  return exampleAt(description, slot.index);
}

function byName(slot: Slot, { hints, mode }: Context): string | undefined {
  if (hasFixedForm(slot.name)) return undefined;
  if (mode === "tool" && (slot.name === "from" || slot.name === "to")) return nonEmpty(endOfWay(slot.name, hints) ?? hints.names[0]);
  const free = wordsOf(slot.name).some((word) => FREE_TEXT.test(word));
  if (mode === "tool") return nonEmpty(free ? hints.subject : hints.names[0]);
  if (/title|headline|heading|^name$|label/i.test(slot.name)) return nonEmpty(capitalized(shorten(hints.subject, 60)));
  if (free || slot.name === "") return nonEmpty(shorten(hints.text, 300));
  return nonEmpty(hints.names[0]) ?? nonEmpty(shorten(hints.text, 120));
}

function hasFixedForm(name: string): boolean {
  return /e-?mail|^url|uuid|date$|expression/i.test(name);
}

function capitalized(text: string): string {
  return text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}

function placeholder(schema: JsonSchema, { hints }: Context): string {
  switch (schema.format) {
    case "email": return "someone@example.com";
    case "uri": case "url": return "https://example.com/";
    case "uuid": return "00000000-0000-4000-8000-000000000000";
    case "date": return "2000-01-01";
    case "date-time": return "2000-01-01T00:00:00Z";
    case "time": return "00:00:00Z";
    case "ipv4": return "127.0.0.1";
    default: return shorten(hints.text, 120) || "unknown";
  }
}

function fitted(text: string, schema: JsonSchema): string {
  const long = schema.maxLength !== undefined && text.length > schema.maxLength ? startOf(text, schema.maxLength) : text;
  // JSON schema counts characters, not UTF-16 units.
  return long + ".".repeat(Math.max(0, (schema.minLength ?? 0) - [...long].length));
}
