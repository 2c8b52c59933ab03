import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build, type Metafile } from "esbuild";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const folder = join(root, "example/convex");

/** What Convex evaluates afresh for each run of a function: its module and all that this imports. */
function reachOf(metafile: Metafile, entry: string): Set<string> {
  const outputs = new Set<string>();
  const visit = (path: string): void => {
    if (outputs.has(path)) return;
    outputs.add(path);
    for (const { path: imported, kind } of metafile.outputs[path]?.imports ?? []) if (kind === "import-statement") visit(imported);
  };
  visit(entry);
  return new Set([...outputs].flatMap((path) => Object.keys(metafile.outputs[path]?.inputs ?? {})));
}

// Viewers' subscriptions run queries again and again; a mutation runs for each message.
test("no module of the example with queries or mutations loads the AI SDK", async () => {
  const entryPoints = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts") && !file.startsWith("_generated") && !file.endsWith(".d.ts") && file !== "convex.config.ts");
  const { metafile } = await build({
    entryPoints: entryPoints.map((file) => join(folder, file)), absWorkingDir: root, outdir: "out", write: false, metafile: true, logLevel: "error",
    bundle: true, splitting: true, format: "esm", platform: "browser", target: "esnext", conditions: ["convex", "module", "@convex-dev/component-source"],
  });
  const heavy = Object.entries(metafile.outputs).flatMap(([path, { entryPoint }]) => {
    if (entryPoint === undefined) return [];
    const source = readFileSync(join(root, entryPoint), "utf8");
    const isRead = /= (?:internal)?(?:query|mutation|Query|Mutation)\(/.test(source) && !/= (?:internal)?[aA]ction\(/.test(source);
    const sdk = [...reachOf(metafile, path)].filter((input) => input.includes("node_modules/ai/"));
    return isRead && sdk.length > 0 ? [relative("example/convex", entryPoint)] : [];
  });
  expect(heavy).toEqual([]);
});
