import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Backend } from "../../src/index.ts";
import { compileCache } from "./compileCache.ts";

const ROOT = join(import.meta.dirname, "../../..");
const CLI = join(ROOT, "node_modules/convex/bin/main.js");
const OWN_CLI = join(ROOT, "backend/src/cli/main.ts");
const TIMEOUT_MS = 60_000;

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  /** Without colours. */
  readonly stderr: string;
}

/** A copy of a fixture, in which the official CLI works against a backend; without one, `convex-embedded` works in it. */
export class CliProject {
  readonly dir: string;
  readonly #program: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #watching = new Set<Watching>();

  constructor(fixture: string, backend: Pick<Backend, "url" | "adminKey"> | null) {
    this.#program = backend === null ? OWN_CLI : CLI;
    this.dir = mkdtempSync(join(tmpdir(), "convex-cli-"));
    cpSync(fixture, this.dir, { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(this.dir, "node_modules"), "dir");
    const { CONVEX_DEPLOYMENT: _deployment, CONVEX_DEPLOY_KEY: _key, ...env } = process.env;
    this.#env = { ...env, ...compileCache, CI: "1", ...(backend === null ? {} : { CONVEX_SELF_HOSTED_URL: backend.url, CONVEX_SELF_HOSTED_ADMIN_KEY: backend.adminKey }) };
  }

  path(...names: string[]): string {
    return join(this.dir, ...names);
  }

  /** Runs a command to its end. A failure of the command is a result. */
  run(...args: string[]): Promise<CliResult> {
    return new Promise((resolve) => {
      execFile(process.execPath, [this.#program, ...args], { cwd: this.dir, env: this.#env, timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout: stripVTControlCharacters(stdout), stderr: stripVTControlCharacters(stderr) });
      });
    });
  }

  /** Runs a command that must succeed; what it prints as its answer. */
  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args);
    if (code !== 0) throw new Error(`convex ${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
    return stdout.trim();
  }

  /** Starts a command that goes on by itself. */
  watch(...args: string[]): Watching {
    const watching = new Watching(spawn(process.execPath, [this.#program, ...args], { cwd: this.dir, env: this.#env, stdio: ["ignore", "pipe", "pipe"], timeout: TIMEOUT_MS }));
    this.#watching.add(watching);
    return watching;
  }

  async close(): Promise<void> {
    for (const watching of this.#watching) await watching.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A command that runs until it is stopped. */
export class Watching {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #waiting = new Set<() => void>();
  #text = "";

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, "exit");
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (piece: Buffer) => {
        this.#text += stripVTControlCharacters(piece.toString());
        for (const look of this.#waiting) look();
      });
    }
  }

  /** Waits until it has printed this, after what {@link until} found before; what it printed on the way. */
  until(expected: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const at = this.#text.indexOf(expected);
        if (at === -1) return;
        const before = this.#text.slice(0, at);
        this.#text = this.#text.slice(at + expected.length);
        this.#waiting.delete(look);
        resolve(before);
      };
      this.#waiting.add(look);
      void this.#ended.then(() => reject(new Error(`It ended without printing ${JSON.stringify(expected)}; it printed:\n${this.#text}`)));
      look();
    });
  }

  /** Ctrl-C. Resolves to the exit code. */
  async interrupt(): Promise<number | null> {
    this.#child.kill("SIGINT");
    await this.#ended;
    return this.#child.exitCode;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill("SIGKILL");
    await this.#ended;
  }
}
