import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { makeFunctionReference, type PaginationOptions, type PaginationResult } from "convex/server";
import { BackendProcess } from "../support/backendProcess.ts";
import { compileCache } from "../support/compileCache.ts";

/** The functions of the app in `app/`. */
export const messages = {
  list: makeFunctionReference<"query", { channel: string }, string[]>("messages:list"),
  page: makeFunctionReference<"query", { channel: string; paginationOpts: PaginationOptions }, PaginationResult<{ body: string }>>("messages:page"),
  send: makeFunctionReference<"mutation", { channel: string; body: string }, string>("messages:send"),
  count: makeFunctionReference<"action", { channel: string }, number>("messages:count"),
  whoAmI: makeFunctionReference<"query", Record<string, never>, string | null>("messages:whoAmI"),
};

export type User = "ada" | "bob";

/** What `prepare.ts` prints. */
export interface Prepared {
  readonly dataDir: string;
  /** No two are equal. */
  readonly tokens: Readonly<Record<User, readonly string[]>>;
}

/** The app, served by a process of its own, and its users' tokens. */
export class Served {
  readonly #prepared: Prepared;
  readonly #given: Record<User, number> = { ada: 0, bob: 0 };
  #process: BackendProcess;

  private constructor(prepared: Prepared, process: BackendProcess) {
    this.#prepared = prepared;
    this.#process = process;
  }

  static async open(): Promise<Served> {
    const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, "prepare.ts")], { env: { ...process.env, ...compileCache } });
    // Its output is one of these.
    const prepared = JSON.parse(stdout) as Prepared;
    return new Served(prepared, await BackendProcess.start(prepared.dataDir));
  }

  get url(): string {
    return this.#process.url;
  }

  /** The next token of a user. */
  token(user: User): string {
    const tokens = this.#prepared.tokens[user];
    const token = tokens[this.#given[user]++ % tokens.length];
    if (token === undefined) throw new Error(`${user} has no tokens`);
    return token;
  }

  /** Kills the process; another one serves at the same address once `between` is over. */
  async crash(between: () => Promise<void> = async () => undefined): Promise<void> {
    const port = Number(new URL(this.url).port);
    await this.#process.kill();
    await between();
    this.#process = await BackendProcess.start(this.#prepared.dataDir, { port });
  }

  async close(): Promise<void> {
    await this.#process.kill();
    rmSync(this.#prepared.dataDir, { recursive: true });
  }
}
