import { wellFormed } from "../../shared/convexJson.js";

const LEFT_OUT = "[left out]";

/** Headers that tell which request it was, how long it took and what is left of a limit. Any other may be a credential. */
const KEPT_HEADERS = /^(content-type|content-length|date|server-timing|retry-after(-ms)?|.*request-?id|.*-version|.*(processing|duration)-ms|.*rate-?limit.*|cf-ray)$/i;
/** Names of fields whose text is a credential. */
const SECRET_FIELDS = /^(authorization|proxy-authorization|(set-)?cookie|credentials?|password|passwd|secret|.*[-_.]?(api[-_]?key|access[-_]?key|client[-_]?secret|secret[-_]?key|private[-_]?key|(access|refresh|auth|bearer|session|id)[-_]?token))$/i;
/** Credentials within a text, as some providers repeat them in their errors. */
const SECRET_WORDS = /\bBearer\s+[\w.~+/=-]{8,}|\bsk-[\w*-]{12,}|\bAIza[\w-]{30,}/g;
/** Files and vectors within JSON: nobody reads them. */
const BINARY = /^(data:[^,]{0,100},)?[A-Za-z0-9+/_-]{512,}={0,2}$/;
const BINARY_HEAD = 60;

/** A value as JSON has it, without what looks like a credential, and with only the beginning of files. */
export function withoutSecrets(value: unknown): unknown {
  return cleaned(jsonOf(value), "");
}

/** JSON within a text is read; what JSON cannot hold becomes what `JSON.stringify` makes of it. */
function jsonOf(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, item: unknown) => (item instanceof Uint8Array ? `[${item.byteLength} bytes]` : typeof item === "string" ? parsed(item) : item));
  return text === undefined ? null : JSON.parse(text);
}

/** Bodies often come as the text that went over the wire. */
function parsed(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

function cleaned(value: unknown, name: string): unknown {
  if (typeof value === "string") return SECRET_FIELDS.test(name) ? LEFT_OUT : cleanText(value);
  if (Array.isArray(value)) return value.map((item) => cleaned(item, name));
  if (typeof value !== "object" || value === null) return value;
  const isHeaders = /^headers$/i.test(name);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, isHeaders && !KEPT_HEADERS.test(key) ? LEFT_OUT : cleaned(item, key)]));
}

function cleanText(text: string): string {
  return BINARY.test(text) ? shortened(text, BINARY_HEAD) : text.replace(SECRET_WORDS, LEFT_OUT);
}

/** How long texts and lists may be, from much to little, until the whole fits. */
const LIMITS = [
  { text: 8_000, items: 1_000 }, { text: 2_000, items: 1_000 }, { text: 500, items: 200 }, { text: 200, items: 50 }, { text: 100, items: 16 }, { text: 60, items: 6 },
];

/**
 * The JSON text of a value, at most `maxBytes` long in UTF-8. What is too long loses the ends of its texts first, then
 * the middles of its lists, and stays JSON; what is too long even so is cut.
 */
export function fitJson(value: unknown, maxBytes: number): string {
  const whole = JSON.stringify(value) ?? "null";
  if (sizeBytes(whole) <= maxBytes) return whole;
  for (const limit of LIMITS) {
    const text = JSON.stringify(limited(value, limit));
    if (sizeBytes(text) <= maxBytes) return text;
  }
  // A unit is at most three bytes.
  return shortened(whole, Math.floor(maxBytes / 3) - 40);
}

function limited(value: unknown, limit: { text: number; items: number }): unknown {
  if (typeof value === "string") return shortened(value, limit.text);
  if (Array.isArray(value)) {
    const half = limit.items / 2;
    const left = value.length - limit.items;
    const kept: unknown[] = left <= 0 ? value : [...value.slice(0, half), `… ${left} more …`, ...value.slice(-half)];
    return kept.map((item) => limited(item, limit));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, limited(item, limit)]));
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${wellFormed(text.slice(0, length))}… (${text.length - length} more characters)`;
}

function sizeBytes(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}
