import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

/** What a file imports at run time: everything but types. */
function runtimeImports(file: string): string[] {
  const source = readFileSync(file, "utf8");
  const statements = source.matchAll(/^(?:import|export)\s+(?!type\b)([^;]*?)\s*from\s*"([^"]+)"/gmu);
  return [...statements].flatMap(([, names = "", from = ""]) => {
    const listed = /^\{(.*)\}$/su.exec(names)?.[1]?.split(",").map((name) => name.trim()).filter(Boolean);
    return listed?.every((name) => name.startsWith("type ")) ? [] : [from];
  });
}

function packagesReachedFrom(entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return new Set();
  seen.add(entry);
  const packages = new Set<string>();
  for (const from of runtimeImports(entry)) {
    if (!from.startsWith(".")) packages.add(from);
    else for (const name of packagesReachedFrom(join(dirname(entry), from.replace(/\.js$/u, ".ts")), seen)) packages.add(name);
  }
  return packages;
}

test("the read path loads neither the AI SDK nor zod", () => {
  const entry = join(import.meta.dirname, "read.ts");
  expect(existsSync(entry)).toBe(true);
  expect([...packagesReachedFrom(entry)].sort()).toEqual(["convex/values"]);
});
