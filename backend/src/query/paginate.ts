import { createHash } from "node:crypto";
import { UserError } from "../errors.ts";
import { compareKeys } from "../values/keys.ts";
import type { JsonObject } from "../values/json.ts";
import { nextKey } from "../storage/indexKeys.ts";
import type { ComponentPath, KeyRange, Page, PaginateOptions } from "../transaction/types.ts";
import type { ExecutionState } from "../transaction/state.ts";
import { DocumentCursor, parseDocument } from "./cursor.ts";
import { planAccess, planSteps, type Access } from "./plan.ts";
import type { RowSource } from "./hiddenWrites.ts";
import { NO_ROWS, openScan } from "./scan.ts";
import { SearchScan } from "../search/searchScan.ts";
import type { QueryJson } from "./types.ts";

/** A place in a query's rows: after the row with this key, or after all rows. */
type Position = { readonly kind: "after"; readonly key: Uint8Array } | { readonly kind: "end" };

const MAX_PAGE_SIZE = 32_000;
/** More documents than this in one page, or this part of a read limit used up: better split the page. */
const RECOMMENDED_PAGE_ROWS = 6144;
const RECOMMENDED_PART = 0.75;
/** A page stops this far before the execution's own limit of bytes, so that the next document cannot break it. */
const BYTES_MARGIN = 2 * 1024 * 1024;
const FINGERPRINT_BYTES = 8;

/**
 * One page of a query.
 *
 * @throws UserError with Convex's texts for a bad page size, and `InvalidCursor` for a cursor of another query.
 */
export function paginate(state: ExecutionState, component: ComponentPath, request: { query: QueryJson; options: PaginateOptions }): Page {
  const { query, options } = request;
  checkPageSize(options.pageSize);
  const access = planAccess(state, component, query.source);
  const fingerprint = fingerprintOf(component, query, access);
  const start = options.cursor === null ? null : decodeCursor(options.cursor, fingerprint);
  const end = endOf(options, fingerprint);
  if (start?.kind === "end" || (start !== null && end !== null && isPast(access, start, end))) {
    return { page: [], pageJson: [], isDone: end === null || end.kind === "end", continueCursor: encodeCursor(end ?? { kind: "end" }, fingerprint), splitCursor: null, pageStatus: null };
  }
  const cursor = new DocumentCursor(state, openSource(state, access, { start, end, expected: expectedPageRows(query, options, end) }), planSteps(query.operators));
  const read = readPage(state, cursor, { options, end });
  const middle = read.keys.length < 2 ? undefined : read.keys[(read.keys.length - 1) >> 1];
  return new ReadPage(read.rows, {
    isDone: read.position.kind === "end",
    continueCursor: encodeCursor(read.position, fingerprint),
    splitCursor: middle === undefined ? null : encodeCursor({ kind: "after", key: middle }, fingerprint),
    pageStatus: read.pageStatus,
  });
}

/** Parses its documents only when someone asks for them. */
class ReadPage implements Page {
  readonly pageJson: readonly string[];
  readonly isDone: boolean;
  readonly continueCursor: string;
  readonly splitCursor: string | null;
  readonly pageStatus: Page["pageStatus"];
  #page: readonly JsonObject[] | null = null;

  constructor(rows: readonly string[], rest: Omit<Page, "page" | "pageJson">) {
    this.pageJson = rows;
    this.isDone = rest.isDone;
    this.continueCursor = rest.continueCursor;
    this.splitCursor = rest.splitCursor;
    this.pageStatus = rest.pageStatus;
  }

