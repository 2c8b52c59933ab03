import type { CommandContext } from "./command.ts";
import type { AppSource, Bundled, CliBackend } from "./parts.ts";
import { formatError } from "./printError.ts";
import { formatLogEntry } from "./printLog.ts";
import { dataDirOf, DEFAULT_PORT, portOf } from "./project.ts";

/** Opens the backend that the options ask for; its function logs go to the terminal as they happen. */
export async function openServer({ given, terminal, parts, cwd }: CommandContext): Promise<CliBackend> {
  const asked = portOf(given, "port");
  const port = asked ?? (await parts.freePort(DEFAULT_PORT));
  if (asked === undefined && port !== DEFAULT_PORT) {
    terminal.note(terminal.paint("yellow", `Port ${DEFAULT_PORT} is busy: using ${port}.`));
  }
  const sitePort = portOf(given, "site-port") ?? (await parts.freePort(port + 1));
  return await parts.openBackend({
    dataDir: dataDirOf(given, cwd),
    port,
    sitePort,
    durability: given.flag("fast") ? "fast" : "full",
    onLog: (entry) => {
      for (const line of formatLogEntry(entry, { paint: terminal.paint, verbose: given.flag("verbose") })) terminal.note(line);
    },
  });
}

/** The block that tells where everything is. */
export function printAddresses({ terminal }: CommandContext, backend: CliBackend, more: readonly string[]): void {
  const { paint } = terminal;
  terminal.note("");
  terminal.note(`  ${paint("green", "●")} ${paint("bold", "Convex-compatible backend")}`);
  terminal.note(`    Backend       ${paint("cyan", backend.url)}`);
  terminal.note(`    HTTP actions  ${paint("cyan", backend.siteUrl)}`);
  for (const line of more) terminal.note(`    ${line}`);
  terminal.note(`    Stop          Ctrl-C`);
  terminal.note("");
}

/** Pushes what was bundled; a mistake in the app is printed and the old code goes on. Returns whether it went through. */
export async function pushBundled(context: CommandContext, backend: CliBackend, bundled: Bundled): Promise<boolean> {
  const { terminal, cwd } = context;
  const startMs = performance.now();
  try {
    if (!bundled.ok) throw bundled.error;
    await backend.push(bundled.push);
  } catch (error) {
    for (const line of formatError(error, { paint: terminal.paint, folder: cwd })) terminal.note(line);
    return false;
  }
  terminal.note(terminal.paint("green", `✔ Functions are live (pushed in ${Math.round(performance.now() - startMs)} ms)`));
  return true;
}

/** Bundles an app once; a mistake is a value. */
export async function bundleOnce({ parts }: CommandContext, source: AppSource): Promise<Bundled> {
  try {
    return { ok: true, push: await parts.bundle(source) };
  } catch (error) {
    return { ok: false, error };
  }
}
