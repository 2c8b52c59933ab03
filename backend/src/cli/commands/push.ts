import { UserError } from "../../errors.ts";
import { withBackend, type Command, type CommandContext } from "../command.ts";
import type { AppSource } from "../parts.ts";
import { formatError } from "../printError.ts";
import { appSourceOf, DATA_DIR_OPTION, dataDirOf, SOURCE_OPTIONS } from "../project.ts";
import { pushOverHttp } from "../pushOverHttp.ts";
import { bundleOnce, pushBundled } from "../serve.ts";

/** `convex-embedded push`: push once, to a folder or to a backend that is running. */
export const push: Command = {
  name: "push",
  summary: "Push your functions once",
  description: "Without --url, the functions go into the data folder, to be served by the next start. With --url they go to\n"
    + "a backend that is running; its admin key comes from --admin-key or from the data folder.",
  options: [
    ...SOURCE_OPTIONS,
    DATA_DIR_OPTION,
    { name: "url", value: "<address>", help: "A running backend, for example http://127.0.0.1:3210" },
    { name: "admin-key", value: "<key>", help: "Its admin key" },
  ],
  examples: ["convex-embedded push", "convex-embedded push --url http://127.0.0.1:3210"],
  async run(context) {
    const source = await appSourceOf(context.given, context.cwd);
    const url = context.given.value("url");
    if (url !== undefined) return await pushToRunning(context, source, url);
    const dataDir = dataDirOf(context.given, context.cwd);
    const backend = await context.parts.openBackend({ dataDir, port: 0, sitePort: 0, durability: "full", onLog: () => {}, onPush: () => {} });
    return await withBackend(backend, async () => ((await pushBundled(context, backend, await bundleOnce(context, source))) ? 0 : 1));
  },
};

async function pushToRunning(context: CommandContext, source: AppSource, url: string): Promise<number> {
  const { given, parts, terminal, cwd } = context;
  if (!URL.canParse(url)) throw new UserError("BadUrl", `--url must be an address such as http://127.0.0.1:3210, got "${url}"`);
  const adminKey = given.value("admin-key") ?? (await parts.adminKey(dataDirOf(given, cwd)));
  try {
    await pushOverHttp({ url, adminKey }, await parts.bundle(source));
  } catch (error) {
    for (const line of formatError(error, { paint: terminal.paint, folder: cwd })) terminal.note(line);
    return 1;
  }
  terminal.note(terminal.paint("green", `✔ Functions are live at ${url}`));
  return 0;
}
