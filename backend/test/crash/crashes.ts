import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleApp, openBackend } from "../../src/index.ts";
import { BackendProcess } from "../support/backendProcess.ts";
import { pause } from "../support/pause.ts";
import { SeededNumbers } from "../support/seededRandom.ts";
import { check, type CrashReport } from "./check.ts";
import { HttpLoad, SocketLoad, type LoadOptions } from "./load.ts";
import { Witness } from "./witness.ts";

export interface CrashOptions {
  readonly kills: number;
  /** Chooses operations and moments. Which commit a kill hits is the machine's choice. */
  readonly seed: number;
  /** A backend lives for fewer acknowledged mutations than this. @default 40 */
  readonly life?: number;
  readonly onKill?: (done: number) => void;
}

/** One kill in so many comes while the backend opens its folder. */
const OPENING_SHARE = 5;
const OPENING_MS = 60;
/** A kill comes this long after the last of a life's acknowledgements at most, so that it hits any step of a mutation. */
const LAST_STEPS_MS = 15;
const SOCKETS = 4;
const HTTP_CLIENTS = 2;

/** Kills a backend under load again and again, on one folder, and checks what is left against what clients were told. */
export async function runCrashes(options: CrashOptions): Promise<CrashReport> {
  const dataDir = mkdtempSync(join(tmpdir(), "convex-embedded-crash-"));
  const witness = await Witness.open();
  const run = new CrashRun(dataDir, options);
  try {
    await push(dataDir);
    return await run.go(witness);
  } finally {
    await run.end();
    await witness.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function push(dataDir: string): Promise<void> {
  const { request } = await bundleApp({ functionsDir: join(import.meta.dirname, "app/convex") });
  const backend = await openBackend({ dataDir, port: 0, sitePort: 0 });
  await backend.push(request);
  await backend.close();
}

/** Counts what happens, for somebody who waits until it has happened often enough. */
class Counter {
  #count = 0;
  #waiting: { readonly target: number; readonly done: () => void } | null = null;

  add(): void {
    this.#count += 1;
    if (this.#waiting !== null && this.#count >= this.#waiting.target) this.#waiting.done();
  }

  /** Resolves when it has happened so many times more. */
  async more(times: number): Promise<void> {
    if (times === 0) return;
    await new Promise<void>((resolve) => {
      this.#waiting = { target: this.#count + times, done: resolve };
    });
    this.#waiting = null;
  }
}

class CrashRun {
  readonly #dataDir: string;
  readonly #options: CrashOptions;
  readonly #random: SeededNumbers;
  readonly #acknowledged = new Counter();
  #current: BackendProcess | null = null;
  #next = new BackendProcess();
  #port = 0;
  #killsWhileOpening = 0;

  constructor(dataDir: string, options: CrashOptions) {
    this.#dataDir = dataDir;
    this.#options = options;
    this.#random = new SeededNumbers(options.seed);
  }

  async go(witness: Witness): Promise<CrashReport> {
    const { kills, seed, onKill } = this.#options;
    const { url } = await this.#start();
    this.#port = Number(new URL(url).port);
    const options: LoadOptions = { url, witness: witness.url, random: new SeededNumbers(seed + 1), onAcknowledged: () => this.#acknowledged.add() };
    const sockets = Array.from({ length: SOCKETS }, (_, index) => new SocketLoad(`socket${index}`, options));
    const http = Array.from({ length: HTTP_CLIENTS }, (_, index) => new HttpLoad(`http${index}`, options));
    try {
      for (let done = 1; done <= kills; done += 1) {
        await this.#killOnce();
        onKill?.(done);
      }
      await this.#start();
      await Promise.all([...sockets, ...http].map((load) => load.stop()));
      const accounts = [...sockets, ...http].map(({ account }) => account);
      return { kills, killsWhileOpening: this.#killsWhileOpening, ...(await check(url, accounts, witness.visits)) };
    } finally {
      await Promise.all(sockets.map((load) => load.close()));
    }
  }

  async end(): Promise<void> {
    await Promise.all([this.#current?.kill(), this.#next.kill()]);
  }

  async #start(): Promise<BackendProcess> {
    const started = this.#take();
    await started.serve(this.#dataDir, { port: this.#port, durability: "full" });
    return started;
  }

  /** The process that was prepared; the one after it is prepared meanwhile. */
  #take(): BackendProcess {
    const taken = this.#next;
    this.#current = taken;
    this.#next = new BackendProcess();
    return taken;
  }

  /** Kills the backend that serves, or the next one while it opens the folder. */
  async #killOnce(): Promise<void> {
    const { life = 40 } = this.#options;
    if (this.#current === null) {
      if (this.#random.below(OPENING_SHARE) === 0) {
        await this.#killWhileOpening();
        return;
      }
      await this.#start();
    }
    await this.#acknowledged.more(this.#random.below(life));
    await pause(this.#random.below(LAST_STEPS_MS));
    await this.#current?.kill();
    this.#current = null;
  }

  async #killWhileOpening(): Promise<void> {
    const opening = this.#take();
    let hasServed = false;
    const served = opening.serve(this.#dataDir, { port: this.#port, durability: "full" }).then(() => (hasServed = true), () => false);
    await pause(this.#random.below(OPENING_MS));
    if (!hasServed) this.#killsWhileOpening += 1;
    await opening.kill();
    await served;
    this.#current = null;
  }
}
