import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { compileCache } from "../support/compileCache.ts";

const root = resolve(import.meta.dirname, "../../..");
const fixture = join(root, "backend/test/fixtures/counterApp");
mkdirSync(join(root, "node_modules/.cache"), { recursive: true });
// Below node_modules, so that imports of packages resolve.
const copy = mkdtempSync(join(root, "node_modules/.cache/codegen-"));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

function generated(folder: string): Record<string, string> {
  return Object.fromEntries(readdirSync(folder).sort().map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

test("the official codegen writes a component's typed API and an app's components", async () => {
  cpSync(fixture, copy, { recursive: true, filter: (path) => !path.endsWith("_generated") });
  await promisify(execFile)(process.execPath, [join(root, "backend/scripts/codegen.ts"), "--project", copy, "--component", "counter", "--app"], { env: { ...process.env, ...compileCache } });
  for (const folder of ["counter/_generated", "convex/_generated"]) expect(generated(join(copy, folder))).toEqual(generated(join(fixture, folder)));
});
