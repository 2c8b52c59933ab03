import { UserError, invariant } from "../errors.ts";
import { valuesEqual } from "../values/compare.ts";
import { displayValue } from "../values/display.ts";
import { encodeId, mustDecodeId } from "../values/ids.ts";
import { floatOf, getField, hasCommitTs, isFloat, resolveCommitTs, setField, type JsonObject, type JsonValue } from "../values/json.ts";
import { checkDocumentLimits, normalizeObject } from "../values/normalize.ts";
import { documentSize } from "../values/size.ts";
import { checkValue } from "../values/validators.ts";
import { parseDocument } from "../query/cursor.ts";
import { checkTableName } from "../schema/names.ts";
import type { Table } from "../storage/catalog.ts";
import { newInternalId } from "../storage/internalIds.ts";
import { documentKey, idKey, sameKey } from "../storage/indexKeys.ts";
import type { StoredDocument } from "../storage/documentStore.ts";
import { updateTextIndexes } from "../search/textIndexing.ts";
import { updateVectorIndexes } from "../search/vectorIndexing.ts";
import type { Clock, ExecutionState } from "./state.ts";
import type { ComponentPath, DocumentWrite, Timestamp } from "./types.ts";

/** A document that is there, with all that a write of it needs. */
export interface Located {
  readonly table: Table;
  readonly id: string;
  readonly internalId: Uint8Array;
  readonly stored: StoredDocument;
}

const SYSTEM_FIELDS: ReadonlySet<string> = new Set(["_id", "_creationTime"]);

/** Adds a document and returns its id. */
export function insertDocument(
  state: ExecutionState, clock: Clock, request: { component: ComponentPath; table: string; fields: JsonObject; isImport: boolean },
): string {
  const { component, isImport } = request;
  state.assertLive();
  const fields = normalizeObject(request.fields, { commitTs: true });
  const given = isImport ? givenIdentity(fields) : null;
  const table = tableForInsert(state, { component, name: request.table, number: given?.tableNumber });
  const internalId = given?.internalId ?? newInternalId(state.database.ports);
  const id = encodeId(table.number, internalId);
  const creationTime = (isImport ? givenCreationTime(fields) : null) ?? nextCreationTime(state, clock);
  const document = withSystemFields(fields, { id, creationTime });
  if (given !== null && state.database.documents.byKey(table.byId.idx, idKey(id)) !== undefined) {
    throw new UserError("DocumentExists", `A document with ID ${id} already exists in table ${table.name}.`);
  }
  write(state, { table, id, internalId, stored: null, before: null, after: document });
  return id;
}

/** Merges fields into a document; undefined removes a field. A merge that changes nothing writes nothing. */
export function patchDocument(state: ExecutionState, located: Located, patch: { [field: string]: JsonValue | undefined }): JsonObject {
  const kept: JsonObject = {};
  for (const [field, value] of Object.entries(patch)) if (value !== undefined) setField(kept, field, value);
  const fields = normalizeObject(kept, { commitTs: true });
  const before = parseDocument(located.stored.json);
  if (Object.keys(patch).every((field) => valuesEqual(getField(before, field), getField(fields, field)) && !hasCommitTs(getField(fields, field) ?? null))) {
    return before;
  }
  const merged: JsonObject = {};
  for (const [field, value] of Object.entries(before)) {
    if (!Object.hasOwn(patch, field)) setField(merged, field, value);
  }
  for (const [field, value] of Object.entries(fields)) setField(merged, field, value);
  return rewrite(state, located, { before, fields: merged });
}

/** Puts other fields in the place of a document's; its id and creation time stay. */
export function replaceDocument(state: ExecutionState, located: Located, fields: JsonObject): JsonObject {
  return rewrite(state, located, { before: parseDocument(located.stored.json), fields: normalizeObject(fields, { commitTs: true }) });
}

function rewrite(state: ExecutionState, located: Located, change: { before: JsonObject; fields: JsonObject }): JsonObject {
  const creationTime = change.before["_creationTime"];
  invariant(typeof creationTime === "number", `document ${located.id} has a creation time`);
  const after = withSystemFields(change.fields, { id: located.id, creationTime });
  write(state, { ...located, before: change.before, after });
  return after;
}

