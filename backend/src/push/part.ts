import { existsSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { build, type BuildOptions, type BuildResult, type Message, type Plugin } from "esbuild";
import type { ModuleSource } from "../components/types.ts";
import { BundleError, type BundleMessage } from "./bundleError.ts";
import { asyncHooksShim, componentImports, serverOnlyStub, wasmModules } from "./plugins.ts";

/** How a project wants to be bundled. */
export interface Project {
  readonly projectDir: string;
  /** Conditions for package `exports`, beside `convex` and `module`. */
  readonly conditions: readonly string[];
  /** Packages that functions in Node import at run time. */
  readonly externalPackages: readonly string[];
}

/** Modules that are bundled together: they share what several of them import. */
export interface Part {
  readonly dir: string;
  readonly entryPoints: readonly string[];
  readonly environment?: "isolate" | "node";
  readonly splitting?: boolean;
  /** For a definition: names the import of another component's file. Such imports stay out of the bundle. */
  readonly nameOfComponent?: (configFile: string) => string;
}

/** What a part was bundled to. */
export interface BundledPart {
  readonly modules: readonly ModuleSource[];
  /** Every file that went into it, absolute. */
  readonly inputs: readonly string[];
  /** Files of other components that it imports. */
  readonly components: readonly string[];
}

/** @throws BundleError with every mistake of the part. */
export async function bundlePart(project: Project, part: Part): Promise<BundledPart> {
  if (part.entryPoints.length === 0) return { modules: [], inputs: [], components: [] };
  const components = new Set<string>();
  let result: BuildResult<{ write: false; metafile: true }>;
  try {
    // `write: false` and `metafile: true` are among the options.
    result = (await build(esbuildOptions(project, { part, components }))) as BuildResult<{ write: false; metafile: true }>;
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    throw new BundleError(error.errors.map((message) => toMistake(message, { project, part })), error);
  }
  // What a plugin has loaded stands there with the plugin's name before it.
  const paths = Object.keys(result.metafile.inputs).map((input) => resolve(project.projectDir, input.replace(/^[a-z][a-z-]+:/, "")));
  const inputs = [...new Set(paths)].filter((path) => existsSync(path));
  return { modules: toModules(project, result.outputFiles, part.environment ?? "isolate"), inputs, components: [...components] };
}

function esbuildOptions(project: Project, { part, components }: { part: Part; components: Set<string> }): BuildOptions {
  const isNode = part.environment === "node";
  const { nameOfComponent } = part;
  const definition: Plugin[] = nameOfComponent === undefined ? [] : [componentImports((file) => {
    components.add(file);
    return nameOfComponent(file);
  })];
  const external = isNode && !project.externalPackages.includes("*") ? { external: [...project.externalPackages] } : {};
  return {
    absWorkingDir: project.projectDir,
    entryPoints: [...part.entryPoints],
    bundle: true,
    platform: isNode ? "node" : "browser",
    ...(isNode && project.externalPackages.includes("*") ? { packages: "external" as const } : external),
    format: "esm",
    target: "esnext",
    jsx: "automatic",
    outdir: join(project.projectDir, "out"),
    outbase: part.dir,
    conditions: ["convex", "module", ...project.conditions],
    plugins: [serverOnlyStub, ...(isNode ? [] : [asyncHooksShim]), ...definition, wasmModules],
    write: false,
    sourcemap: true,
    sourcesContent: false,
    splitting: part.splitting ?? true,
    chunkNames: isNode ? "_deps/node/[hash]" : "_deps/[hash]",
    treeShaking: true,
    minifySyntax: true,
    define: { "process.env.NODE_ENV": '"production"' },
    metafile: true,
    logLevel: "silent",
  };
}

function isBuildFailure(error: unknown): error is { errors: Message[] } {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}

function toMistake(message: Message, { project, part }: { project: Project; part: Part }): BundleMessage {
  const wantsNode = part.environment !== "node" && message.notes.some((note) => note.text.includes("Are you trying to bundle for node?"));
  const hint = wantsNode
    ? '\nIt looks like you are using Node APIs from a file without the "use node" directive. Move actions that need them to a file ' +
      'of their own with "use node" at its top. See https://docs.convex.dev/functions/runtimes#nodejs-runtime'
    : "";
  const { text, location } = message;
  if (location === null) return { text: text + hint, location: null };
  return { text: text + hint, location: { file: resolve(project.projectDir, location.file), line: location.line, column: location.column, lineText: location.lineText } };
}

function toModules(project: Project, files: readonly { path: string; text: string }[], environment: "isolate" | "node"): ModuleSource[] {
  const out = join(project.projectDir, "out");
  const maps = new Map(files.filter((file) => file.path.endsWith(".map")).map((file) => [file.path, file.text]));
  return files.filter((file) => !file.path.endsWith(".map")).map((file) => {
    const sourceMap = maps.get(`${file.path}.map`);
    const path = relative(out, file.path).split(sep).join("/");
    return { path, source: file.text, environment, ...(sourceMap === undefined ? {} : { sourceMap }) };
  });
}
