#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { openBackend } from "../backend.ts";
import { invariant } from "../errors.ts";
import { systemPorts } from "../ports.ts";
import { bundleApp } from "../push/bundle.ts";
import { watchFunctions } from "../push/watch.ts";
import { loadDeploymentKeys } from "../system/deploymentKeys.ts";
import { deleteData } from "./dataFolder.ts";
import { freePort } from "./freePort.ts";
import type { CliParts } from "./parts.ts";
import { runProgram } from "./program.ts";
import { processTerminal } from "./terminal.ts";

const parts: CliParts = {
  version: packageVersion(),
  async openBackend(request) {
    const backend = await openBackend({ ...request, host: "127.0.0.1" });
    return { ...backend, hasFunctions: backend.functions.host.app !== null };
  },
  bundle: async (source) => (await bundleApp(source)).request,
  watch: (source, onBundle) => watchFunctions({
    ...source,
    onChange: (outcome) => onBundle(outcome.ok ? { ok: true, push: outcome.bundle.request } : outcome),
  }),
  freePort,
  adminKey: async (dataDir) => loadDeploymentKeys(dataDir, systemPorts).adminKey,
  deleteData,
};

function packageVersion(): string {
  const version = /"version":\s*"([^"]+)"/.exec(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))?.[1];
  invariant(version !== undefined, "package.json has a version");
  return version;
}

process.exitCode = await runProgram(process.argv.slice(2), { terminal: processTerminal(), parts, cwd: process.cwd() });