  get page(): readonly JsonObject[] {
    return (this.#page ??= this.pageJson.map(parseDocument));
  }
}

function checkPageSize(pageSize: number): void {
  if (!Number.isInteger(pageSize) || pageSize < 1) throw new UserError("InvalidPageSize", "Must request at least 1 document while paginating");
  if (pageSize > MAX_PAGE_SIZE) throw new UserError("InvalidPageSize", `Requested too many items: ${pageSize}`);
}

/** Where the page must end: as the caller says, or as an earlier run of the same page found. */
function endOf(options: PaginateOptions, fingerprint: Buffer): Position | null {
  if (options.endCursor !== null) return decodeCursor(options.endCursor, fingerprint);
  // A journal is a hint from an earlier run, perhaps of other code: one that does not fit is no mistake of the caller.
  return options.journal === null ? null : (tryDecode(options.journal, fingerprint) ?? null);
}

function isPast(access: Access, start: Extract<Position, { kind: "after" }>, end: Position): boolean {
  if (end.kind === "end") return false;
  const order = compareKeys(start.key, end.key);
  return access.kind === "scan" && access.order === "desc" ? order <= 0 : order >= 0;
}

function expectedPageRows(query: QueryJson, options: PaginateOptions, end: Position | null): number | undefined {
  return end === null && query.operators.length === 0 ? options.pageSize : undefined;
}

function openSource(state: ExecutionState, access: Access, bounds: { start: Position | null; end: Position | null; expected: number | undefined }): RowSource {
  switch (access.kind) {
    case "nothing": return NO_ROWS;
    case "scan": return openScan(state, access, { range: narrow(access, bounds), expected: bounds.expected });
    case "search": return new SearchScan(state, access, { after: keyOf(bounds.start), last: keyOf(bounds.end) });
    default: return access satisfies never;
  }
}

function keyOf(position: Position | null): Uint8Array | null {
  return position?.kind === "after" ? position.key : null;
}

function narrow(access: Extract<Access, { kind: "scan" }>, bounds: { start: Position | null; end: Position | null }): KeyRange {
  let { from, to } = access.range;
  const start = keyOf(bounds.start);
  const last = keyOf(bounds.end);
  if (access.order === "asc") {
    if (start !== null) from = later(from, nextKey(start));
    if (last !== null) to = earlier(to, nextKey(last));
  } else {
    if (start !== null) to = earlier(to, start);
    if (last !== null) from = later(from, last);
  }
  return { from, to };
}

function later(a: Uint8Array, b: Uint8Array): Uint8Array {
  return compareKeys(a, b) >= 0 ? a : b;
}

function earlier(a: Uint8Array | null, b: Uint8Array): Uint8Array {
  return a !== null && compareKeys(a, b) <= 0 ? a : b;
}

interface Limits {
  readonly rows: number;
  readonly bytes: number;
}

function readPage(
  state: ExecutionState, cursor: DocumentCursor, request: { options: PaginateOptions; end: Position | null },
): { rows: string[]; keys: Uint8Array[]; position: Position; pageStatus: Page["pageStatus"] } {
  const { options, end } = request;
  const limits: Limits = {
    rows: Math.min(options.maximumRowsRead ?? Number.POSITIVE_INFINITY, state.meter.remaining("documentsRead")),
    bytes: Math.min(options.maximumBytesRead ?? Number.POSITIVE_INFINITY, state.meter.remaining("bytesRead") - BYTES_MARGIN),
  };
  const rows: string[] = [];
  const keys: Uint8Array[] = [];
  let bytes = 0;
  let position: Position = end ?? { kind: "end" };
  let stopped = false;
  const wanted = end === null ? options.pageSize : Number.POSITIVE_INFINITY;
  while (rows.length < wanted) {
    if (keys.length > 0 && (keys.length >= limits.rows || bytes >= limits.bytes)) {
      stopped = true;
      break;
    }
    const next = cursor.nextRow();
    if (next === null) break;
    const { key } = next.row;
    keys.push(key);
    bytes += next.row.size + key.length;
    if (next.result !== null) rows.push(next.row.json);
  }
  const last = keys.at(-1);
  if ((stopped || rows.length >= wanted) && last !== undefined) position = { kind: "after", key: last };
  cursor.close();
  const isLarge = rows.length > RECOMMENDED_PAGE_ROWS || keys.length > limits.rows * RECOMMENDED_PART || bytes > limits.bytes * RECOMMENDED_PART;
  return { rows, keys, position, pageStatus: stopped ? "SplitRequired" : isLarge && keys.length > 1 ? "SplitRecommended" : null };
}

/** A cursor belongs to one query: its table or index, range, order and filters. */
function fingerprintOf(component: ComponentPath, query: QueryJson, access: Access): Buffer {
  const fields = access.kind === "scan" ? access.index.fields : [];
  const { source, operators } = query;
  return createHash("sha256").update(JSON.stringify([component, source, operators, fields])).digest().subarray(0, FINGERPRINT_BYTES);
}

const END = 0;
const AFTER = 1;

function encodeCursor(position: Position, fingerprint: Buffer): string {
  const parts = position.kind === "end" ? [Buffer.of(END), fingerprint] : [Buffer.of(AFTER), fingerprint, position.key];
  return Buffer.concat(parts).toString("base64url");
}

function tryDecode(text: string, fingerprint: Buffer): Position | undefined {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.toString("base64url") !== text) return undefined;
  if (!bytes.subarray(1, 1 + FINGERPRINT_BYTES).equals(fingerprint)) return undefined;
  const key = bytes.subarray(1 + FINGERPRINT_BYTES);
  if (bytes[0] === END && key.length === 0) return { kind: "end" };
  return bytes[0] === AFTER && key.length > 0 ? { kind: "after", key: new Uint8Array(key) } : undefined;
}

function decodeCursor(text: string, fingerprint: Buffer): Position {
  const position = tryDecode(text, fingerprint);
  if (position !== undefined) return position;
  throw new UserError(
    "InvalidCursor",
    "InvalidCursor: Tried to run a query starting from a cursor, but it looks like this cursor is from a different query.",
    { data: { isConvexSystemError: true, paginationError: "InvalidCursor" } },
  );
}
