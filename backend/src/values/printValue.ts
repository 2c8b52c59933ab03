import { isObject, specialForm, type JsonObject, type JsonValue } from "./json.ts";

/** A value in an error message: `{name: "x", count: 3.0, big: 5n}`. */
export function printValue(value: JsonValue | undefined): string {
  if (value === undefined) return "undefined";
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return printFloat(value);
  if (!isObject(value)) return `[${value.map(printValue).join(", ")}]`;
  return printObject(value);
}

// Floats show that they are floats, as Convex's own messages do.
function printFloat(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? value.toFixed(1) : String(value);
}

function printObject(object: JsonObject): string {
  const form = specialForm(object);
  switch (form?.kind) {
    case "int64":
      return `${form.value}n`;
    case "float64":
      return Object.is(form.value, -0) ? "-0.0" : String(form.value);
    case "bytes":
      return `b"${Buffer.from(form.value).toString("hex")}"`;
    case "commitTs":
      return "[unresolved commit timestamp]";
    case "undefined":
      return "undefined";
    case undefined:
      return `{${Object.entries(object).map(([field, item]) => `${field}: ${printValue(item)}`).join(", ")}}`;
  }
}
