import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { bundleApp } from "./bundle.ts";
import { BundleError } from "./bundleError.ts";
import { findEntryPoints } from "./entryPoints.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A project folder with these files; packages resolve to the repository's. */
function project(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(resolve(import.meta.dirname, "../../.."), "node_modules/.cache-bundle-"));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const FUNCTION = 'import { queryGeneric } from "convex/server";\nexport const get = queryGeneric(async () => 1);\n';

describe("entry points follow Convex's rules", () => {
  test("scripts are modules; generated, hidden, dotted, spaced and nested components are not", () => {
    const root = project({
      "convex/a.ts": FUNCTION,
      "convex/dir/b.tsx": FUNCTION,
      "convex/c.js": "export const x = 1;",
      "convex/_generated/api.js": "export {};",
      "convex/schema.ts": "export default 1;",
      "convex/a.test.ts": FUNCTION,
      "convex/.hidden.ts": FUNCTION,
      "convex/with space.ts": FUNCTION,
      "convex/notes.md": "export",
      "convex/empty.ts": "// nothing\n",
      "convex/part/convex.config.ts": "export default 1;",
      "convex/part/inner.ts": FUNCTION,
      "convex/n.ts": `// node here\n"use strict";\n"use node";\n${FUNCTION}`,
      "convex/notNode.ts": `export const text = 1;\n"use node";\n`,
    });
    const { isolate, node } = findEntryPoints(join(root, "convex"));
    const names = (paths: readonly string[]) => paths.map((path) => path.slice(join(root, "convex").length + 1));
    expect(names(isolate)).toEqual(["a.ts", "c.js", "dir/b.tsx", "notNode.ts"]);
    expect(names(node)).toEqual(["n.ts"]);
  });
});

describe("a bundle", () => {
  const config = `import { defineApp } from "convex/server";\nimport one from "../parts/one/convex.config";\nconst app = defineApp();\napp.use(one);\napp.use(one, { name: "again" });\nexport default app;\n`;

  test("holds each component once, with the path that its users name it by", async () => {
    const root = project({
      "convex/convex.config.ts": config,
      "convex/a.ts": FUNCTION,
      "parts/one/convex.config.ts": 'import { defineComponent } from "convex/server";\nimport two from "../two/convex.config.js";\nconst one = defineComponent("one");\none.use(two);\nexport default one;\n',
      "parts/one/fns.ts": FUNCTION,
      "parts/two/convex.config.ts": 'import { defineComponent } from "convex/server";\nexport default defineComponent("two");\n',
      "parts/two/schema.ts": 'import { defineSchema } from "convex/server";\nexport default defineSchema({});\n',
    });
    const { request } = await bundleApp({ functionsDir: join(root, "convex") });
    expect([request.app, ...request.components].map(({ definitionPath, dependencies }) => ({ definitionPath, dependencies }))).toEqual([
      { definitionPath: "", dependencies: ["../parts/one"] },
      { definitionPath: "../parts/one", dependencies: ["../parts/two"] },
      { definitionPath: "../parts/two", dependencies: [] },
    ]);
    expect(request.app.definition?.source).toContain(`./_componentDeps/${Buffer.from("../parts/one").toString("base64url")}`);
    expect(request.components[0]?.functions.map(({ path }) => path)).toContain("fns.js");
    expect(request.components[1]?.schema?.path).toBe("schema.js");
  });

  test("names every file that it was made of", async () => {
    const root = project({ "convex/a.ts": 'import { x } from "../lib/x";\nexport const y = x;\n', "lib/x.ts": "export const x = 1;\n" });
    const { inputs } = await bundleApp({ functionsDir: join(root, "convex") });
    expect(inputs).toEqual(expect.arrayContaining([join(root, "convex/a.ts"), join(root, "lib/x.ts")]));
  });

  test("of an app without components has no definition", async () => {
    const root = project({ "convex/a.ts": FUNCTION });
    const { request } = await bundleApp({ functionsDir: join(root, "convex") });
    expect(request.app.definition).toBeNull();
    expect(request.components).toEqual([]);
  });
});

describe("a mistake in the app's code", () => {
  test("is told with its file, line, column and text", async () => {
    const root = project({ "convex/a.ts": 'import { queryGeneric } from "convex/server";\nexport const get = queryGeneric(async () => {;\n' });
    const error = await bundleApp({ functionsDir: join(root, "convex") }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BundleError);
    expect(error).toMatchObject({ errors: [{ location: { file: join(root, "convex/a.ts"), line: 3 } }] });
  });

  test("an import that leads nowhere is one", async () => {
    const root = project({ "convex/a.ts": 'import { x } from "./nowhere";\nexport const y = x;\n' });
    await expect(bundleApp({ functionsDir: join(root, "convex") })).rejects.toThrow(/a\.ts:1:19 Could not resolve ".\/nowhere"/);
  });
});

