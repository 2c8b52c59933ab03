import { UserError } from "../errors.ts";
import type { ComponentPath, Transaction } from "../transaction/types.ts";
import { equal, readRow, readRows, stringField } from "./rows.ts";

/** Environment variables of the deployment: one row each, in the app. */
export const ENVIRONMENT_TABLE = "_environment_variables";
const APP: ComponentPath = "";

const MAX_VARIABLES = 512;
const MAX_NAME_LENGTH = 256;
const MAX_VALUE_BYTES = 8 * 1024;
const MAX_TOTAL_BYTES = 512 * 1024;
const NAME = /^[a-zA-Z_]+[a-zA-Z0-9_]*$/;
/** Always set by the backend itself. */
const BUILT_IN = new Set(["CONVEX_CLOUD_URL", "CONVEX_SITE_URL"]);

export interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
}

/** `value` null removes the variable; removing one that is not set changes nothing. */
export interface EnvironmentChange {
  readonly name: string;
  readonly value: string | null;
}

/** All variables, by name. Reads them all, so a query that uses this re-runs on any change. */
export function listEnvironment(tx: Transaction): EnvironmentVariable[] {
  return readRows(tx, { componentPath: APP, index: `${ENVIRONMENT_TABLE}.by_name` })
    .map((row) => ({ name: stringField(row, "name"), value: stringField(row, "value") }));
}

/** One variable, or null when it is not set. */
export function getEnvironmentVariable(tx: Transaction, name: string): EnvironmentVariable | null {
  const row = findRow(tx, name);
  return row === null ? null : { name, value: stringField(row, "value") };
}

/**
 * Sets and removes variables, all or none.
 * @throws UserError when a name or a value breaks a rule, or a limit would be passed.
 */
export function changeEnvironment(tx: Transaction, changes: readonly EnvironmentChange[]): void {
  for (const change of changes) {
    checkName(change.name);
    const row = findRow(tx, change.name);
    const id = row === null ? null : stringField(row, "_id");
    if (change.value === null) {
      if (id !== null) tx.remove(APP, id);
      continue;
    }
    checkValue(change.name, change.value);
    if (id === null) tx.insert(APP, ENVIRONMENT_TABLE, { name: change.name, value: change.value });
    else tx.patch(APP, id, { value: change.value });
  }
  checkTotals(listEnvironment(tx));
}

/** Reads the changes of a request (`convex env set`, our own CLI) out of unknown JSON. */
export function parseEnvironmentChanges(body: unknown): EnvironmentChange[] {
  if (typeof body !== "object" || body === null || !("changes" in body) || !Array.isArray(body.changes)) {
    throw new UserError("BadJsonBody", "Expected an object with an array `changes`");
  }
  return body.changes.map((change: unknown, index) => {
    if (typeof change === "object" && change !== null && "name" in change && typeof change.name === "string") {
      const value = "value" in change ? change.value : null;
      if (value === null || typeof value === "string") return { name: change.name, value };
    }
    throw new UserError("BadJsonBody", `Change ${index} must be { name: string, value: string | null }`);
  });
}

function findRow(tx: Transaction, name: string) {
  return readRow(tx, { componentPath: APP, index: `${ENVIRONMENT_TABLE}.by_name`, bounds: [equal("name", name)] });
}

function checkName(name: string): void {
  if (name.length > MAX_NAME_LENGTH) {
    throw new UserError("EnvVarNameTooLong", `Environment variable name is too long (${name.length} > maximum ${MAX_NAME_LENGTH})`);
  }
  if (!NAME.test(name)) {
    throw new UserError(
      "InvalidEnvVarName",
      `Environment variable name ${JSON.stringify(name)} is not valid: it starts with a letter or underscore and holds only letters, digits and underscores`,
    );
  }
  if (BUILT_IN.has(name)) {
    throw new UserError("EnvVarNameForbidden", `Environment variable "${name}" is built in and cannot be changed`);
  }
}

function checkValue(name: string, value: string): void {
  const bytes = Buffer.byteLength(value);
  if (bytes > MAX_VALUE_BYTES) {
    throw new UserError("EnvVarValueTooLarge", `The value of environment variable "${name}" is too large (${bytes} bytes > maximum ${MAX_VALUE_BYTES} bytes)`);
  }
}

function checkTotals(variables: readonly EnvironmentVariable[]): void {
  if (variables.length > MAX_VARIABLES) {
    throw new UserError("TooManyEnvVars", `Too many environment variables (${variables.length} > maximum ${MAX_VARIABLES})`);
  }
  const bytes = variables.reduce((sum, { name, value }) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  if (bytes > MAX_TOTAL_BYTES) {
    throw new UserError("EnvVarsTooLarge", `Environment variables are too large in total (${bytes} bytes > maximum ${MAX_TOTAL_BYTES} bytes)`);
  }
}
