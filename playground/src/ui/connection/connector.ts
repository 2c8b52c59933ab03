import type { Connection } from "./api";
import type { Check, Problem } from "./check";
import type { Target } from "./target";

/** Where the page is on its way to a connection. */
export type Connecting<Client> =
  /** `isRetried`: the deployment may come back, and is tried again by itself with the key of `target`. */
  | { kind: "asking"; target: Target; problem: Problem | null; isRetried: boolean }
  /** `isFirst`: nobody was asked yet; what was known is tried. */
  | { kind: "checking"; target: Target; isFirst: boolean }
  | { kind: "connected"; connection: Connection; client: Client };

/** What a connector needs of the world. */
export interface ConnectorPorts<Client> {
  readonly known: Target;
  readonly check: (target: Target) => Promise<Check>;
  readonly remember: (target: Target, options: { isForLong: boolean }) => void;
  readonly forget: (url: string) => void;
  readonly open: (target: Target) => Client;
  readonly close: (client: Client) => void;
  /** Runs something later, and returns what keeps it from running. */
  readonly later: (run: () => void, delayMs: number) => () => void;
}

/** A backend that restarts is back within some of these. */
const RETRY_MS = 3_000;

/** Connects with what is known, and asks where that is not enough. */
export class Connector<Client> {
  #state: Connecting<Client>;
  #attempt = 0;
  #cancelRetry: () => void = () => undefined;
  readonly #ports: ConnectorPorts<Client>;
  readonly #listeners = new Set<() => void>();

  constructor(ports: ConnectorPorts<Client>) {
    this.#ports = ports;
    const target = ports.known;
    this.#state = isWhole(target) ? { kind: "checking", target, isFirst: true } : { kind: "asking", target, problem: null, isRetried: false };
    if (isWhole(target)) void this.#try(target, () => undefined);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): Connecting<Client> => this.#state;

  /** Tries what somebody typed; keeps it when it works. What was known stays where it is kept. */
  readonly connect = (target: Target, options: { isForLong: boolean }): void => {
    const { known, remember } = this.#ports;
    const isKnown = target.apiKey === known.apiKey && target.url === known.url && !options.isForLong;
    this.#set({ kind: "checking", target, isFirst: false });
    void this.#try(target, (connected) => { if (!isKnown) remember(connected, options); });
  };

  /** Back to the first screen, and forgets the key; `problem` says why, when it was not wanted. */
  readonly disconnect = (problem: Problem | null): void => {
    if (this.#state.kind !== "connected") return;
    const { connection: { url, apiPath }, client } = this.#state;
    this.#ports.forget(url);
    this.#set({ kind: "asking", target: { url, apiPath, apiKey: "" }, problem, isRetried: false });
    this.#ports.close(client);
  };

  async #try(target: Target, onConnected: (target: Target) => void): Promise<void> {
    const attempt = ++this.#attempt;
    this.#cancelRetry();
    const result = await this.#checked(target);
    // Only the newest attempt counts.
    if (attempt !== this.#attempt) return;
    if (!result.ok) {
      const isRetried = mayPass(result.problem);
      if (isRetried) this.#cancelRetry = this.#ports.later(() => void this.#try(target, onConnected), RETRY_MS);
      return this.#set({ kind: "asking", target, problem: result.problem, isRetried });
    }
    onConnected(result.target);
    this.#set({ kind: "connected", connection: { ...result.target, isReadOnly: result.isReadOnly }, client: this.#ports.open(result.target) });
  }

  /** What a check cannot name is shown as it is. */
  async #checked(target: Target): Promise<Check> {
    try {
      return await this.#ports.check(target);
    } catch (error) {
      return { ok: false, problem: { kind: "failed", message: error instanceof Error ? error.message : String(error) } };
    }
  }

  #set(state: Connecting<Client>): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** Neither the address nor the key need be wrong: the deployment may be starting. */
function mayPass(problem: Problem): boolean {
  return problem.kind === "unreachable" || problem.kind === "failed" || (problem.kind === "not_convex" && problem.status >= 500);
}

function isWhole({ url, apiKey }: Target): boolean {
  return url !== "" && apiKey !== "";
}
