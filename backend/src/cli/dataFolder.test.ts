import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemPorts } from "../ports.ts";
import { openDatabase } from "../storage/database.ts";
import { loadDeploymentKeys } from "../system/deploymentKeys.ts";
import { deleteData } from "./dataFolder.ts";

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "data-"));
  folder = join(parent, "data");
  mkdirSync(join(folder, "files", "blobs"), { recursive: true });
  loadDeploymentKeys(folder, systemPorts);
});
afterEach(() => rmSync(parent, { recursive: true }));

test("a data folder is deleted as a whole", async () => {
  openDatabase({ dir: folder, ports: systemPorts }).close();
  expect(await deleteData(folder)).toEqual([]);
  expect(existsSync(folder)).toBe(false);
});

test("what is not the backend's is left, and named", async () => {
  writeFileSync(join(folder, "index.ts"), "precious");
  expect(await deleteData(folder)).toEqual(["index.ts"]);
  expect(readdirSync(folder)).toEqual(["index.ts"]);
});

test("a folder that is in use is refused and keeps everything", async () => {
  const database = openDatabase({ dir: folder, ports: systemPorts });
  const before = readdirSync(folder);
  await expect(deleteData(folder)).rejects.toThrow(/is in use by another convex-embedded process/);
  expect(readdirSync(folder)).toEqual(before);
  database.close();
});

test("a damaged database can be deleted", async () => {
  writeFileSync(join(folder, "database.sqlite"), "not a database at all");
  expect(await deleteData(folder)).toEqual([]);
});
