import type { AnalyzedDefinition, DeployedApp } from "../components/types.ts";
import { UserError } from "../errors.ts";
import { fromBigInt, isObject, type JsonObject, type JsonValue } from "../values/json.ts";
import type { ComponentPath, Transaction } from "../transaction/types.ts";
import { getEnvironmentVariable, listEnvironment } from "./environment.ts";
import { latestExport } from "../transfer/exporter.ts";
import { listImports, oneImport } from "../transfer/importer.ts";
import { listComponentUsage, listFunctionUsage } from "./usage.ts";

/** What system queries look at besides the database. */
export interface SystemContext {
  /** The app that runs now; null before the first push. */
  readonly app: () => DeployedApp | null;
  readonly urls: () => { readonly cloudUrl: string; readonly siteUrl: string };
}

/** A system query's call. Only holders of the admin key may make one; the caller checks that. */
export interface SystemQueryCall {
  /** `_system/cli/tables`, with or without `:default`, `.js`. */
  readonly path: string;
  readonly args: JsonObject;
  readonly componentPath: ComponentPath;
}

interface HandlerInput {
  readonly tx: Transaction;
  readonly args: JsonObject;
  readonly componentPath: ComponentPath;
  readonly context: SystemContext;
}

type Handler = (input: HandlerInput) => JsonValue;

const MAX_PAGE = 10_000;

const HANDLERS: Readonly<Record<string, Handler>> = {
  "_system/cli/queryEnvironmentVariables:default": ({ tx }) => listEnvironment(tx).map((variable) => ({ ...variable })),
  "_system/cli/queryEnvironmentVariables:get": getVariable,
  "_system/cli/tables:default": ({ tx, componentPath }) => wholePage(tx.listTables(componentPath).map((name) => ({ name }))),
  "_system/cli/tableData:default": tableData,
  "_system/cli/tableSize:default": ({ tx, componentPath, args }) => tx.count(componentPath, stringArg(args, "tableName")),
  "_system/cli/queryTable:default": watchTable,
  "_system/cli/modules:apiSpec": apiSpec,
  "_system/cli/convexUrl:cloudUrl": ({ context }) => context.urls().cloudUrl,
  "_system/cli/convexUrl:siteUrl": ({ context }) => context.urls().siteUrl,
  "_system/frontend/components:list": listComponents,
  "_system/frontend/getSchemas:default": getSchemas,
  "_system/cli/queryImport:list": ({ tx }) => listImports(tx),
  "_system/cli/queryImport:default": ({ tx, args }) => oneImport(tx, args),
  "_system/cli/exports:getLatest": ({ tx }) => latestExport(tx),
  "_system/usage:functions": ({ tx, args }) =>
    listFunctionUsage(tx, typeof args["componentPath"] === "string" ? args["componentPath"] : undefined).map((usage) => ({ ...usage })),
  "_system/usage:components": ({ tx }) => listComponentUsage(tx).map((usage) => ({ ...usage })),
};

const OF_TABLES: ReadonlySet<string> = new Set(["tables", "tableData", "tableSize", "queryTable"].map((name) => `_system/cli/${name}:default`));

/** Whether a function path names a system query rather than one of the app's functions. */
export function isSystemPath(path: string): boolean {
  return path.startsWith("_system/");
}

/**
 * Runs one of the queries that the official CLI and our own make. They read through the transaction, so that they can
 * be subscribed to like any query.
 *
 * @returns A value in JSON encoding.
 * @throws UserError when there is no such query, or its arguments are wrong.
 */
export function runSystemQuery(tx: Transaction, call: SystemQueryCall, context: SystemContext): JsonValue {
  const path = canonicalPath(call.path);
  const handler = HANDLERS[path];
  if (handler === undefined) throw new UserError("FunctionNotFound", `Could not find public function for '${call.path}'.`, { httpStatus: 404 });
  if (OF_TABLES.has(path)) assertComponent(tx, call.componentPath, context);
  return handler({ tx, args: call.args, componentPath: call.componentPath, context });
}

function canonicalPath(path: string): string {
  const [module = "", name = "default"] = path.split(":");
  return `${module.replace(/\.js$/, "")}:${name}`;
}

function getVariable({ tx, args }: HandlerInput): JsonValue {
  const variable = getEnvironmentVariable(tx, stringArg(args, "name"));
  return variable === null ? null : { ...variable };
}

function tableData({ tx, args, componentPath }: HandlerInput): JsonValue {
  const tableName = stringArg(args, "table");
  const order = args["order"] === "asc" ? "asc" : "desc";
  const options = isObject(args["paginationOpts"]) ? args["paginationOpts"] : {};
  const numItems = typeof options["numItems"] === "number" ? options["numItems"] : 100;
  const page = tx.paginate(componentPath, { source: { type: "FullTableScan", tableName, order }, operators: [] }, {
    cursor: typeof options["cursor"] === "string" ? options["cursor"] : null,
    endCursor: null,
    journal: null,
    pageSize: Math.min(numItems, MAX_PAGE),
  });
  return { page: [...page.page], isDone: page.isDone, continueCursor: page.continueCursor };
}

/** A value that is another one after each change of the table: the CLI waits for the difference. */
function watchTable({ tx, args, componentPath }: HandlerInput): JsonValue {
  const count = tx.count(componentPath, stringArg(args, "tableName"));
  return { count, ts: fromBigInt(tx.beginTs) };
}

function apiSpec({ context, componentPath }: HandlerInput): JsonValue {
  const definition = definitionOf(context, componentPath);
  if (definition === null) return [];
  const functions = [...definition.modules].flatMap(([module, exports]) => exports.map((fn): JsonObject => ({
    identifier: `${module}:${fn.name}`,
    functionType: fn.kind,
    visibility: { kind: fn.isPublic ? "public" : "internal" },
    // Validators are plain JSON: names, literals and nested validators.
    args: fn.args as unknown as JsonValue,
    returns: (fn.returns ?? { type: "any" }) as unknown as JsonValue,
  })));
  const routes = (definition.httpRoutes ?? []).map(({ method, path }): JsonObject => ({ functionType: "HttpAction", method, path }));
  return [...functions.filter((fn) => fn["functionType"] !== "HttpAction"), ...routes];
}

/** `id` is the component's path: this backend names components by it everywhere. */
function listComponents({ context }: HandlerInput): JsonValue {
  const paths = [...(context.app()?.instances.keys() ?? [])];
  return paths.map((path) => ({ id: path, path, name: path.split("/").at(-1) ?? "", state: "active" }));
}

function getSchemas({ context, componentPath }: HandlerInput): JsonValue {
  const schema = definitionOf(context, componentPath)?.schema ?? null;
  return schema === null ? {} : { active: JSON.stringify(schema) };
}

/** A component that was taken out of the app still has its tables. */
function assertComponent(tx: Transaction, componentPath: ComponentPath, context: SystemContext): void {
  if (componentPath === "" || context.app()?.instances.has(componentPath) === true || tx.listTables(componentPath).length > 0) return;
  throw new UserError("ComponentNotFound", `There is no component "${componentPath}"`, { httpStatus: 404 });
}

function definitionOf(context: SystemContext, componentPath: ComponentPath): AnalyzedDefinition | null {
  return context.app()?.instances.get(componentPath)?.definition ?? null;
}

function wholePage(page: JsonValue[]): JsonValue {
  return { page, isDone: true, continueCursor: "" };
}

function stringArg(args: JsonObject, name: string): string {
  const value = args[name];
  if (typeof value !== "string") throw new UserError("ArgumentValidationError", `ArgumentValidationError: \`${name}\` must be a string`);
  return value;
}