export function removeDocument(state: ExecutionState, located: Located): JsonObject {
  const before = parseDocument(located.stored.json);
  write(state, { ...located, before, after: null });
  return before;
}

/** Gives every pending commit timestamp in what was written its value. To be called once, last. */
export function resolveCommitTimestamps(state: ExecutionState, ts: Timestamp): void {
  for (const [id, component] of state.pendingCommitTs) {
    const located = locate(state, component, id);
    if (located === null) continue;
    const before = parseDocument(located.stored.json);
    const after = resolveCommitTs(before, ts);
    // Resolving keeps the shape: an object stays one.
    if (after !== before) store(state, { ...located, before, after: after as JsonObject }, documentSize(after as JsonObject));
  }
}

/** The document with this id, or null. Records no read. */
export function locate(state: ExecutionState, component: ComponentPath, id: string): Located | null {
  const decoded = mustDecodeId(id);
  const table = state.database.catalog.tableOfNumber(component, decoded.tableNumber);
  if (table === undefined) return null;
  const stored = state.database.documents.byKey(table.byId.idx, idKey(id));
  return stored === undefined ? null : { table, id, internalId: decoded.internalId, stored };
}

function tableForInsert(state: ExecutionState, wanted: { component: ComponentPath; name: string; number: number | undefined }): Table {
  const { component, name, number } = wanted;
  const existing = state.database.catalog.table(component, name);
  if (existing === undefined) {
    checkTableName(name);
    return state.createTable(component, name, number);
  }
  if (number === undefined || number === existing.number) return existing;
  throw new UserError("IdWrongTable", `The document belongs to a different table than its '_id' field (table ${name})`);
}

function givenIdentity(fields: JsonObject): { tableNumber: number; internalId: Uint8Array } | null {
  const id = getField(fields, "_id");
  if (id === undefined) return null;
  if (typeof id !== "string") throw new UserError("InvalidId", `The '_id' field ${displayValue(id)} must be an Id`);
  return mustDecodeId(id);
}

function givenCreationTime(fields: JsonObject): number | null {
  const time = getField(fields, "_creationTime");
  if (time === undefined) return null;
  if (isFloat(time) && Number.isFinite(floatOf(time))) return floatOf(time);
  throw new UserError("InvalidCreationTime", `The '_creationTime' field should be a timestamp in milliseconds, is ${displayValue(time)}`);
}

const float = new Float64Array(1);
const bits = new BigUint64Array(float.buffer);

/** The next float64 above a positive one. */
function nextFloat(value: number): number {
  float[0] = value;
  bits[0] = (bits[0] ?? 0n) + 1n;
  return float[0];
}

/** When this execution began, but always after every creation time given before. */
function nextCreationTime(state: ExecutionState, clock: Clock): number {
  const began = Number(state.beginTs / 1000n) / 1000;
  clock.lastCreationTime = began > clock.lastCreationTime ? began : nextFloat(clock.lastCreationTime);
  return clock.lastCreationTime;
}

/** The document these fields make, its system fields in their sorted place; other `_` fields are refused. */
function withSystemFields(fields: JsonObject, system: { id: string; creationTime: number }): JsonObject {
  const document: JsonObject = {};
  let placed = false;
  const place = (): void => {
    placed = true;
    document["_creationTime"] = system.creationTime;
    document["_id"] = system.id;
  };
  for (const field of Object.keys(fields)) {
    const value = fields[field];
    if (value === undefined) continue;
    if (field.startsWith("_")) {
      checkSystemField(field, value, { fields, system });
      continue;
    }
    if (!placed && field > "_") place();
    setField(document, field, value);
  }
  if (!placed) place();
  return document;
}

