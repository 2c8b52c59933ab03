import { readdirSync, readFileSync } from "node:fs";
import { basename, extname, join, relative, sep } from "node:path";

/** The modules of one functions folder, by the runtime they run in. Absolute paths. */
export interface EntryPoints {
  readonly isolate: readonly string[];
  readonly node: readonly string[];
  /** Files that break a rule of functions folders. */
  readonly problems: readonly { readonly file: string; readonly message: string }[];
}

const EXTENSIONS = new Set([".js", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".jsx"]);
const MUST_BE_ISOLATE = new Set(["http", "crons", "schema", "auth.config"]);

function* walk(dir: string): Generator<string> {
  const entries = readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(dir, entry.name);
    if (entry.isFile()) yield path;
    // A folder with a convex.config is a component of its own.
    else if (entry.isDirectory() && !readdirSync(path).includes("convex.config.ts")) yield* walk(path);
  }
}

function isEntryPoint(dir: string, file: string): boolean {
  const path = relative(dir, file);
  const base = basename(file);
  if (!EXTENSIONS.has(extname(base)) || path.startsWith(`_generated${sep}`)) return false;
  if (base.startsWith(".") || base.startsWith("#") || base === "schema.ts" || base === "schema.js") return false;
  // `auth.config.ts`, `convex.config.ts`, `x.test.ts`
  return base.split(".").length <= 2 && !path.includes(" ");
}

// A TypeScript file without import or export is not a module.
const HAS_IMPORT_OR_EXPORT = /^\s{0,100}(import|export)/m;

const PROLOGUE = /^(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*(["'])((?:(?!\1).)*)\1\s*;?/;

/** Whether the directives at the top of a module include `"use node"`. */
export function hasUseNode(source: string): boolean {
  let rest = source.replace(/^#![^\n]*\n/, "");
  for (let match = PROLOGUE.exec(rest); match !== null; match = PROLOGUE.exec(rest)) {
    if (match[2] === "use node") return true;
    rest = rest.slice(match[0].length);
  }
  return false;
}

function problemOf(dir: string, file: string, isNode: boolean): string | null {
  const path = relative(dir, file);
  if (path.startsWith(`_deps${sep}`)) return 'The folder "_deps" is reserved for dependencies. Move this file to another folder.';
  if (isNode) return MUST_BE_ISOLATE.has(path.replace(/\.[^/.]+$/, "")) ? `"use node" directive is not allowed for ${path}.` : null;
  if (!path.startsWith(`actions${sep}`)) return null;
  return `${path} is in the /actions subfolder but has no "use node"; directive. Add the directive, or move the file to another folder.`;
}

/**
 * Finds the modules of a functions folder by Convex's rules: every script but generated ones, the schema, files with
 * more than one dot in their name (`convex.config.ts`, `x.test.ts`), hidden files, names with spaces, and folders
 * that are components of their own.
 */
export function findEntryPoints(dir: string): EntryPoints {
  const isolate: string[] = [];
  const node: string[] = [];
  const problems: { file: string; message: string }[] = [];
  for (const file of walk(dir)) {
    if (!isEntryPoint(dir, file)) continue;
    const source = readFileSync(file, "utf8");
    if (/\.tsx?$/.test(file) && !HAS_IMPORT_OR_EXPORT.test(source)) continue;
    const isNode = hasUseNode(source);
    const message = problemOf(dir, file, isNode);
    if (message !== null) problems.push({ file, message });
    else (isNode ? node : isolate).push(file);
  }
  return { isolate, node, problems };
}
