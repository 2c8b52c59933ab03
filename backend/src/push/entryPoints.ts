import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** The modules of a functions folder, by the runtime they ask for. Absolute paths. */
export interface EntryPoints {
  readonly isolate: readonly string[];
  readonly node: readonly string[];
}

const EXTENSIONS = /\.[cm]?[jt]sx?$/;

/**
 * Finds the modules of a functions folder by Convex's rules: every script but generated ones, the schema, files with
 * more than one dot in their name (`convex.config.ts`, `x.test.ts`), hidden files, names with spaces, and folders
 * that are components of their own.
 */
export function findEntryPoints(functionsDir: string): EntryPoints {
  const isolate: string[] = [];
  const node: string[] = [];
  for (const file of walk(functionsDir)) {
    if (!isEntryPoint(relative(functionsDir, file))) continue;
    const source = readFileSync(file, "utf8");
    // An empty TypeScript file is no module.
    if (/\.tsx?$/.test(file) && !/^\s{0,100}(import|export)/m.test(source)) continue;
    (usesNode(source) ? node : isolate).push(file);
  }
  return { isolate, node };
}

function* walk(folder: string): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isFile()) yield path;
    else if (entry.isDirectory() && entry.name !== "node_modules" && !existsSync(join(path, "convex.config.ts"))) yield* walk(path);
  }
}

function isEntryPoint(path: string): boolean {
  const name = path.split(sep).at(-1) ?? "";
  if (!EXTENSIONS.test(name) || path.includes(" ") || path.startsWith(`_generated${sep}`)) return false;
  if (name.startsWith(".") || name.startsWith("#") || name.split(".").length > 2) return false;
  return name !== "schema.ts" && name !== "schema.js";
}

/** A `"use node"` directive stands before the first statement; only comments and other directives may precede it. */
function usesNode(source: string): boolean {
  if (!source.includes("use node")) return false;
  const start = source.replace(/^(?:\s+|\/\/[^\n]*\n?|\/\*[\s\S]*?\*\/|(["'])use (?!node)[^"'\n]*\1\s*;?)*/, "");
  return /^(["'])use node\1/.test(start);
}
