import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterEach, expect, test } from "vitest";
import { openBackend, type Backend } from "./backend.ts";
import { bundleApp } from "./push/bundle.ts";

const folders: string[] = [];
let backend: Backend | null = null;

afterEach(async () => {
  await backend?.close();
  backend = null;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(parent: string): string {
  const made = mkdtempSync(join(parent, "backend-test-"));
  folders.push(made);
  return made;
}

/** An app with one query, beside the packages that it imports. */
async function app(text: string) {
  const root = folder(import.meta.dirname);
  mkdirSync(join(root, "convex"));
  writeFileSync(join(root, "convex/a.ts"), `import { queryGeneric } from "convex/server";\nexport const get = queryGeneric({ args: {}, handler: async () => ${JSON.stringify(text)} });\n`);
  return (await bundleApp({ functionsDir: join(root, "convex") })).request;
}

const get = makeFunctionReference<"query", Record<string, never>, string>("a:get");
const ask = (url: string) => new ConvexHttpClient(url, { logger: false }).query(get, {});

async function askAsSoonAsItListens(url: string): Promise<string> {
  for (;;) {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    const isListening = await new Promise((resolve) => void socket.once("connect", () => resolve(true)).once("error", () => resolve(false)));
    socket.destroy();
    if (isListening === true) return await ask(url);
  }
}

test("the app of the last push answers after a restart without a push", async () => {
  const dataDir = folder(tmpdir());
  backend = await openBackend({ dataDir, port: 0, sitePort: 0 });
  await backend.push(await app("kept"));
  await backend.close();
  backend = await openBackend({ dataDir, port: 0, sitePort: 0 });
  expect(await ask(backend.url)).toBe("kept");
});

test("whoever comes while the app is still being loaded waits for it, and is not told that there is none", async () => {
  const dataDir = folder(tmpdir());
  backend = await openBackend({ dataDir, port: 0, sitePort: 0 });
  await backend.push(await app("kept"));
  const { url } = backend;
  await backend.close();
  const asked = askAsSoonAsItListens(url);
  backend = await openBackend({ dataDir, port: Number(new URL(url).port), sitePort: 0 });
  expect(await asked).toBe("kept");
});

test("a stored app that cannot be loaded is reported, and the next push mends it", async () => {
  const dataDir = folder(tmpdir());
  backend = await openBackend({ dataDir, port: 0, sitePort: 0 });
  await backend.push(await app("first"));
  await backend.close();
  const pushes = join(dataDir, "modules/pushes");
  for (const file of readdirSync(pushes)) writeFileSync(join(pushes, file), "{");
  const troubles: unknown[] = [];
  backend = await openBackend({ dataDir, port: 0, sitePort: 0, onTrouble: (error) => troubles.push(error) });
  expect(String(troubles[0])).toContain("Push the functions again");
  await expect(ask(backend.url)).rejects.toThrow(/No functions are deployed/);
  await backend.push(await app("second"));
  expect(await ask(backend.url)).toBe("second");
});
