import { UserError } from "../errors.ts";
import { checkTableName } from "../schema/names.ts";
import type { ComponentPath } from "../transaction/types.ts";
import { isRecord, type JsonObject } from "../values/json.ts";

const MODES = ["requireEmpty", "append", "replace", "replaceAll"] as const;
const FORMATS = ["csv", "jsonLines", "jsonArray", "zip"] as const;

export type ImportMode = (typeof MODES)[number];
export type ImportFormat = (typeof FORMATS)[number];

/** What `convex import` asks for. */
export interface ImportRequest {
  readonly componentPath: ComponentPath;
  /** Absent for ZIP files, which name their tables. */
  readonly tableName: string | null;
  readonly mode: ImportMode;
  readonly format: ImportFormat;
}

/** Reads the body of `finish_upload`. @throws UserError for what is missing or unknown. */
export function parseImportRequest(body: JsonObject): ImportRequest {
  const { import: given } = body;
  if (!isRecord(given)) throw bad("The request needs `import`: what to do with the file");
  const { tableName = null, componentPath = "", mode, format } = given;
  const knownMode = MODES.find((name) => name === mode);
  const knownFormat = FORMATS.find((name) => name === format);
  if (knownMode === undefined) throw bad(`The import mode must be one of ${MODES.join(", ")}`);
  if (knownFormat === undefined) throw bad(`The import format must be one of ${FORMATS.join(", ")}`);
  if (tableName !== null && typeof tableName !== "string") throw bad("tableName must be text");
  if (typeof componentPath !== "string") throw bad("componentPath must be text");
  if ((tableName === null) !== (knownFormat === "zip")) throw bad("An import names its table, but for ZIP files, which name their own");
  if (tableName?.startsWith("_") === true) throw new UserError("InvalidName", `"${tableName}" isn't a valid table name: names that begin with "_" belong to the system`);
  if (tableName !== null) checkTableName(tableName);
  return { componentPath, tableName, mode: knownMode, format: knownFormat };
}

function bad(message: string): UserError {
  return new UserError("BadImportRequest", message);
}
