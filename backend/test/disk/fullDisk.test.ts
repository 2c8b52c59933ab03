import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { ConvexError } from "convex/values";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pushOverHttp } from "../../src/cli/pushOverHttp.ts";
import type { ModuleSource } from "../../src/components/types.ts";
import { bundleApp, openBackend } from "../../src/index.ts";
import { systemPorts } from "../../src/ports.ts";
import { loadDeploymentKeys } from "../../src/system/deploymentKeys.ts";
import { BackendProcess } from "../support/backendProcess.ts";
import { follow } from "../support/follow.ts";

// A disk of the backend's own, which nobody but its process sees. Linux makes one for anybody, unless it is forbidden to.
const DISK = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", 'mount -t tmpfs -o size=16m none "$1" && cp -r "$0/." "$1" && shift && exec "$@"'];
const canMakeDisks = spawnSync("unshare", ["--user", "--map-root-user", "--mount", "true"]).status === 0;

const functionsDir = join(import.meta.dirname, "app/convex");
const notes = anyApi["notes"]!;
const folder = mkdtempSync(join(tmpdir(), "convex-embedded-disk-"));
const seed = join(folder, "seed");
const dataDir = join(folder, "data");
let backend: BackendProcess;
let client: ConvexClient;

/** A path as the backend sees it. */
const inside = (...names: string[]): string => join("/proc", String(backend.pid), "root", dataDir, ...names);

beforeAll(async () => {
  if (!canMakeDisks) return;
  mkdirSync(dataDir);
  const pushing = await openBackend({ dataDir: seed, port: 0, sitePort: 0, durability: "fast" });
  await pushing.push((await bundleApp({ functionsDir })).request);
  await pushing.close();
  backend = await BackendProcess.start(dataDir, { durability: "full", within: [...DISK, seed, dataDir] });
  client = new ConvexClient(backend.url, { logger: false, unsavedChangesWarning: false });
});
afterAll(async () => {
  if (canMakeDisks) {
    await client.close();
    await backend.kill();
  }
  rmSync(folder, { recursive: true });
});

/** Leaves no room on the disk, not for a byte. */
function fill(): void {
  const { bavail, bsize } = statfsSync(inside());
  writeFileSync(inside("ballast"), new Uint8Array(bavail * bsize));
}

/** Pushes the app with one more module. */
async function push(source: string): Promise<void> {
  const { request: { app, components } } = await bundleApp({ functionsDir });
  const added: ModuleSource = { path: "added.js", source, environment: "isolate" };
  const { adminKey } = loadDeploymentKeys(inside(), systemPorts);
  await pushOverHttp({ url: backend.url, adminKey }, { app: { ...app, functions: [...app.functions, added] }, components });
}

const failureOf = (call: Promise<unknown>): Promise<unknown> => call.then(() => "no failure", (error: unknown) => error);
const TEXT = `The disk of the data folder ${dataDir} is full`;
const DISK_FULL = { data: { code: "DiskFull", folder: dataDir, message: expect.stringContaining(TEXT) } };

test.skipIf(!canMakeDisks)("on a full disk, writes and uploads are refused by name, reads go on, nothing acknowledged is lost; with room again, writes go on", async () => {
  const http = new ConvexHttpClient(backend.url, { logger: false });
  const shown = follow(client, notes["list"]!, {});
  const saved = new Set<number>();
  let n = 0;
  const add = async (chars: number): Promise<void> => {
    const mine = n++;
    await client.mutation(notes["add"]!, { n: mine, chars });
    saved.add(mine);
  };
  await add(10);
  const uploadUrl = String(await http.mutation(notes["uploadUrl"]!, {}));
  const upload = (bytes: number): Promise<Response> => fetch(uploadUrl, { method: "POST", body: new Uint8Array(bytes) });
  const uploaded = (): string[] => readdirSync(inside("files", "uploads"));

  fill();
  const refused = await failureOf((async () => { for (;;) await add(20_000); })());
  expect(refused).toBeInstanceOf(ConvexError);
  expect(refused).toMatchObject(DISK_FULL);
  // Many at once, of which some are the first to be refused, and reads among them.
  const together = await Promise.all([...Array(20)].flatMap(() => [failureOf(add(50_000)), http.query(notes["list"]!, {})]));
  expect(together.filter((result) => Array.isArray(result)).map((list) => list.length)).toEqual(Array(20).fill(saved.size));
  expect(await failureOf(http.mutation(notes["add"]!, { n: -1, chars: 50_000 }))).toMatchObject(DISK_FULL);
  const response = await upload(500_000);
  expect([response.status, await response.json()]).toEqual([503, { code: "DiskFull", message: DISK_FULL.data.message }]);
  expect(await failureOf(http.action(notes["store"]!, { bytes: 500_000 }))).toMatchObject(DISK_FULL);
  expect(uploaded()).toEqual([]);
  await expect(push("export const added = 1;")).rejects.toThrow(TEXT);
  expect((await http.query(notes["list"]!, {})).toSorted()).toEqual([...saved].toSorted());

  rmSync(inside("ballast"));
  await add(100_000);
  await push("export const added = 2;");
  expect((await upload(500_000)).status).toBe(200);
  await shown.until((list: number[]) => list.length === saved.size);
  expect(client.connectionState()).toMatchObject({ connectionCount: 1, connectionRetries: 0 });
});
