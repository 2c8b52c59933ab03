import { formatError, formatLogEntry, freePort, openBackend, watchFunctions, type Backend, type BundleOutcome, type LogEntry, type Watching } from "convex-embedded";
import { join, relative } from "node:path";
import { describeVariables, readVariables, type Variable } from "./environment.ts";
import { openPage, type PageServer } from "./page.ts";
import { openPlayground } from "./playground.ts";
import { listenForStop, paint, say } from "./terminal.ts";

export interface ExampleOptions {
  readonly exampleDir: string;
  readonly cloneDir: string;
  readonly dataDir: string;
  /** Read for the model's variables; need not exist. */
  readonly envFile: string;
  /** Where the backend is sought for first. Default: 3210. */
  readonly backendPort?: number | undefined;
}

/** The next free ones are taken where these are busy. */
const BACKEND_PORT = 3210;
const PAGE_PORT = 5173;
const PLAYGROUND_PORT = 5273;

/** Runs until it is asked to stop. Returns the exit code: 0 after a stop, 1 when it could not start. */
export async function runExample(options: ExampleOptions): Promise<number> {
  const stop = listenForStop();
  const closers: (() => Promise<void>)[] = [];
  try {
    const variables = await readVariables(options.envFile, process.env);
    const backend = await openExampleBackend(options, variables);
    closers.push(() => backend.close());
    const page = await openPage({ exampleDir: options.exampleDir, port: PAGE_PORT, backendUrl: backend.url, httpUrl: backend.siteUrl });
    closers.push(() => page.close());
    const playground = await openPlayground({ backend, port: PLAYGROUND_PORT, onTrouble: (error) => printError(error, options) });
    closers.push(() => playground.close());
    const watching = await pushAndWatch(options, backend);
    closers.push(() => watching.close());
    if (!stop.isAsked) printAddresses({ backend, page, playground, variables, options });
    await stop.asked;
    say(paint("gray", "\nStopping …"));
    return 0;
  } catch (error) {
    printError(error, options);
    return 1;
  } finally {
    // What was opened last is closed first: nothing loses what it stands on.
    for (const close of closers.toReversed()) await close();
  }
}

async function openExampleBackend({ dataDir, backendPort = BACKEND_PORT }: ExampleOptions, variables: readonly Variable[]): Promise<Backend> {
  const port = await freePort(backendPort);
  const backend = await openBackend({
    dataDir,
    port,
    sitePort: await freePort(port + 1),
    durability: "full",
    onLog: printLog,
  });
  await backend.setEnv(variables);
  return backend;
}

/** Pushes the functions, then again after each edit. Resolves after the first attempt, whether or not it went through. */
function pushAndWatch(options: ExampleOptions, backend: Backend): Promise<Watching> {
  let pushes = 0;
  return new Promise((resolve) => {
    const watching = watchFunctions({
      functionsDir: join(options.exampleDir, "convex"),
      // The example runs the library from its sources: an edit in src/ is live as soon as one in example/convex.
      conditions: ["@convex-dev/component-source"],
      cacheFile: join(options.dataDir, "bundle.json"),
      onChange: async (outcome) => {
        const isFirst = pushes === 0;
        pushes += 1;
        await push({ options, backend, outcome, isFirst });
        resolve(watching);
      },
    });
  });
}

interface PushOptions {
  readonly options: ExampleOptions;
  readonly backend: Backend;
  readonly outcome: BundleOutcome;
  readonly isFirst: boolean;
}

/** Pushes one bundle. A mistake is printed with its place, and the old code goes on. */
async function push({ options, backend, outcome, isFirst }: PushOptions): Promise<void> {
  const startMs = performance.now();
  try {
    if (!outcome.ok) throw outcome.error;
    await backend.push(outcome.bundle.request);
    if (!isFirst) say(paint("green", `✔ Functions are live again (${Math.round(performance.now() - startMs)} ms)`));
  } catch (error) {
    printError(error, options);
    say(paint("yellow", isFirst
      ? "The functions of the last start, if there are any, are served until this is mended."
      : "The code that was live before goes on until this is mended."));
  }
}

function printLog(entry: LogEntry): void {
  for (const line of formatLogEntry(entry, { paint, verbose: false })) say(line);
}

function printError(error: unknown, { cloneDir }: ExampleOptions): void {
  for (const line of formatError(error, { paint, folder: cloneDir })) say(line);
}

interface Addresses {
  readonly backend: Backend;
  readonly page: PageServer;
  readonly playground: { readonly url: string; readonly port: number };
  readonly variables: readonly Variable[];
  readonly options: ExampleOptions;
}

function printAddresses({ backend, page, playground, variables, options }: Addresses): void {
  say("");
  say(`  ${paint("green", "●")} ${paint("bold", "convex-agent example is ready")}`);
  row("Page", paint("cyan", page.url) + busyNote(page.port, PAGE_PORT));
  row("Playground", paint("cyan", playground.url) + busyNote(playground.port, PLAYGROUND_PORT));
  row("Backend", paint("cyan", backend.url) + busyNote(Number(new URL(backend.url).port), options.backendPort ?? BACKEND_PORT));
  row("HTTP", paint("cyan", backend.siteUrl));
  row("Model", describeVariables(variables));
  row("Data", relative(process.cwd(), options.dataDir) || ".");
  row("Stop", "Ctrl-C");
  say("");
}

function row(name: string, value: string): void {
  say(`  ${paint("gray", name.padEnd(10))} ${value}`);
}

function busyNote(port: number, wanted: number): string {
  return port === wanted ? "" : paint("yellow", `  (port ${wanted} is busy)`);
}
