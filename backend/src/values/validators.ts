import { UserError } from "../errors.ts";
import type { ValidatorJson } from "../schema/types.ts";
import { valuesEqual } from "./compare.ts";
import { decodeId } from "./ids.ts";
import { isObject, specialForm, type JsonObject, type JsonValue } from "./json.ts";
import { printValue } from "./printValue.ts";

/** The tables of one component, by the number inside their ids. */
export interface TableNumbers {
  tableOfNumber(tableNumber: number): string | null;
}

interface Mismatch {
  /** Where, from the inside out: `.a`, `[0]`. */
  readonly path: string[];
  /** First line: what is wrong. */
  readonly problem: string;
  /** What stands there, already labelled: `Value: 3`, `Object: {a: 1}`. */
  readonly found: string;
  readonly validator: ValidatorJson;
}

/**
 * Checks a value. Null when it fits, else Convex's error text for it (source: convex-protocol E.6).
 * Costs nothing but the walk when the value fits.
 */
export function checkValue(validator: ValidatorJson, value: JsonValue | undefined, tables: TableNumbers): string | null {
  if (fits(validator, value, tables)) return null;
  return printMismatch(explain(validator, value, tables));
}

/** Throws Convex's `ArgumentValidationError` when a call's arguments do not fit. */
export function checkArgs(validator: ValidatorJson, args: JsonObject, tables: TableNumbers): void {
  const problem = checkValue(validator, args, tables);
  if (problem !== null) throw new UserError("InvalidArgs", `ArgumentValidationError: ${problem}`);
}

/** Throws Convex's `ReturnsValidationError` when a function's result does not fit. */
export function checkReturns(validator: ValidatorJson, value: JsonValue, tables: TableNumbers): void {
  const problem = checkValue(validator, value, tables);
  if (problem !== null) throw new UserError("InvalidReturnValue", `ReturnsValidationError: ${problem}`);
}

function hasForm(value: JsonValue | undefined, kinds: readonly string[]): boolean {
  if (!isObject(value)) return false;
  const form = specialForm(value);
  return form !== null && kinds.includes(form.kind);
}

const isPlainObject = (value: JsonValue | undefined): value is JsonObject => isObject(value) && specialForm(value) === null;

function fits(validator: ValidatorJson, value: JsonValue | undefined, tables: TableNumbers): boolean {
  if (value === undefined) return false;
  switch (validator.type) {
    case "any":
      return true;
    case "null":
      return value === null;
    case "number":
      return typeof value === "number" || hasForm(value, ["float64"]);
    case "bigint":
      return hasForm(value, ["int64", "commitTs"]);
    case "commitTs":
      return hasForm(value, ["int64", "commitTs"]);
    case "boolean":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string";
    case "bytes":
      return hasForm(value, ["bytes"]);
    case "literal":
      return valuesEqual(validator.value, value);
    case "id":
      return typeof value === "string" && tableOf(value, tables) === validator.tableName;
    case "array":
      return Array.isArray(value) && value.every((item) => fits(validator.value, item, tables));
    case "union":
      return validator.value.some((member) => fits(member, value, tables));
    case "record":
      return isPlainObject(value) && Object.entries(value).every(([key, item]) => fits(validator.keys, key, tables) && fits(validator.values.fieldType, item, tables));
    case "object":
      return isPlainObject(value) && fitsObject(validator.value, value, tables);
  }
}

type ObjectFields = Extract<ValidatorJson, { type: "object" }>["value"];

const ownField = (object: JsonObject, field: string): JsonValue | undefined => (Object.hasOwn(object, field) ? object[field] : undefined);

function fitsObject(fields: ObjectFields, value: JsonObject, tables: TableNumbers): boolean {
  for (const field in fields) {
    const rule = fields[field];
    const item = ownField(value, field);
    if (rule === undefined) continue;
    if (item === undefined ? !rule.optional : !fits(rule.fieldType, item, tables)) return false;
  }
  return Object.keys(value).every((field) => Object.hasOwn(fields, field));
}

function tableOf(id: string, tables: TableNumbers): string | null {
  const decoded = decodeId(id);
  return decoded === null ? null : tables.tableOfNumber(decoded.tableNumber);
}

