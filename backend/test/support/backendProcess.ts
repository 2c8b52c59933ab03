import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Clock } from "./clock.ts";
import { compileCache } from "./compileCache.ts";

/** What a process is told to serve. */
export interface ServeRequest {
  readonly dataDir: string;
  readonly port: number;
  readonly durability: "full" | "fast";
  readonly clock?: { readonly startMs: number; readonly speed: number };
}

export interface ServeOptions {
  /** The port of the time before, for clients that come back. @default any free one */
  readonly port?: number;
  /** Time goes on from this clock's, at its speed. @default the machine's */
  readonly clock?: Clock;
  readonly durability?: "full" | "fast";
  /** A program, and its arguments, that starts the process. */
  readonly within?: readonly string[];
}

/** A backend that can be killed. */
export class BackendProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;
  readonly #gone: Promise<unknown>;
  #isGone = false;
  #url = "";

  /** Starts the process; it waits to be told what to serve, so that its own start can be over by then. */
  constructor(within: readonly string[] = []) {
    const [program, ...args] = [...within, process.execPath, join(import.meta.dirname, "serve.ts")];
    this.#child = spawn(program ?? process.execPath, args, { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...compileCache } });
    this.#gone = once(this.#child, "exit").then(() => (this.#isGone = true));
    this.#ended = once(this.#child, "exit").then(([code, signal]) => {
      throw new Error(`The backend ended with ${String(code ?? signal)} before it served`);
    });
    // Looked at while it starts alone.
    this.#ended.catch(() => undefined);
    // What is written to a process that was just killed is lost, as it should be.
    this.#child.stdin?.on("error", () => undefined);
  }

  /** Serves the app that was pushed to `dataDir` before. */
  static async start(dataDir: string, options: ServeOptions = {}): Promise<BackendProcess> {
    const started = new BackendProcess(options.within);
    await started.serve(dataDir, options);
    return started;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get url(): string {
    return this.#url;
  }

  async serve(dataDir: string, { port = 0, clock, durability = "fast" }: ServeOptions = {}): Promise<void> {
    const { stdin, stdout } = this.#child;
    if (stdin === null || stdout === null) throw new Error("The process has no pipes");
    const request: ServeRequest = { dataDir, port, durability, ...(clock === undefined ? {} : { clock: { startMs: clock.nowMs(), speed: clock.speed } }) };
    const line = once(createInterface({ input: stdout }), "line");
    stdin.write(`${JSON.stringify(request)}\n`);
    const [url]: unknown[] = await Promise.race([line, this.#ended]);
    this.#url = String(url);
  }

  /** SIGKILL: no chance to tidy up. Resolves when it is gone. */
  async kill(): Promise<void> {
    if (!this.#isGone) this.#child.kill("SIGKILL");
    await this.#gone;
  }
}
