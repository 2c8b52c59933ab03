const MAX_LINE_CHARS = 110;
const INDENT = "  ";

/**
 * A value as a TypeScript literal, on one line where it fits. Bytes become an expression that makes them again; what
 * has no literal (functions, `undefined` in a list) does not occur in what Convex stores.
 */
export function toLiteral(value: unknown, depth = 0): string {
  const line = onOneLine(value);
  if (line.length + depth * INDENT.length <= MAX_LINE_CHARS || typeof value !== "object" || value === null || value instanceof ArrayBuffer) return line;
  const inner = INDENT.repeat(depth + 1);
  const [open, close, items] = Array.isArray(value)
    ? (["[", "]", value.map((item) => toLiteral(item, depth + 1))] as const)
    : (["{", "}", fieldsOf(value).map(([key, item]) => `${keyOf(key)}: ${toLiteral(item, depth + 1)}`)] as const);
  return `${open}\n${items.map((item) => `${inner}${item},\n`).join("")}${INDENT.repeat(depth)}${close}`;
}

function onOneLine(value: unknown): string {
  if (value instanceof ArrayBuffer) return `bytes(${JSON.stringify(base64Of(value))})`;
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  const fields = fieldsOf(value).map(([key, item]) => `${keyOf(key)}: ${onOneLine(item)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

function fieldsOf(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, item]) => item !== undefined);
}

/** `__proto__` as a plain key would set the prototype. */
function keyOf(key: string): string {
  if (key === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

function base64Of(bytes: ArrayBuffer): string {
  let text = "";
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
  return btoa(text);
}

/** A value as JSON for a file. Bytes are written as base64 and marked as what they are. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (item instanceof ArrayBuffer ? { $bytes: base64Of(item) } : item), 2);
}
