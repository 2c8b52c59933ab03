import { UserError } from "../errors.ts";
import type { ValidatorJson } from "../schema/types.ts";
import { displayValue, printValidator } from "./display.ts";
import { decodeId } from "./ids.ts";
import { getField, isObject, kindOf, type JsonObject, type JsonValue } from "./json.ts";
import { valuesEqual } from "./compare.ts";

export { printValidator };

/** How `v.id(…)` learns which table an id belongs to. */
export interface TableNames {
  /** Name of the component's table with this number, or null when it has none. */
  tableOfNumber(tableNumber: number): string | null;
}

type ObjectValidator = Extract<ValidatorJson, { type: "object" }>;
type RecordValidator = Extract<ValidatorJson, { type: "record" }>;
type IdValidator = Extract<ValidatorJson, { type: "id" }>;

/**
 * Null when a canonical value matches, else Convex's description of the first mismatch: what is wrong, `Path:`, the
 * value and the validator, in lines. A missing value (undefined) matches nothing but is described.
 */
export function checkValue(validator: ValidatorJson, value: JsonValue | undefined, tables: TableNames): string | null {
  return matches(validator, value, tables) ? null : explain(validator, value, { tables, path: "" });
}

/** Throws the `UserError` of a call whose arguments do not match. */
export function checkArgs(validator: ValidatorJson, args: JsonValue, tables: TableNames): void {
  const failure = checkValue(validator, args, tables);
  if (failure !== null) throw new UserError("ArgumentValidationError", `ArgumentValidationError: ${failure}`);
}

/** Throws the `UserError` of a function that returned what its `returns` validator does not allow. */
export function checkReturns(validator: ValidatorJson, value: JsonValue, tables: TableNames): void {
  const failure = checkValue(validator, value, tables);
  if (failure !== null) throw new UserError("ReturnsValidationError", `ReturnsValidationError: ${failure}`);
}

/** The check itself: no allocation, no text. */
function matches(validator: ValidatorJson, value: JsonValue | undefined, tables: TableNames): boolean {
  switch (validator.type) {
    case "any": return value !== undefined;
    case "null": return value === null;
    case "boolean": return typeof value === "boolean";
    case "string": return typeof value === "string";
    case "number": return typeof value === "number" || kindOf(value) === "float64";
    case "bigint": case "commitTs": return kindOf(value) === "int64";
    case "bytes": return kindOf(value) === "bytes";
    case "literal": return valuesEqual(validator.value, value);
    case "id": return idProblem(validator, value, tables) === null;
    case "array": return Array.isArray(value) && everyMatches(validator.value, value, tables);
    case "record": return isObject(value) && recordMatches(validator, value, tables);
    case "object": return isObject(value) && objectMatches(validator, value, tables);
    case "union": return anyMatches(validator.value, value, tables);
    default: return validator satisfies never;
  }
}

function everyMatches(validator: ValidatorJson, items: readonly JsonValue[], tables: TableNames): boolean {
  for (const item of items) if (!matches(validator, item, tables)) return false;
  return true;
}

function anyMatches(members: readonly ValidatorJson[], value: JsonValue | undefined, tables: TableNames): boolean {
  for (const member of members) if (matches(member, value, tables)) return true;
  return false;
}

function recordMatches(validator: RecordValidator, value: JsonObject, tables: TableNames): boolean {
  for (const field in value) {
    if (!matches(validator.keys, field, tables) || !matches(validator.values.fieldType, value[field], tables)) return false;
  }
  return true;
}

function objectMatches(validator: ObjectValidator, value: JsonObject, tables: TableNames): boolean {
  let unseen = 0;
  for (const _ in value) unseen++;
  for (const name in validator.value) {
    const field = validator.value[name];
    const item = getField(value, name);
    if (item === undefined) {
      if (field?.optional === false) return false;
      continue;
    }
    if (field === undefined || !matches(field.fieldType, item, tables)) return false;
    unseen--;
  }
  return unseen === 0;
}

/** Null for an id of the right table; else the table it is of, or `""` when it is no id of a known table. */
function idProblem(validator: IdValidator, value: JsonValue | undefined, tables: TableNames): string | null {
  const id = typeof value === "string" ? decodeId(value) : null;
  const table = id === null ? null : tables.tableOfNumber(id.tableNumber);
  return table === null ? "" : table === validator.tableName ? null : table;
}

interface Place {
  readonly tables: TableNames;
  readonly path: string;
}

/** Describes why a value that does not match does not; walks to the first part that is wrong. */
function explain(validator: ValidatorJson, value: JsonValue | undefined, place: Place): string | null {
  switch (validator.type) {
    case "array": return Array.isArray(value) ? explainArray(validator.value, value, place) : mismatch(validator, value, place);
    case "record": return isObject(value) ? explainRecord(validator, value, place) : mismatch(validator, value, place);
    case "object": return isObject(value) ? explainObject(validator, value, place) : mismatch(validator, value, place);
    case "literal": return `\`${displayValue(value)}\` does not match literal validator \`${printValidator(validator)}\`.${context(place)}`;
    case "id": return explainId(validator, value, place);
    default: return mismatch(validator, value, place);
  }
}

function context({ path }: Place): string {
  return path === "" ? "" : `Path: ${path}`;
}

function mismatch(validator: ValidatorJson, value: JsonValue | undefined, place: Place): string {
  return `Value does not match validator.\n${context(place)}\nValue: ${displayValue(value)}\nValidator: ${printValidator(validator)}`;
}

function explainArray(validator: ValidatorJson, items: readonly JsonValue[], place: Place): string | null {
  const wrong = items.findIndex((item) => !matches(validator, item, place.tables));
  return explain(validator, items[wrong], { ...place, path: `${place.path}[${wrong}]` });
}

function explainRecord(validator: RecordValidator, value: JsonObject, place: Place): string | null {
  for (const [field, item] of Object.entries(value)) {
    if (!matches(validator.keys, field, place.tables)) {
      return explain(validator.keys, field, { ...place, path: `${place.path}.keys()` });
    }
    if (!matches(validator.values.fieldType, item, place.tables)) {
      return explain(validator.values.fieldType, item, { ...place, path: `${place.path}.values()` });
    }
  }
  return null;
}

function explainObject(validator: ObjectValidator, value: JsonObject, place: Place): string | null {
  const rest = `\n${context(place)}\nObject: ${displayValue(value)}\nValidator: ${printValidator(validator)}`;
  for (const name of Object.keys(validator.value).sort()) {
    const field = validator.value[name];
    const item = getField(value, name);
    if (item === undefined && field?.optional === false) {
      return `Object is missing the required field \`${name}\`. Consider wrapping the field validator in \`v.optional(...)\` if this is expected.${rest}`;
    }
    if (item !== undefined && field !== undefined && !matches(field.fieldType, item, place.tables)) {
      return explain(field.fieldType, item, { ...place, path: `${place.path}.${name}` });
    }
  }
  const extra = Object.keys(value).find((name) => !Object.hasOwn(validator.value, name));
  return extra === undefined ? null : `Object contains extra field \`${extra}\` that is not in the validator.${rest}`;
}

function explainId(validator: IdValidator, value: JsonValue | undefined, place: Place): string {
  const table = idProblem(validator, value, place.tables);
  if (table === null || table === "" || typeof value !== "string") return mismatch(validator, value, place);
  const origin = table.startsWith("_") ? "a system table" : `table \`${table}\``;
  return `Found ID "${value}" from ${origin}, which does not match the table name in validator \`${printValidator(validator)}\`.${context(place)}`;
}
