import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { isRecord, parseJson } from "../values/json.ts";
import type { Given, Option } from "./command.ts";
import type { AppSource } from "./parts.ts";

export const DEFAULT_PORT = 3210;
export const DEFAULT_DATA_DIR = ".convex-data";

export const DATA_DIR_OPTION: Option = { name: "data-dir", value: "<folder>", help: `Where the data is kept (default ${DEFAULT_DATA_DIR})` };
export const SOURCE_OPTIONS: readonly Option[] = [
  { name: "functions", value: "<folder>", help: 'The functions folder (default: "functions" in convex.json, or convex)' },
  { name: "live-component-sources", help: "Bundle components from their sources where their packages offer them" },
];
export const SERVER_OPTIONS: readonly Option[] = [
  DATA_DIR_OPTION,
  { name: "port", value: "<number>", help: `Port of the backend (default ${DEFAULT_PORT}, or the next free one)` },
  { name: "site-port", value: "<number>", help: "Port of HTTP actions (default: the next free one after --port)" },
  { name: "fast", help: "Commits survive a killed process but perhaps not a power cut" },
  { name: "verbose", short: "v", help: "Show every function call, not only those that log or fail" },
];

/** The data folder that was asked for, absolute. */
export function dataDirOf(given: Given, cwd: string): string {
  return resolve(cwd, given.value("data-dir") ?? DEFAULT_DATA_DIR);
}

/** A path as a person reads it: from where they are, or whole when it lies elsewhere. */
export function shownPath(cwd: string, path: string): string {
  const way = relative(cwd, path);
  return way === "" || way.startsWith("..") ? path : way;
}

/**
 * The app that was asked for, its folder absolute.
 * @throws UserError when the functions folder does not exist.
 */
export async function appSourceOf(given: Given, cwd: string): Promise<AppSource> {
  const functionsDir = resolve(cwd, given.value("functions") ?? (await configuredFolder(cwd)) ?? "convex");
  if (!existsSync(functionsDir)) {
    throw new UserError("NoFunctions", `There is no functions folder at ${functionsDir}. Create it, or name another with --functions.`);
  }
  return { functionsDir, conditions: given.flag("live-component-sources") ? ["@convex-dev/component-source"] : [] };
}

/**
 * A port option as a number, undefined when it was not given.
 * @throws UserError when it is no port.
 */
export function portOf(given: Given, option: "port" | "site-port"): number | undefined {
  const text = given.value(option);
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UserError("BadPort", `--${option} must be a whole number from 0 to 65535, got "${text}"`);
  }
  return port;
}

async function configuredFolder(cwd: string): Promise<string | null> {
  const path = join(cwd, "convex.json");
  if (!existsSync(path)) return null;
  const config = readConfig(path, await readFile(path, "utf8"));
  if (!isRecord(config)) throw new UserError("BadConfig", `${path} is not a JSON object`);
  return typeof config["functions"] === "string" ? config["functions"] : null;
}

function readConfig(path: string, text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new UserError("BadConfig", `${path} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
