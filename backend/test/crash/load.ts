import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { pause } from "../support/pause.ts";
import type { SeededNumbers } from "../support/seededRandom.ts";

/** What one client was told; the check compares it with what is there in the end. */
export interface Account {
  readonly client: string;
  /** The client repeats what was not acknowledged (a socket's session does), or gives up and never knows. */
  readonly repeats: boolean;
  /** Numbers whose mutation was acknowledged, in the order they were sent in, with the count each was told. */
  readonly told: { readonly n: number; readonly count: number }[];
  /** Numbers whose mutation nobody ever answered. */
  readonly unknown: number[];
  /** Numbers that scheduled a chain of so many ticks. */
  readonly chains: Map<number, number>;
  /** Numbers that scheduled an action. */
  readonly actions: Set<number>;
  /** Files whose upload was acknowledged, with their text. */
  readonly files: Map<string, string>;
  /** Everything the client's subscription showed. */
  readonly seen: number[];
}

const add = makeFunctionReference<"mutation", { client: string; n: number }, number>("ledger:add");
const addWithTicks = makeFunctionReference<"mutation", { client: string; n: number; rounds: number; delayMs: number }, number>("ledger:addWithTicks");
const addWithAction = makeFunctionReference<"mutation", { client: string; n: number; witness: string; delayMs: number }, number>("ledger:addWithAction");
const uploadUrl = makeFunctionReference<"mutation", Record<string, never>, string>("ledger:uploadUrl");
const counted = makeFunctionReference<"query", { client: string }, number>("ledger:counted");

export interface LoadOptions {
  readonly url: string;
  readonly witness: string;
  readonly random: SeededNumbers;
  /** Called for each mutation that was acknowledged. */
  readonly onAcknowledged: () => void;
}

/** Mutations that a client has under way at the same time. */
const IN_FLIGHT = 3;
/** A client's operations per second at most, so that a long run checks more crashes rather than more of the same. */
const PAUSE_MS = 8;

/** How long it leaves a backend alone that was not there. */
const AWAY_MS = 25;

function newAccount(client: string, repeats: boolean): Account {
  return { client, repeats, told: [], unknown: [], chains: new Map(), actions: new Set(), files: new Map(), seen: [] };
}

/** The arguments of the next mutation, noted in the account. */
function nextCall(account: Account, n: number, { witness, random }: LoadOptions) {
  const { client } = account;
  const kind = random.below(4);
  const delayMs = random.below(30);
  if (kind === 0) {
    const rounds = 1 + random.below(3);
    account.chains.set(n, rounds);
    return { mutation: addWithTicks, args: { client, n, rounds, delayMs } };
  }
  if (kind === 1) {
    account.actions.add(n);
    return { mutation: addWithAction, args: { client, n, witness, delayMs } };
  }
  return { mutation: add, args: { client, n } };
}

/** A client over a socket: it comes back after each crash and repeats what was not answered. */
export class SocketLoad {
  readonly account: Account;
  readonly #client: ConvexClient;
  readonly #options: LoadOptions;
  readonly #running: Promise<unknown>;
  #next = 0;
  #isStopped = false;

  constructor(name: string, options: LoadOptions) {
    this.account = newAccount(name, true);
    this.#options = options;
    this.#client = new ConvexClient(options.url, { logger: false, unsavedChangesWarning: false });
    comeBackSoon(this.#client);
    this.#client.onUpdate(counted, { client: name }, (count) => void this.account.seen.push(count), () => undefined);
    this.#running = Promise.all(Array.from({ length: IN_FLIGHT }, async () => await this.#work()));
  }

  /** Begins nothing new. Resolves when everything was answered. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #work(): Promise<void> {
    while (!this.#isStopped) {
      const n = this.#next++;
      const { mutation, args } = nextCall(this.account, n, this.#options);
      // Each of the three takes what `nextCall` made for it.
      const count = await this.#client.mutation(mutation as typeof add, args);
      this.account.told.push({ n, count });
      this.#options.onAcknowledged();
      await pause(PAUSE_MS);
    }
  }
}

/** The client waits a second and more before it comes back; here the crashes are what is looked at. */
function comeBackSoon(client: ConvexClient): void {
  const manager: unknown = Reflect.get(client.client, "webSocketManager");
  if (typeof manager !== "object" || manager === null) throw new Error("The client has changed: it has no webSocketManager");
  Reflect.set(manager, "defaultInitialBackoff", 20);
  Reflect.set(manager, "maxBackoff", 100);
}

/** A client over HTTP: when a crash cuts its request off, it never learns what came of it. */
export class HttpLoad {
  readonly account: Account;
  readonly #client: ConvexHttpClient;
  readonly #options: LoadOptions;
  readonly #running: Promise<void>;
  #isStopped = false;

  constructor(name: string, options: LoadOptions) {
    this.account = newAccount(name, false);
    this.#options = options;
    this.#client = new ConvexHttpClient(options.url, { logger: false });
    this.#running = this.#work();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #work(): Promise<void> {
    for (let n = 0; !this.#isStopped; n += 1) {
      const { mutation, args } = nextCall(this.account, n, this.#options);
      try {
        this.account.told.push({ n, count: await this.#client.mutation(mutation as typeof add, args) });
        this.#options.onAcknowledged();
        await this.#upload(`file ${this.account.client}:${n}`);
      } catch (error) {
        if (!isConnectionLost(error)) throw error;
        if (this.account.told.at(-1)?.n !== n && !wasNeverThere(error)) this.account.unknown.push(n);
        await pause(AWAY_MS);
      }
      await pause(PAUSE_MS);
    }
  }

  async #upload(text: string): Promise<void> {
    const response = await fetch(await this.#client.mutation(uploadUrl, {}), { method: "POST", body: text, headers: { "content-type": "text/plain" } });
    // What an upload is answered with.
    const { storageId } = (await response.json()) as { storageId: string };
    this.account.files.set(storageId, text);
  }
}

/** Nobody took the connection: the request never left. */
function wasNeverThere(error: unknown): boolean {
  const cause: unknown = error instanceof Error ? error.cause : null;
  return typeof cause === "object" && cause !== null && "code" in cause && cause.code === "ECONNREFUSED";
}

/** `fetch` tells of a lost connection by a TypeError, a body that was cut off too. */
function isConnectionLost(error: unknown): boolean {
  return error instanceof TypeError;
}