function checkSystemField(field: string, value: JsonValue, given: { fields: JsonObject; system: { id: string; creationTime: number } }): void {
  const { id, creationTime } = given.system;
  const invalid = (code: string, why: string): UserError =>
    new UserError(code, `Document(value: ${displayValue(given.fields)}) isn't a valid document: ${why}`);
  if (!SYSTEM_FIELDS.has(field)) {
    throw invalid("SystemField", `Field '${field}' starts with an underscore, which is only allowed for system fields like '_id'`);
  }
  if (field === "_id" && value !== id) throw invalid("IdMismatch", `The document has id ${id}, but its '_id' field is ${displayValue(value)}`);
  if (field === "_creationTime" && value !== creationTime) {
    throw invalid("CreationTimeMismatch", `The document has creation time ${creationTime}, but its '_creationTime' field is ${displayValue(value)}`);
  }
}

interface Change {
  readonly table: Table;
  readonly id: string;
  readonly internalId: Uint8Array;
  readonly stored: StoredDocument | null;
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
}

/** A write by a function: checked against the schema and the limits, and counted. */
function write(state: ExecutionState, change: Change): void {
  const { table, after } = change;
  let size = 0;
  if (after !== null) {
    size = checkDocumentLimits(after);
    checkSchema(state, table, after);
    if (hasCommitTs(after)) state.pendingCommitTs.set(change.id, table.component);
  }
  store(state, change, size);
  if (table.name.startsWith("_")) return;
  state.meter.add("documentsWritten", 1);
  state.meter.add("bytesWritten", size);
}

function checkSchema(state: ExecutionState, table: Table, document: JsonObject): void {
  const validator = state.database.catalog.schema(table.component)?.documentTypes.get(table.name);
  if (validator === undefined || validator.type === "any") return;
  const failure = checkValue(validator, userFields(document), tableNames(state, table.component));
  if (failure === null) return;
  throw new UserError(
    "SchemaEnforcementError",
    `Failed to insert or update a document in table "${table.name}" because it does not match the schema: ${failure}`,
  );
}

/** How validators learn which table an id belongs to. */
export function tableNames(state: Pick<ExecutionState, "database">, component: ComponentPath): { tableOfNumber(tableNumber: number): string | null } {
  return { tableOfNumber: (number) => state.database.catalog.tableOfNumber(component, number)?.name ?? null };
}

/** A document without its system fields: what a schema describes. */
export function userFields(document: JsonObject): JsonObject {
  const { _id, _creationTime, ...fields } = document;
  return fields;
}

/** Brings the rows and all indexes from `before` to `after`, which has this size, and logs it. */
function store(state: ExecutionState, change: Change, size: number): void {
  state.prepareWrite();
  const { documents } = state.database;
  const { table, before, after } = change;
  let rid = change.stored?.rid ?? 0;
  if (after !== null) {
    const json = JSON.stringify(after);
    if (change.stored === null) rid = documents.insert(size, json);
    else documents.update(rid, size, json);
  } else {
    documents.delete(rid);
  }
  const keys = storeKeys(state, change, rid);
  const texts = table.textIndexes.length === 0 ? [] : updateTextIndexes(state.database, table, { rid, before, after });
  if (table.vectorIndexes.length > 0) updateVectorIndexes(state.database, table, { rid, id: change.id, before, after });
  const logged: DocumentWrite = { componentPath: table.component, table: table.name, id: change.id, before, after, keys, texts };
  state.logWrite(logged, table);
}

function storeKeys(state: ExecutionState, change: Change, rid: number): DocumentWrite["keys"] {
  const { documents } = state.database;
  const { before, after } = change;
  const isMetered = !change.table.name.startsWith("_");
  const keys: { index: number; key: Uint8Array }[] = [];
  for (const index of change.table.databaseIndexes) {
    if (before !== null && after !== null && sameKey(index, before, after)) {
      keys.push({ index: index.idx, key: documentKey(index, before, change) });
      continue;
    }
    const { length: known } = keys;
    if (before !== null) {
      const key = documentKey(index, before, change);
      keys.push({ index: index.idx, key });
      documents.removeEntry(index.idx, key);
    }
    if (after !== null) {
      const key = documentKey(index, after, change);
      keys.push({ index: index.idx, key });
      documents.addEntry(index.idx, key, rid);
    }
    if (isMetered) for (let at = known; at < keys.length; at++) state.meter.addIndexBytesWritten(keys[at]?.key.length ?? 0);
  }
  return keys;
}
