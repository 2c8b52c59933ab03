import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { UserError } from "../../errors.ts";
import { withBackend, type Command, type CommandContext } from "../command.ts";
import type { AppSource, CliBackend } from "../parts.ts";
import { appSourceOf, dataDirOf, SERVER_OPTIONS, shownPath, SOURCE_OPTIONS } from "../project.ts";
import { bundleOnce, openServer, printAddresses, pushBundled, STOPPING } from "../serve.ts";

/** `convex-embedded dev`: serve, push, and push again whenever a file changes. */
export const dev: Command = {
  name: "dev",
  summary: "Run the backend and push your functions whenever they change",
  description: "Starts the backend, pushes the functions folder and watches it. A change is live within moments; a mistake\n"
    + "is printed with its file and line while the old code keeps running. Function logs appear as they happen.",
  options: [
    ...SOURCE_OPTIONS,
    ...SERVER_OPTIONS,
    // Not `env-file`: Node takes that for itself, wherever it stands.
    { name: "env", value: "<file>", help: "Set the deployment's environment variables from this file first" },
    { name: "once", help: "Push once and exit; the exit code tells whether it went through" },
  ],
  examples: ["convex-embedded dev", "convex-embedded dev --functions example/convex --port 4000", "convex-embedded dev --once"],
  async run(context) {
    const source = await appSourceOf(context.given, context.cwd);
    const backend = await openServer(context);
    return await withBackend(backend, async () => {
      await setEnvironment(context, backend);
      if (context.given.flag("once")) return (await pushBundled(context, backend, await bundleOnce(context, source))) ? 0 : 1;
      printAddresses(context, backend, [`Functions     ${shownPath(context.cwd, source.functionsDir)} (watching)`]);
      await watchUntilStopped(context, backend, source);
      return 0;
    });
  },
};

async function setEnvironment({ given, cwd }: CommandContext, backend: CliBackend): Promise<void> {
  const file = given.value("env");
  if (file === undefined) return;
  const path = resolve(cwd, file);
  if (!existsSync(path)) throw new UserError("NoEnvFile", `There is no file of environment variables at ${path}.`);
  const variables = parseEnv(await readFile(path, "utf8"));
  await backend.setEnv(Object.entries(variables).map(([name, value]) => ({ name, value: value ?? null })));
}

async function watchUntilStopped(context: CommandContext, backend: CliBackend, source: AppSource): Promise<void> {
  const stopped = context.terminal.untilStopped();
  const cacheFile = join(dataDirOf(context.given, context.cwd), "bundle.json");
  const watcher = context.parts.watch({ ...source, cacheFile }, async (bundled) => void (await pushBundled(context, backend, bundled)));
  await stopped;
  context.terminal.note(STOPPING);
  await watcher.close();
}
