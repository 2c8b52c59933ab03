import { UserError } from "../../errors.ts";
import type { QueryJson } from "../../query/types.ts";
import { mustDecodeId } from "../../values/ids.ts";
import { normalizeObject, normalizePatch } from "../../values/normalize.ts";
import type { TransactionFrame } from "../transactionFrame.ts";
import { invalidArgument, numberArg, textArg, withArgument, type SyscallArgs } from "./args.ts";
import { cursorArg, queryArg } from "./queryArg.ts";

type Handler = (frame: TransactionFrame, args: SyscallArgs) => string;

/** System tables that functions may read, through `db.system`. */
const READABLE_SYSTEM_TABLES: ReadonlySet<string> = new Set(["_scheduled_functions", "_storage"]);

const isSystemTable = (table: string): boolean => table.startsWith("_");

function checkReadable(table: string): void {
  if (isSystemTable(table) && !READABLE_SYSTEM_TABLES.has(table)) {
    throw new UserError("SystemTableNotFound", `System table ${table} not found.`);
  }
}

/** The table an id is of, null when that is unknown; checks the table the caller named, if it did. @throws UserError for what is no id */
function tableOf(frame: TransactionFrame, args: SyscallArgs, method: string): { id: string; table: string | null } {
  const id = textArg(args, "id", method);
  const { tx, componentPath } = frame;
  const table = tx.tableOfId(componentPath, id);
  if (table === null) withArgument("id", method, () => mustDecodeId(id));
  const expected = args["table"];
  if (typeof expected === "string" && table !== null && table !== expected) {
    throw invalidArgument("id", method, `expected to be an Id<"${expected}">, got Id<"${table}"> instead.`);
  }
  return { id, table };
}

function get(frame: TransactionFrame, args: SyscallArgs): string {
  const isSystem = args["isSystem"] === true;
  const method = isSystem ? "db.system.get" : "db.get";
  const { id, table } = tableOf(frame, args, method);
  if (table !== null && isSystemTable(table) !== isSystem) {
    throw new UserError(
      "WrongDatabase",
      isSystem ? "User tables cannot be accessed with db.system.get()." : "System tables can only be accessed from db.system.get().",
    );
  }
  if (table !== null) checkReadable(table);
  return frame.tx.getJson(frame.componentPath, id) ?? "null";
}

function readableQuery(args: SyscallArgs, method: string): QueryJson {
  const query = queryArg(args, method);
  const { source } = query;
  const table = source.type === "FullTableScan" ? source.tableName : (source.indexName.split(".")[0] ?? "");
  checkReadable(table);
  return query;
}

function queryStreamNext(frame: TransactionFrame, args: SyscallArgs): string {
  const queryId = numberArg(args, "queryId", "queryStreamNext");
  const document = frame.cursor(queryId).nextJson();
  if (document !== null) return `{"value":${document},"done":false}`;
  frame.closeCursor(queryId);
  return '{"value":null,"done":true}';
}

function optionalNumber(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function queryPage(frame: TransactionFrame, args: SyscallArgs): string {
  if (frame.componentPath !== "") {
    throw new UserError("PaginateInComponent", "paginate() is only supported in the app. Learn more at https://docs.convex.dev/components/authoring#pagination");
  }
  const query = readableQuery(args, "queryPage");
  const cursor = cursorArg(args, "cursor", "queryPage");
  const endCursor = cursorArg(args, "endCursor", "queryPage");
  const page = frame.tx.paginate(frame.componentPath, query, {
    cursor,
    endCursor,
    journal: frame.startPagination(),
    pageSize: numberArg(args, "pageSize", "queryPage"),
    maximumRowsRead: optionalNumber(args["maximumRowsRead"]),
    maximumBytesRead: optionalNumber(args["maximumBytesRead"]),
  });
  frame.endPagination(page.continueCursor);
  const { isDone, continueCursor, splitCursor, pageStatus } = page;
  const rest = JSON.stringify({ isDone, continueCursor, splitCursor, pageStatus });
  return `{"page":[${page.pageJson.join(",")}],${rest.slice(1)}`;
}

function count(frame: TransactionFrame, args: SyscallArgs): string {
  const table = textArg(args, "table", "db.count");
  checkReadable(table);
  return JSON.stringify(frame.tx.count(frame.componentPath, table));
}

function checkWritable(table: string | null): void {
  if (table !== null && isSystemTable(table)) throw new UserError("ReadOnlyTable", `${table} is a read-only table`);
}

function insert(frame: TransactionFrame, args: SyscallArgs): string {
  const table = textArg(args, "table", "db.insert");
  checkWritable(table);
  const fields = withArgument("value", "db.insert", () => normalizeObject(args["value"], { commitTs: true }));
  return JSON.stringify({ _id: frame.tx.insert(frame.componentPath, table, fields) });
}

function mustBeWritable(frame: TransactionFrame, args: SyscallArgs, method: string): string {
  const { id, table } = tableOf(frame, args, method);
  checkWritable(table);
  return id;
}

function patch(frame: TransactionFrame, args: SyscallArgs): string {
  const id = mustBeWritable(frame, args, "db.patch");
  const fields = withArgument("value", "db.patch", () => normalizePatch(args["value"], { commitTs: true }));
  frame.tx.patch(frame.componentPath, id, fields);
  return "null";
}

function replace(frame: TransactionFrame, args: SyscallArgs): string {
  const id = mustBeWritable(frame, args, "db.replace");
  const fields = withArgument("value", "db.replace", () => normalizeObject(args["value"], { commitTs: true }));
  frame.tx.replace(frame.componentPath, id, fields);
  return "null";
}

function remove(frame: TransactionFrame, args: SyscallArgs): string {
  frame.tx.remove(frame.componentPath, mustBeWritable(frame, args, "db.delete"));
  return "null";
}

/** Syscalls that answer at once, without a promise. */
export const databaseSyncOps: Readonly<Record<string, Handler>> = {
  "1.0/queryStream": (frame, args) => JSON.stringify({ queryId: frame.openCursor(readableQuery(args, "queryStream")) }),
  "1.0/queryCleanup": (frame, args) => JSON.stringify(frame.closeCursor(numberArg(args, "queryId", "queryCleanup"))),
  "1.0/db/normalizeId": (frame, args) =>
    JSON.stringify({ id: frame.tx.normalizeId(frame.componentPath, textArg(args, "table", "db.normalizeId"), textArg(args, "idString", "db.normalizeId")) }),
};

export const databaseReadOps: Readonly<Record<string, Handler>> = {
  "1.0/get": get,
  "1.0/queryStreamNext": queryStreamNext,
  "1.0/queryPage": queryPage,
  "1.0/count": count,
};

export const databaseWriteOps: Readonly<Record<string, Handler>> = {
  "1.0/insert": insert,
  "1.0/shallowMerge": patch,
  "1.0/replace": replace,
  "1.0/remove": remove,
};
