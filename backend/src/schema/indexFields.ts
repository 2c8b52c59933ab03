import { UserError } from "../errors.ts";
import type { IndexSpec } from "../storage/catalog.ts";
import type { TableJson, ValidatorJson } from "./types.ts";

const KINDS = { database: "index", text: "search index", vector: "vector index" } as const;

/** Fields that every document has. */
const SYSTEM_FIELDS: ReadonlySet<string> = new Set(["_id", "_creationTime"]);

/**
 * Refuses an index on a field that no document of the table's type can have, and a vector index on one that holds no
 * vector. What a text field holds is not looked at: documents without a text there are not found.
 *
 * @throws UserError `SchemaDefinitionError` naming table, index and field
 */
export function checkIndexedFields({ tableName, documentType }: Pick<TableJson, "tableName" | "documentType">, name: string, spec: IndexSpec): void {
  if (documentType === null) return;
  const refuse = (why: string): UserError => new UserError("SchemaDefinitionError", `In table "${tableName}" the ${KINDS[spec.kind]} "${name}" is invalid because it references the field ${why}.`);
  for (const field of fieldsOf(spec)) {
    if (!SYSTEM_FIELDS.has(field) && typesAt(documentType, field.split(".")).length === 0) throw refuse(`"${field}" that does not exist`);
  }
  if (spec.kind === "vector" && !typesAt(documentType, spec.vectorField.split(".")).some(holdsVector)) {
    throw refuse(`"${spec.vectorField}" that is neither an array of float64 or optional array of float64`);
  }
}

function fieldsOf(spec: IndexSpec): readonly string[] {
  switch (spec.kind) {
    case "database": return spec.fields;
    case "text": return [spec.searchField, ...spec.filterFields];
    case "vector": return [spec.vectorField, ...spec.filterFields];
    default: return spec satisfies never;
  }
}

/** The types that a value may have there; none when there can be no value. A union stands for its branches. */
function typesAt(type: ValidatorJson, path: readonly string[]): ValidatorJson[] {
  if (type.type === "any") return [type];
  if (type.type === "union") return type.value.flatMap((branch) => typesAt(branch, path));
  const [first, ...rest] = path;
  if (first === undefined) return [type];
  const field = type.type === "object" && Object.hasOwn(type.value, first) ? type.value[first] : undefined;
  return field === undefined ? [] : typesAt(field.fieldType, rest);
}

function holdsVector(type: ValidatorJson): boolean {
  if (type.type === "any") return true;
  return type.type === "array" && typesAt(type.value, []).some((element) => element.type === "number" || element.type === "any");
}
