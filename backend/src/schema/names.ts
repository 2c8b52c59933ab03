import { UserError } from "../errors.ts";

const MAX_LENGTH = 64;
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** @throws UserError unless the name can be a table's. System names (`_…`) pass. */
export function checkTableName(name: string): void {
  checkIdentifier("table", name);
}

/** @throws UserError unless the name can be an index's: an identifier that is neither reserved nor begins with `_`. */
export function checkIndexName(table: string, name: string): void {
  checkIdentifier("index", name);
  if (name === "by_id" || name === "by_creation_time" || name.startsWith("_")) {
    throw new UserError("IndexNameReserved", `In table "${table}" the index name "${name}" is reserved. Please choose a different name.`);
  }
}

function checkIdentifier(kind: string, name: string): void {
  if (name.length > MAX_LENGTH) throw new UserError("InvalidIdentifier", `Identifier is too long (${name.length} > maximum ${MAX_LENGTH})`);
  if (IDENTIFIER.test(name) && !/^_+$/.test(name)) return;
  throw new UserError(
    "InvalidIdentifier",
    `Invalid ${kind} name ${JSON.stringify(name)}: identifiers begin with a letter or underscore, hold only letters, digits and underscores, and are not all underscores.`,
  );
}
