import { UserError } from "../errors.ts";
import type { CommandContext } from "./command.ts";
import type { AppSource, Bundled, CliBackend } from "./parts.ts";
import { describeChanges } from "./describeChanges.ts";
import { formatError } from "./printError.ts";
import { formatPush } from "./printPush.ts";
import { formatLogEntry } from "./printLog.ts";
import { dataDirOf, DEFAULT_PORT, portOf, shownPath } from "./project.ts";

/** How often a port is looked for when somebody else takes the one that was just free. */
const PORT_TRIES = 5;

/** Said when the person wants to stop. What was acknowledged is safe either way. */
export const STOPPING = "Stopping … calls that run are finished first; Ctrl-C again ends at once";

/** Opens the backend that the options ask for; its function logs go to the terminal as they happen. */
export async function openServer(context: CommandContext): Promise<CliBackend> {
  const { given } = context;
  // One push needs no address that anybody knows.
  const isShort = given.flag("once");
  const port = portOf(given, "port") ?? (isShort ? 0 : undefined);
  const sitePort = portOf(given, "site-port") ?? (isShort && port === 0 ? 0 : undefined);
  for (let tries = 1; ; tries += 1) {
    try {
      return await openAt(context, { port, sitePort });
    } catch (error) {
      const mayLookAgain = (port === undefined || sitePort === undefined) && tries < PORT_TRIES;
      if (!isBusyPort(error)) throw error;
      if (!mayLookAgain) throw new UserError("PortBusy", `Port ${error.port} is in use. Stop what uses it, or name another with --${error.port === port ? "port" : "site-port"}.`, { cause: error });
    }
  }
}

async function openAt({ given, terminal, parts, cwd }: CommandContext, asked: { port: number | undefined; sitePort: number | undefined }): Promise<CliBackend> {
  const port = asked.port ?? (await parts.freePort(DEFAULT_PORT));
  const backend = await parts.openBackend({
    dataDir: dataDirOf(given, cwd),
    port,
    sitePort: asked.sitePort ?? (await parts.freePort(port + 1)),
    durability: given.flag("fast") ? "fast" : "full",
    onLog: (entry) => {
      for (const line of formatLogEntry(entry, { paint: terminal.paint, verbose: given.flag("verbose") })) terminal.note(line);
    },
    onPush: (report) => {
      for (const line of formatPush(report, { paint: terminal.paint, folder: cwd })) terminal.note(line);
    },
  });
  if (asked.port === undefined && port !== DEFAULT_PORT) terminal.note(terminal.paint("yellow", `Port ${DEFAULT_PORT} is busy: using ${port}.`));
  return backend;
}

function isBusyPort(error: unknown): error is Error & { port: number } {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE" && "port" in error;
}

/** The block that tells where everything is. */
export function printAddresses({ given, terminal, cwd }: CommandContext, backend: CliBackend, more: readonly string[]): void {
  const { paint } = terminal;
  const dataDir = dataDirOf(given, cwd);
  const keys = ["convex-embedded keys"];
  if (given.value("data-dir") !== undefined) keys.push(`--data-dir ${given.value("data-dir")}`);
  if (backend.url !== `http://127.0.0.1:${DEFAULT_PORT}`) keys.push(`--url ${backend.url}`);
  terminal.note("");
  terminal.note(`  ${paint("green", "●")} ${paint("bold", "Convex-compatible backend")}`);
  terminal.note(`    Backend       ${paint("cyan", backend.url)}`);
  terminal.note(`    HTTP actions  ${paint("cyan", backend.siteUrl)}`);
  terminal.note(`    Data          ${shownPath(cwd, dataDir)}`);
  for (const line of more) terminal.note(`    ${line}`);
  terminal.note(`    Official CLI  ${keys.join(" ")} >> .env.local`);
  terminal.note(`    Stop          Ctrl-C`);
  terminal.note("");
}

/** Pushes what was bundled; a mistake in the app is printed and the old code goes on. Returns whether it went through. */
export async function pushBundled(context: CommandContext, backend: CliBackend, bundled: Bundled): Promise<boolean> {
  const { terminal, cwd } = context;
  const startMs = performance.now();
  let changes: string[] = [];
  try {
    if (!bundled.ok) throw bundled.error;
    changes = describeChanges(await backend.push(bundled.push));
  } catch (error) {
    for (const line of formatError(error, { paint: terminal.paint, folder: cwd })) terminal.note(line);
    terminal.note(terminal.paint("red", "✘ Not pushed: what was live before stays as it is"));
    return false;
  }
  terminal.note(terminal.paint("green", `✔ Functions are live (pushed in ${Math.round(performance.now() - startMs)} ms)`));
  for (const line of changes) terminal.note(`  ${terminal.paint("gray", line)}`);
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
