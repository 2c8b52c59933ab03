import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { bundleApp, type Bundle } from "./bundle.ts";
import type { BundledPart } from "./part.ts";
import { PartCache } from "./partCache.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A project whose files were all written a while ago; each edit is a second later than what was before. */
class Project {
  readonly root = mkdtempSync(join(tmpdir(), "convex-embedded-parts-"));
  #seconds = 1_700_000_000;

  constructor(files: Readonly<Record<string, string>>) {
    folders.push(this.root);
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  write(path: string, text: string): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.tmp`, text);
    renameSync(`${file}.tmp`, file);
    this.#age(path);
  }

  /** A package goes with its folder. */
  remove(path: string): void {
    rmSync(join(this.root, path.includes("/node_modules/") ? dirname(path) : path), { force: true, recursive: true });
    this.#age(path);
  }

  async bundle(cache: PartCache): Promise<Bundle["request"]> {
    return (await bundleApp({ functionsDir: join(this.root, "convex"), cache })).request;
  }

  #age(changed: string): void {
    this.#seconds += 1;
    const file = join(this.root, changed);
    for (const path of [file, dirname(file)]) if (existsSync(path)) utimesSync(path, this.#seconds, this.#seconds);
  }
}

// Nothing here is evaluated.
const CONFIG = (component: string) => `import one from "../parts/${component}/convex.config";\nexport default [one];\n`;
const COMPONENT = (name: string) => `export default "${name}";\n`;
const TSCONFIG = (target: string) => JSON.stringify({ compilerOptions: { paths: { alias: [`./${target}`] } } });
const FILES = {
  "package.json": "{}",
  "tsconfig.json": '{"extends":"./tsconfig.base.json"}',
  "tsconfig.base.json": TSCONFIG("lib/text"),
  "lib/bytes.wasm": "0",
  "convex/convex.config.ts": CONFIG("one"),
  "convex/a.ts": 'import { text } from "alias";\nimport { packs } from "../lib/packs";\nimport wasm from "../lib/bytes.wasm";\nexport const a = () => [text, packs, wasm];\n',
  "lib/packs.js": 'import { pack } from "pack";\nimport { pack as own } from "@own/pack";\nexport const packs = () => [pack, own];\n',
  "node_modules/pack/index.js": "export const pack = 8;\n",
  "node_modules/@own/pack/index.js": "export const pack = 9;\n",
  "lib/node_modules/@own/other/index.js": "export const other = 9;\n",
  "lib/text.js": "export const text = 1;\n",
  "parts/one/convex.config.ts": COMPONENT("one"),
  "parts/one/inner.ts": "export const inner = 1;\n",
  "parts/two/convex.config.ts": COMPONENT("two"),
  "parts/two/inner.ts": "export const other = 1;\n",
};

describe("parts that were bundled before", () => {
  test("are used again, as they are, for what an edit does not touch", async () => {
    const project = new Project(FILES);
    const cache = new PartCache();
    const before = await project.bundle(cache);
    project.write("convex/a.ts", "export const a = () => 2;\n");
    const after = await project.bundle(cache);
    expect(after.app.functions[0]?.source).toContain("2");
    expect(after.components[0]?.functions[0]).toBe(before.components[0]?.functions[0]);
  });

  test("make no difference: after any edits the bundle is that of a new start", async () => {
    const text = fc.nat(3).map(String);
    const edits = fc.oneof(
      fc.record({ path: fc.constantFrom("convex/a.ts", "convex/b.ts", "parts/one/inner.ts", "parts/one/more.ts", "parts/two/inner.ts"), text: text.map((value) => `import { text } from "../lib/text";\nexport const x = () => [text, ${value}];\n`) }),
      // A file that comes before another of the same name, and goes again.
      fc.record({ path: fc.constantFrom("lib/text.js", "lib/text.ts", "lib/text.tsx"), text: fc.option(text.map((value) => `export const text = ${value};\n`)) }),
      fc.record({ path: fc.constant("lib/bytes.wasm"), text }),
      fc.record({ path: fc.constant("convex/convex.config.ts"), text: fc.constantFrom("one", "two").map(CONFIG) }),
      fc.record({ path: fc.constant("parts/one/convex.config.ts"), text: fc.constantFrom("one", "three").map(COMPONENT) }),
      // A package that comes before another of the same name, and goes again.
      fc.record({ path: fc.constantFrom("lib/node_modules/pack/index.js", "lib/node_modules/@own/pack/index.js"), text: fc.option(text.map((value) => `export const pack = ${value};\n`)) }),
      fc.record({ path: fc.constant("tsconfig.base.json"), text: fc.constantFrom("lib/text", "parts/lib/text").map(TSCONFIG) }),
    );
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(edits, fc.boolean()), { minLength: 1, maxLength: 6 }), async (all) => {
      const project = new Project({ ...FILES, "parts/lib/text.js": "export const text = 9;\n" });
      const file = join(project.root, "bundle.json");
      let cache = new PartCache();
      await project.bundle(cache);
      for (const [{ path, text: written }, isRestarted] of all) {
        // Some edits are made while nobody watches.
        if (isRestarted) {
          await cache.write(file);
          cache = PartCache.read(file);
        }
        if (written === null) project.remove(path);
        else project.write(path, written);
        const [kept, anew] = await Promise.allSettled([project.bundle(cache), project.bundle(new PartCache())]);
        expect(kept).toEqual(anew);
      }
    }), { numRuns: 15 });
  });

  test("are kept in a file for the next process; one that is damaged is none, and gives way to a whole one", async () => {
    const project = new Project({ "convex/a.ts": "export const a = 1;\n" });
    const file = join(project.root, "bundle.json");
    const part: BundledPart = { modules: [{ path: "a.js", source: "inner", environment: "isolate" }], inputs: [join(project.root, "convex/a.ts")], components: [] };
    let bundled = 0;
    const bundle = async () => { bundled++; return part; };
    const first = new PartCache();
    await first.get("part", bundle);
    await first.write(file);
    const text = readFileSync(file, "utf8");
    for (const kept of ["", "{}", text.slice(0, -5), text.replace("inner", "outer"), text]) {
      writeFileSync(file, kept);
      bundled = 0;
      const cache = PartCache.read(file);
      expect(await cache.get("part", bundle)).toEqual(part);
      expect(bundled).toBe(kept === text ? 0 : 1);
      await cache.write(file);
      expect(readFileSync(file, "utf8")).toBe(text);
    }
  });

  test("of other functions are not taken, where a definition names components by the way to them", async () => {
    const project = new Project({ ...FILES, "other/convex.config.ts": CONFIG("one"), "deep/er/convex.config.ts": 'import app from "../../convex/convex.config";\nexport default app;\n' });
    const cache = new PartCache();
    await project.bundle(cache);
    const [kept, anew] = await Promise.all([cache, new PartCache()].map((each) => bundleApp({ functionsDir: join(project.root, "deep/er"), projectDir: project.root, cache: each })));
    expect(kept?.request).toEqual(anew?.request);
  });
});
