import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** Types of other packages that hold `any` themselves, and pass through ours unseen: `file: what`. */
const ALLOWED = [
  "component/convex.config.d.ts: ComponentDefinition<any",
  // The constraint of the AI SDK's own type parameter.
  "client/generate/args.d.ts: Output.Output<any, any, any>",
];

test("the declarations that users get hold no any", { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "convex-agent-declarations-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  execFileSync(process.execPath, [compiler, "-p", join(root, "tsconfig.build.json"), "--outDir", folder, "--emitDeclarationOnly"]);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".d.ts") && !file.includes("_generated"));
  expect(files.length).toBeGreaterThan(50);
  const found = files.flatMap((file) => {
    let code = readFileSync(join(folder, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
    for (const allowed of ALLOWED) if (allowed.startsWith(`${file}: `)) code = code.replaceAll(allowed.slice(file.length + 2), "");
    return [...code.matchAll(/.*[:<,|=(\s]any(?=[>,;)\s\]|[]).*/g)].map(([line]) => `${file}: ${line.trim()}`);
  });
  expect(found).toEqual([]);
});
