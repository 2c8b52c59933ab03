import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemPorts } from "../ports.ts";
import { loadDeploymentKeys } from "./deploymentKeys.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "keys-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("keys are made once, differ between folders and can be read by their owner alone", () => {
  const first = loadDeploymentKeys(join(folder, "a"), systemPorts);
  expect(first.adminKey).toMatch(/^convex-embedded\|[0-9a-f]{64}$/);
  expect(first.uploadSecret).toHaveLength(32);
  expect(loadDeploymentKeys(join(folder, "a"), systemPorts)).toEqual(first);
  expect(loadDeploymentKeys(join(folder, "b"), systemPorts).adminKey).not.toBe(first.adminKey);
  expect(readdirSync(join(folder, "a"))).toEqual(["keys.json"]);
  expect(statSync(join(folder, "a", "keys.json")).mode & 0o077).toBe(0);
});

test("a damaged file is named, not replaced", () => {
  for (const text of ["", "{}", "nonsense", JSON.stringify({ adminSecret: "x", uploadSecret: "y" })]) {
    writeFileSync(join(folder, "keys.json"), text);
    expect(() => loadDeploymentKeys(folder, systemPorts)).toThrow(/keys\.json is damaged/);
  }
});
