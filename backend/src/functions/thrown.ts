import { convexToJson, type Value } from "convex/values";
import type { JsonValue } from "../values/json.ts";
import { UserError } from "../errors.ts";
import { DiskFullError } from "../storage/sqlite.ts";
import { developerFrames } from "./frames.ts";
import type { FunctionError } from "./types.ts";

const CONVEX_ERROR = Symbol.for("ConvexError");

function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null;
}

/** First line of the report: what V8 prints for an uncaught exception. */
function headline(thrown: unknown): string {
  if (!isObject(thrown)) return String(thrown);
  if (!(thrown instanceof Error)) return "#<Object>";
  const name = String(thrown.name);
  const message = String(thrown.message);
  if (message === "") return name;
  return name === "" ? message : `${name}: ${message}`;
}

/**
 * The `data` of a ConvexError. The client library replaces it by its JSON text before it rethrows; a ConvexError from
 * elsewhere (an import, an unhandled rejection) still has the value itself.
 */
function convexErrorData(thrown: unknown): JsonValue | undefined {
  if (!isObject(thrown) || !(CONVEX_ERROR in thrown)) return undefined;
  const data = thrown["data"];
  if (thrown["ConvexErrorSymbol"] === CONVEX_ERROR && typeof data === "string") return parsedData(data);
  // A ConvexError holds a Convex value; convexToJson throws for anything else.
  return data === undefined ? null : convexToJson(data as Value);
}

function parsedData(text: string): JsonValue {
  // The library wrote this text with JSON.stringify.
  return JSON.parse(text) as JsonValue;
}

/** What a client learns about something a function threw. */
export function describeThrown(thrown: unknown): FunctionError {
  if (thrown instanceof DiskFullError) return describeThrown(thrown.refusal());
  if (thrown instanceof UserError) return { message: thrown.message, code: thrown.code, ...(thrown.data === undefined ? {} : { data: thrown.data }) };
  const data = convexErrorData(thrown);
  const stack = isObject(thrown) && typeof thrown["stack"] === "string" ? thrown["stack"] : "";
  const message = [`Uncaught ${headline(thrown)}`, ...developerFrames(stack)].join("\n");
  return data === undefined ? { message } : { message, data };
}

/** A failure of a syscall as the convex package wants it: it makes an Error, or with `data` a ConvexError, of it. */
export class CatchableError extends Error {
  /** Convex value in JSON encoding; undefined: no ConvexError. */
  readonly data: JsonValue | undefined;

  constructor({ message, data }: { readonly message: string; readonly data?: JsonValue | undefined }) {
    super(message);
    this.data = data;
  }
}
