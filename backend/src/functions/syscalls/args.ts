import { UserError } from "../../errors.ts";

/** A syscall's arguments, as the convex package sent them. */
export type SyscallArgs = Readonly<Record<string, unknown>>;

// A cursor is asked for its next row with the same few characters each time.
const MAX_KNOWN_CHARS = 24;
const MAX_KNOWN = 64;
const known = new Map<string, SyscallArgs>();

/** Reads them. The text comes from the convex package or from code that imitates it. */
export function parseSyscallArgs(op: string, json: string): SyscallArgs {
  if (json.length > MAX_KNOWN_CHARS) return parse(op, json);
  let args = known.get(json);
  if (args !== undefined) return args;
  args = parse(op, json);
  if (known.size < MAX_KNOWN) known.set(json, args);
  return args;
}

function parse(op: string, json: string): SyscallArgs {
  const value = tryJson(json);
  if (typeof value !== "object" || value === null) throw new UserError("InvalidSyscall", `Invalid arguments of ${op}`);
  // Just checked; arrays only lack the fields that are asked for.
  return value as SyscallArgs;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Nor is it the text of an object.
    return null;
  }
}

/** The handler of this name. What objects inherit is none: code that imitates the convex package may ask for anything. */
export function ownHandler<Handler>(handlers: Readonly<Record<string, Handler>>, op: string): Handler | undefined {
  return Object.hasOwn(handlers, op) ? handlers[op] : undefined;
}

/** Names the argument and the method in errors: "Invalid argument `id` for `db.get`: …". */
export function invalidArgument(name: string, method: string, cause: string): UserError {
  return new UserError("InvalidArgument", `Invalid argument \`${name}\` for \`${method}\`: ${cause}`);
}

/** A text argument. */
export function textArg(args: SyscallArgs, name: string, method: string): string {
  const value = args[name];
  if (typeof value !== "string") throw invalidArgument(name, method, `expected a string, got ${value === null ? "null" : typeof value}`);
  return value;
}

/** A finite number. */
export function numberArg(args: SyscallArgs, name: string, method: string): number {
  const value = args[name];
  if (typeof value !== "number" || !Number.isFinite(value)) throw invalidArgument(name, method, "expected a finite number");
  return value;
}

/** Says in which argument of which method a failure of the database lies. */
export function withArgument<T>(name: string, method: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof UserError) throw new UserError(error.code, `Invalid argument \`${name}\` for \`${method}\`: ${error.message}`, { cause: error });
    throw error;
  }
}
