#!/usr/bin/env node
import { openBackend } from "../backend.ts";
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
  openBackend: (request) => openBackend({ ...request, host: "127.0.0.1" }),
  bundle: async (source) => (await bundleApp(source)).request,
  watch: (source, onBundle) => watchFunctions({
    ...source,
    onChange: (outcome) => onBundle(outcome.ok ? { ok: true, push: outcome.bundle.request } : outcome),
  }),
  freePort,
  adminKey: async (dataDir) => loadDeploymentKeys(dataDir, systemPorts).adminKey,
  deleteData,
};

process.exitCode = await runProgram(process.argv.slice(2), { terminal: processTerminal(), parts, cwd: process.cwd() });
