import type { JsonObject, JsonValue } from "../values/json.ts";
import { normalizeObject, normalizeValue } from "../values/normalize.ts";
import { valueSize } from "../values/size.ts";
import { checkArgs, checkReturns, type TableNames } from "../values/validators.ts";
import { encodeId } from "../values/ids.ts";
import { UserError } from "../errors.ts";
import type { ValidatorJson } from "../schema/types.ts";
import type { ComponentPath, Transaction } from "../transaction/types.ts";
import { formatFunctionPath } from "./functionPath.ts";
import type { FoundFunction } from "./app.ts";
import type { FunctionKind } from "./types.ts";

const MAX_VALUE_BYTES = 16 * 1024 * 1024;
const NO_INTERNAL_ID = new Uint8Array(16);

/** How validators learn about ids: from what the transaction sees. */
export function tableNamesOf(tx: Transaction, component: ComponentPath): TableNames {
  return { tableOfNumber: (number) => tx.tableOfId(component, encodeId(number, NO_INTERNAL_ID)) };
}

/** Whether checking values needs the database. */
export function mentionsIds(validator: ValidatorJson | null): boolean {
  if (validator === null) return false;
  switch (validator.type) {
    case "id": return true;
    case "array": return mentionsIds(validator.value);
    case "record": return mentionsIds(validator.keys) || mentionsIds(validator.values.fieldType);
    case "object": return Object.values(validator.value).some((field) => mentionsIds(field.fieldType));
    case "union": return validator.value.some(mentionsIds);
    default: return false;
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(2)} MiB`;
}

/** Puts arguments into canonical form. @throws UserError when they are too large or no object of values. */
export function canonicalArgs(found: FoundFunction, raw: unknown): JsonObject {
  const args = normalizeObject(raw);
  const size = valueSize(args);
  if (size <= MAX_VALUE_BYTES) return args;
  throw new UserError("ArgsTooLarge", `Arguments for ${formatFunctionPath(found.path)} are too large (actual: ${mebibytes(size)}, limit: 16 MiB)`);
}

/** @throws UserError `ArgumentValidationError` */
export function validateArgs(found: FoundFunction, args: JsonObject, tables: TableNames): void {
  checkArgs(found.analyzed.args, args, tables);
}

/** Reads and checks what a function returned. */
export function readReturn(found: FoundFunction, json: string, tables: TableNames): JsonValue {
  const value = normalizeValue(JSON.parse(json));
  const size = json.length > MAX_VALUE_BYTES / 4 ? valueSize(value) : 0;
  if (size > MAX_VALUE_BYTES) {
    throw new UserError("ReturnTooLarge", `Function ${formatFunctionPath(found.path)} return value is too large (actual: ${mebibytes(size)}, limit: 16 MiB)`);
  }
  if (found.analyzed.returns !== null) checkReturns(found.analyzed.returns, value, tables);
  return value;
}

type Invoke = (...args: string[]) => Promise<string>;

const INVOKERS: Readonly<Record<Exclude<FunctionKind, "HttpAction">, string>> = {
  Query: "invokeQuery",
  Mutation: "invokeMutation",
  Action: "invokeAction",
};

/** The entry that the convex package gave a registered function; it takes JSON of `[args]` and resolves to JSON. */
export function invokerOf(found: FoundFunction, exports: Readonly<Record<string, unknown>>): (args: JsonObject) => Promise<string> {
  const registered = exports[found.path.name];
  const { kind } = found.analyzed;
  const invoke: unknown = kind !== "HttpAction" && typeof registered === "function" ? Reflect.get(registered, INVOKERS[kind]) : undefined;
  if (typeof invoke !== "function") throw new Error(`${formatFunctionPath(found.path)} is not a registered ${kind}`);
  // Made by the convex package's registration functions.
  const call = invoke as Invoke;
  return (args) => (kind === "Action" ? call("", JSON.stringify([args])) : call(JSON.stringify([args])));
}
