import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

export interface ExampleProcess {
  readonly page: string;
  readonly backend: string;
  /** Where its HTTP actions are. */
  readonly http: string;
  /** The playground's page. */
  readonly playground: string;
  /** Everything it printed so far. */
  output(): string;
  /** Resolves when it has printed something that matches, from `from` characters on. */
  printed(pattern: RegExp, from?: number): Promise<void>;
  /** Ctrl-C; resolves to the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL: no chance to tidy up. */
  kill(): Promise<void>;
}

/** In a data folder, what a start has bundled and made ready to run. Another start takes from it what is the same for it. */
const MADE = ["bundle.json", "modules/rewritten"];

/** For tests of what stands around the words of a reply. */
export const FAST_MODEL: Readonly<Record<string, string>> = { DEMO_WORD_DELAY_MS: "12" };

/**
 * Runs what `npm start` runs, on a data folder of its own, and waits until it says that it is ready.
 *
 * @param options.madeBy - The data folder of another example: what that has bundled and made ready need not be made again.
 * @param options.env - Environment for the model, such as `OPENAI_BASE_URL`; keys of this machine are left out.
 */
export async function startExample(options: { dataDir: string; madeBy?: string; env?: Readonly<Record<string, string>> | undefined; script?: string }): Promise<ExampleProcess> {
  const { madeBy, dataDir } = options;
  if (madeBy !== undefined) takeOver(madeBy, dataDir);
  const { OPENAI_API_KEY: _key, OPENAI_BASE_URL: _url, OPENAI_MODEL: _model, OPENAI_TIMEOUT_MS: _timeout, DEMO_WORD_DELAY_MS: _delay, ...environment } = process.env;
  const child = spawn(process.execPath, ["-C", "@convex-dev/component-source", options.script ?? join(root, "example/start.ts")], {
    cwd: root,
    env: { ...environment, NO_COLOR: "1", ...options.env, CONVEX_DATA_DIR: dataDir },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = new Output(child);
  await output.printed(/^\s+Stop\s/m);
  return {
    page: output.address("Page"),
    backend: output.address("Backend"),
    http: output.address("HTTP"),
    playground: output.address("Playground"),
    output: () => output.text,
    printed: (pattern, from = 0) => output.printed(pattern, from),
    async stop() {
      child.kill("SIGINT");
      return await output.exited;
    },
    async kill() {
      child.kill("SIGKILL");
      await output.exited;
    },
  };
}

function takeOver(from: string, to: string): void {
  for (const name of MADE) if (existsSync(join(from, name))) cpSync(join(from, name), join(to, name), { recursive: true });
}

class Output {
  text = "";
  readonly exited: Promise<number | null>;
  readonly #waiting = new Set<() => void>();
  #isOver = false;

  constructor(child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8");
      stream?.on("data", (piece: string) => {
        this.text += piece;
        for (const look of this.#waiting) look();
      });
    }
    this.exited = new Promise((resolve) => {
      child.once("close", (code) => {
        this.#isOver = true;
        for (const look of this.#waiting) look();
        resolve(code);
      });
    });
  }

  printed(pattern: RegExp, from = 0): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const isThere = pattern.test(this.text.slice(from));
        if (!isThere && !this.#isOver) return;
        this.#waiting.delete(look);
        if (isThere) resolve();
        else reject(new Error(`It ended before it printed ${pattern}:\n${this.text}`));
      };
      this.#waiting.add(look);
      look();
    });
  }

  address(name: string): string {
    const match = new RegExp(`^\\s+${name}\\s+(http://127\\.0\\.0\\.1:\\d+)`, "m").exec(this.text);
    if (match?.[1] === undefined) throw new Error(`It printed no address for ${name}:\n${this.text}`);
    return match[1];
  }
}
