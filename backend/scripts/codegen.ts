import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { startCodegenServer } from "../src/push/codegenServer.ts";

// Writes the `_generated` folders with the official `convex codegen`, which asks this program instead of a deployment.
//
//   node backend/scripts/codegen.ts                                  the component of src/component, then the app of convex.json
//   node backend/scripts/codegen.ts --project DIR [--component DIR]… [--app]

interface Options {
  readonly project: string;
  readonly components: readonly string[];
  readonly app: boolean;
}

function parseOptions(args: readonly string[]): Options {
  const components: string[] = [];
  let project = process.cwd();
  let app = false;
  for (let index = 0; index < args.length; index++) {
    const value = args[index + 1];
    if (args[index] === "--app") app = true;
    else if (args[index] === "--project" && value !== undefined) project = resolve(args[++index] ?? "");
    else if (args[index] === "--component" && value !== undefined) components.push(args[++index] ?? "");
    else throw new Error(`Unknown option ${args[index]}; use --project DIR, --component DIR, --app`);
  }
  if (components.length > 0 || app) return { project, components, app };
  return { project, components: existsSync(join(project, "src/component/convex.config.ts")) ? ["src/component"] : [], app: true };
}

function cliPath(project: string): string {
  const manifest = createRequire(join(project, "package.json")).resolve("convex/package.json");
  return join(dirname(manifest), "bin/main.js");
}

async function runCli(project: string, url: string, args: readonly string[]): Promise<void> {
  const env: NodeJS.ProcessEnv = { ...process.env, CONVEX_SELF_HOSTED_URL: url, CONVEX_SELF_HOSTED_ADMIN_KEY: "codegen|0" };
  delete env["CONVEX_DEPLOYMENT"];
  delete env["CONVEX_DEPLOY_KEY"];
  const command = ["codegen", "--typecheck", "disable", "--live-component-sources", ...args];
  const child = spawn(process.execPath, [cliPath(project), ...command], { cwd: project, env, stdio: "inherit" });
  const code = await new Promise<number | null>((done, fail) => child.once("error", fail).once("exit", done));
  if (code !== 0) throw new Error(`convex ${command.join(" ")} ended with ${code}`);
}

async function main(): Promise<void> {
  const { project, components, app } = parseOptions(process.argv.slice(2));
  const modulesDir = mkdtempSync(join(tmpdir(), "convex-codegen-"));
  const server = await startCodegenServer(modulesDir);
  try {
    for (const component of components) await runCli(project, server.url, ["--component-dir", component]);
    if (app) await runCli(project, server.url, []);
  } finally {
    await server.close();
    rmSync(modulesDir, { recursive: true, force: true });
  }
}

await main();