// Only runs for a value that does not fit: finds the innermost place to blame.
function explain(validator: ValidatorJson, value: JsonValue | undefined, tables: TableNumbers): Mismatch {
  const plain: Mismatch = { path: [], problem: "Value does not match validator.", found: `Value: ${printValue(value)}`, validator };
  switch (validator.type) {
    case "literal":
      return typeof value === typeof validator.value
        ? { ...plain, problem: `\`${printValue(value)}\` does not match literal validator \`${printValidator(validator)}\`.` }
        : plain;
    case "id": {
      const table = typeof value === "string" ? tableOf(value, tables) : null;
      if (table === null || typeof value !== "string") return plain;
      const problem = `Found ID "${value}" from table \`${table}\`, which does not match the table name in validator \`${printValidator(validator)}\`.`;
      return { ...plain, problem };
    }
    case "array":
      return Array.isArray(value) ? explainItem(validator.value, value, tables) : plain;
    case "record":
      return isPlainObject(value) ? explainRecord(validator, value, tables) : plain;
    case "object":
      return isPlainObject(value) ? explainObject(validator, value, tables) : plain;
    default:
      return plain;
  }
}

const within = (step: string, inner: Mismatch): Mismatch => ({ ...inner, path: [step, ...inner.path] });

function explainItem(validator: ValidatorJson, items: readonly JsonValue[], tables: TableNumbers): Mismatch {
  const index = items.findIndex((item) => !fits(validator, item, tables));
  return within(`[${index}]`, explain(validator, items[index], tables));
}

function explainRecord(validator: Extract<ValidatorJson, { type: "record" }>, value: JsonObject, tables: TableNumbers): Mismatch {
  const keys = Object.keys(value);
  const key = keys.find((candidate) => !fits(validator.keys, candidate, tables));
  if (key !== undefined) return within(".keys()", explain(validator.keys, key, tables));
  const bad = keys.find((candidate) => !fits(validator.values.fieldType, value[candidate], tables));
  return within(".values()", explain(validator.values.fieldType, bad === undefined ? undefined : value[bad], tables));
}

function explainObject(validator: Extract<ValidatorJson, { type: "object" }>, value: JsonObject, tables: TableNumbers): Mismatch {
  const found = `Object: ${printValue(value)}`;
  for (const [field, rule] of Object.entries(validator.value)) {
    const item = ownField(value, field);
    if (item === undefined && !rule.optional) {
      const problem = `Object is missing the required field \`${field}\`. Consider wrapping the field validator in \`v.optional(...)\` if this is expected.`;
      return { path: [], problem, found, validator };
    }
    if (item !== undefined && !fits(rule.fieldType, item, tables)) return within(`.${field}`, explain(rule.fieldType, item, tables));
  }
  const extra = Object.keys(value).find((field) => !Object.hasOwn(validator.value, field));
  return { path: [], problem: `Object contains extra field \`${extra}\` that is not in the validator.`, found, validator };
}

function printMismatch({ path, problem, found, validator }: Mismatch): string {
  const place = path.length === 0 ? "" : `Path: ${path.join("")}\n`;
  return `${problem}\n${place}${found}\nValidator: ${printValidator(validator)}`;
}

const NAMES = { null: "v.null()", number: "v.float64()", bigint: "v.int64()", commitTs: "v.commitTs()", boolean: "v.boolean()", string: "v.string()", bytes: "v.bytes()", any: "v.any()" };

/** A validator as the developer writes it: `v.object({name: v.string()})`. */
export function printValidator(validator: ValidatorJson): string {
  switch (validator.type) {
    case "literal":
      return `v.literal(${printValue(validator.value)})`;
    case "id":
      return `v.id("${validator.tableName}")`;
    case "array":
      return `v.array(${printValidator(validator.value)})`;
    case "record":
      return `v.record(${printValidator(validator.keys)}, ${printValidator(validator.values.fieldType)})`;
    case "object": {
      const fields = Object.entries(validator.value).map(([field, { fieldType, optional }]) => {
        const printed = printValidator(fieldType);
        return `${field}: ${optional ? `v.optional(${printed})` : printed}`;
      });
      return `v.object({${fields.join(", ")}})`;
    }
    case "union":
      return `v.union(${validator.value.map(printValidator).join(", ")})`;
    default:
      return NAMES[validator.type];
  }
}
