import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inTurns, median } from "../harness/samples.ts";

const root = join(import.meta.dirname, "..");
const modules = join(root, "node_modules");
const peerModules = join(root, "bench/peer/node_modules");
const ROUNDS = 7;

const HEAD = `
import { actionGeneric as action, componentsGeneric } from "convex/server";
import { v } from "convex/values";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { z } from "zod";
declare const languageModel: LanguageModelV4;
`;

/** A tool, and an action that answers a prompt with it: by the AI SDK alone, and by an agent. */
const BARE_APP = `${HEAD}
import { stepCountIs, streamText, tool } from "ai";
const weather = tool({
  description: "The weather in a city",
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }): Promise<string> => "Sunny in " + city,
});
export const reply = action({
  args: { prompt: v.string() },
  handler: async (_ctx, { prompt }): Promise<string> => {
    const result = streamText({ model: languageModel, prompt, tools: { weather }, stopWhen: stepCountIs(3) });
    await result.consumeStream();
    return await result.text;
  },
});
`;

function agentApp(name: string): string {
  return `${HEAD}
import { Agent, createTool, stepCountIs } from "${name}";
import type { ComponentApi } from "${name}/_generated/component.js";
const components = componentsGeneric() as unknown as { agent: ComponentApi<"agent"> };
const weather = createTool({
  description: "The weather in a city",
  inputSchema: z.object({ city: z.string() }),
  execute: async (_ctx, { city }): Promise<string> => "Sunny in " + city,
});
const agent = new Agent(components.agent, { name: "weather", languageModel, tools: { weather }, stopWhen: stepCountIs(3) });
export const reply = action({
  args: { threadId: v.string(), prompt: v.string() },
  handler: async (ctx, { threadId, prompt }): Promise<string> => {
    const result = await agent.streamText(ctx, { threadId }, { prompt }, { saveStreamDeltas: true });
    await result.consumeStream();
    return await result.text;
  },
});
`;
}

interface App {
  readonly source: string;
  /** The folder that has the AI SDK. */
  readonly sdk?: string;
  /** Puts the package under the app's node_modules. */
  readonly install?: (installed: string) => void;
}

const apps: Readonly<Record<"bare" | "ours" | "barePeer" | "peer" | "peerOnNewest", App>> = {
  bare: { source: BARE_APP },
  ours: { source: agentApp("convex-agent"), install: installOurs },
  barePeer: { source: BARE_APP, sdk: peerModules },
  peer: { source: agentApp("@convex-dev/agent"), sdk: peerModules, install: installPeer },
  peerOnNewest: { source: agentApp("@convex-dev/agent"), install: installPeer },
};

/** As it is published: declarations, and the manifest that leads to them. */
function installOurs(installed: string): void {
  const folder = join(installed, "convex-agent");
  const args = ["-p", join(root, "tsconfig.build.json"), "--outDir", join(folder, "dist"), "--emitDeclarationOnly", "--declarationMap", "false", "--sourceMap", "false"];
  const { status, stdout } = runTsc(args);
  if (status !== 0) throw new Error(`The declarations cannot be made:\n${stdout}`);
  cpSync(join(root, "package.json"), join(folder, "package.json"));
}

/** A copy: what is reached by a link finds the packages beside the original. */
function installPeer(installed: string): void {
  const folder = dirname(createRequire(join(root, "package.json")).resolve("@convex-dev/agent/package.json"));
  const into = join(installed, "@convex-dev/agent");
  for (const name of ["dist", "package.json"]) cpSync(join(folder, name), join(into, name), { recursive: true });
}

function write(folder: string, { source, sdk = modules, install }: App): void {
  const installed = join(folder, "node_modules");
  mkdirSync(join(installed, "@ai-sdk"), { recursive: true });
  for (const name of ["convex", "zod", "convex-helpers", "@types", "react"]) symlinkSync(join(modules, name), join(installed, name));
  for (const name of ["ai", "@ai-sdk/provider", "@ai-sdk/provider-utils"]) symlinkSync(join(sdk, name), join(installed, name));
  install?.(installed);
  writeFileSync(join(folder, "app.ts"), source);
  const compilerOptions = {
    target: "ES2023", module: "ESNext", moduleResolution: "Bundler", strict: true, skipLibCheck: true, noEmit: true,
    types: ["node"], lib: ["ES2024", "DOM", "DOM.Iterable"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["app.ts"] }));
}

function runTsc(args: readonly string[]): { status: number | null; stdout: string } {
  return spawnSync(process.execPath, [join(modules, "typescript/bin/tsc"), ...args], { encoding: "utf8" });
}

interface Checked {
  readonly ms: number;
  readonly instantiations: number;
  readonly errors: number;
}

/** One thread: work that several share is counted, and waited for, more than once. */
function check(folder: string): Checked {
  const { stdout } = runTsc(["-p", folder, "--singleThreaded", "--extendedDiagnostics"]);
  const told = (name: string): number => {
    const value = new RegExp(`^${name}:\\s+([\\d.]+)`, "m").exec(stdout)?.[1];
    if (value === undefined) throw new Error(`tsc tells no "${name}":\n${stdout}`);
    return Number(value);
  };
  return { ms: told("Total time") * 1000, instantiations: told("Instantiations"), errors: stdout.split(/error TS\d+/).length - 1 };
}

/** What checking a minimal app costs beside the same app over the AI SDK alone, of the version that the package takes. */
export async function typeChecking() {
  const folder = mkdtempSync(join(tmpdir(), "convex-agent-types-"));
  try {
    for (const [name, app] of Object.entries(apps)) write(join(folder, name), app);
    const first = (name: keyof typeof apps): Checked => check(join(folder, name));
    const [bare, ours, barePeer, peer, peerOnNewest] = [first("bare"), first("ours"), first("barePeer"), first("peer"), first("peerOnNewest")];
    const timed = (name: keyof typeof apps) => async () => first(name).ms;
    const times = await inTurns(ROUNDS, { bare: timed("bare"), ours: timed("ours"), barePeer: timed("barePeer"), peer: timed("peer") });
    return {
      ours: { timesBare: median(times.ours) / median(times.bare), typesBare: ours.instantiations / bare.instantiations, errors: ours.errors + bare.errors },
      peer: { timesBare: median(times.peer) / median(times.barePeer), typesBare: peer.instantiations / barePeer.instantiations, errors: peerOnNewest.errors + peer.errors + barePeer.errors },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
