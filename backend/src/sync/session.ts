import { createHash } from "node:crypto";
import { serverErrorText } from "../functions/serverErrorText.ts";
import type { CallRequest, FunctionRunner, Identity, Outcome } from "../functions/types.ts";
import { UserError } from "../errors.ts";
import type { Ports, Timer } from "../ports.ts";
import { QueryCache } from "../subscriptions/queryCache.ts";
import type { Timestamp, TransactionRunner } from "../transaction/types.ts";
import {
  answerText, INITIAL_VERSION, parseClientMessage, transitionFrames, transitionText,
  type AuthToken, type ClientCall, type ClientMessage, type QuerySetChange, type StateVersion,
} from "./protocol.ts";
import { SessionQueries } from "./sessionQueries.ts";

/** The socket of a session, as far as the session needs it. */
export interface Connection {
  send(text: string): void;
  /** Closes; `reason` tells the client how soon to come back. */
  close(code: number, reason: string): void;
  /** Bytes that the peer has not taken yet. */
  readonly bufferedBytes: number;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

export interface SessionOptions {
  readonly functions: FunctionRunner;
  readonly transactions: Pick<TransactionRunner, "latestTs">;
  readonly cache: QueryCache;
  readonly authenticate: (token: AuthToken) => Promise<Identity>;
  readonly ports: Ports;
  readonly onTrouble: (error: unknown) => void;
}

/** Mutations that may wait for their turn on one socket. */
const MAX_QUEUED_MUTATIONS = 1000;
/** While the peer has this much to read, it gets no further Transition: the next one will bring it up to date. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const PING_MS = 15_000;

/** Protocol breakage by the client ends its session for good; our own trouble lets it come back. */
class ProtocolError extends Error {}

/**
 * One client's connection: its queries, its identity and its calls. Everything it is told is in the order that
 * convex-protocol A.4 to A.7 asks for:
 *
 * - a Transition continues exactly where the last one ended, and all results in it are of one snapshot;
 * - a mutation's answer is sent before any Transition that shows its effect, and a Transition that reaches its
 *   timestamp always follows.
 */
export class Session {
  readonly #connection: Connection;
  readonly #options: SessionOptions;
  readonly #queries: SessionQueries;
  readonly #abort = new AbortController();
  #sessionId: string | null = null;
  #clientSkewMs: number | null = null;
  #identity: Identity = { kind: "none" };
  #sent: StateVersion = INITIAL_VERSION;
  #querySetVersion = 0;
  #identityVersion = 0;
  /** The timestamp that the next Transitions must reach. */
  #owedTs: Timestamp = 0n;
  /** While a mutation of this session runs: the newest commit before it. No Transition may pass it. */
  #mutationStartTs: Timestamp | null = null;
  readonly #mutations: { call: ClientCall; identity: Identity }[] = [];
  #inOrder: Promise<void> = Promise.resolve();
  #needsUpdate = false;
  #isUpdating = false;
  #isClosed = false;
  #ping: Timer | null = null;

  constructor(connection: Connection, options: SessionOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#queries = new SessionQueries(options.cache, () => this.#scheduleUpdate());
    this.#schedulePing();
  }

  /** Takes one text frame. Frames are handled in the order of their arrival. */
  receive(text: string): void {
    const message = parseClientMessage(text);
    this.#inOrder = this.#inOrder.then(async () => {
      if (this.#isClosed) return;
      try {
        if (!message.ok) throw new ProtocolError(message.reason);
        await this.#handle(message.value);
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  /** The socket has room again. */
  drained(): void {
    if (this.#needsUpdate) this.#scheduleUpdate();
  }

  /** The socket is gone: subscriptions end, running actions are told. */
  closed(): void {
    this.#isClosed = true;
    this.#ping?.cancel();
    this.#abort.abort();
    this.#queries.clear();
    this.#mutations.length = 0;
  }

  async #handle(message: ClientMessage): Promise<void> {
    if (message.type !== "Connect" && this.#sessionId === null) throw new ProtocolError("The first message must be Connect");
    switch (message.type) {
      case "Connect":
        return this.#connect(message);
      case "Authenticate":
        return await this.#authenticate(message.baseVersion, message.token);
      case "ModifyQuerySet":
        return this.#modify(message);
      case "Mutation":
        return this.#queueMutation(message.call);
      case "Action":
        void this.#runAction(message.call).catch((error: unknown) => this.#fail(error));
        return;
      case "Event":
        return;
      default:
        return message satisfies never;
    }
  }

  #connect({ sessionId, maxObservedTs, clientMs }: Extract<ClientMessage, { type: "Connect" }>): void {
    if (this.#sessionId !== null) throw new ProtocolError("Connect was sent twice");
    this.#sessionId = sessionId;
    this.#clientSkewMs = clientMs === null ? null : clientMs - this.#options.ports.nowMs();
    // The client has seen a later commit than there is: another data folder stands behind this address now.
    if (maxObservedTs !== null && maxObservedTs > this.#options.transactions.latestTs) {
      this.#connection.close(1011, "InternalServerError: the client has seen a newer state than this backend has");
    }
  }

  async #authenticate(baseVersion: number, token: AuthToken): Promise<void> {
    if (baseVersion !== this.#identityVersion) {
      throw new ProtocolError(`Base version ${baseVersion} passed up doesn't match the current version ${this.#identityVersion}`);
    }
    try {
      this.#identity = await this.#options.authenticate(token);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#send({ type: "AuthError", error: error.message, baseVersion, authUpdateAttempted: true });
      this.#connection.close(1000, "AuthError");
      return;
    }
    this.#identityVersion += 1;
    this.#queries.setIdentity(this.#identity);
    this.#scheduleUpdate();
  }

  #modify({ baseVersion, newVersion, changes }: { baseVersion: number; newVersion: number; changes: readonly QuerySetChange[] }): void {
    if (baseVersion !== this.#querySetVersion) {
      throw new ProtocolError(`Base version ${baseVersion} passed up doesn't match the current version ${this.#querySetVersion}`);
    }
    for (const change of changes) {
      if (change.type === "Remove") this.#queries.remove(change.queryId);
      else this.#queries.add(change.queryId, { ...change, componentPath: change.componentPath ?? "", identity: this.#identity });
    }
    this.#querySetVersion = newVersion;
    this.#scheduleUpdate();
  }

  #queueMutation(call: ClientCall): void {
    if (this.#mutations.length >= MAX_QUEUED_MUTATIONS) {
      this.#connection.close(1013, `TooManyConcurrentMutations: at most ${MAX_QUEUED_MUTATIONS} mutations may wait on one connection`);
      return;
    }
    this.#mutations.push({ call, identity: this.#identity });
    if (this.#mutations.length === 1) void this.#runMutations().catch((error: unknown) => this.#fail(error));
  }

  /** One at a time, in the order of their arrival. */
  async #runMutations(): Promise<void> {
    for (let next = this.#mutations[0]; next !== undefined; next = this.#mutations[0]) {
      const { requestId } = next.call;
      const sessionId = this.#sessionId ?? "";
      const call = this.#call(next.call, next.identity);
      this.#mutationStartTs = this.#options.transactions.latestTs;
      const { outcome, logLines, ts } = await this.#options.functions.mutation(call, { session: { sessionId, requestId } });
      if (this.#isClosed) return;
      this.#mutations.shift();
      this.#mutationStartTs = null;
      this.#connection.send(answerText({ type: "MutationResponse", requestId, logLines, ...answerFields(outcome, call.requestId), ...(outcome.ok ? { ts } : {}) }));
      if (outcome.ok && ts > this.#owedTs) this.#owedTs = ts;
      this.#scheduleUpdate();
    }
  }

  async #runAction(clientCall: ClientCall): Promise<void> {
    const call = this.#call(clientCall, this.#identity);
    const { outcome, logLines } = await this.#options.functions.action(call, { signal: this.#abort.signal });
    if (this.#isClosed) return;
    const { requestId } = clientCall;
    this.#connection.send(answerText({ type: "ActionResponse", requestId, logLines, ...answerFields(outcome, call.requestId) }));
  }

  #call({ requestId, path, args, componentPath }: ClientCall, identity: Identity): CallRequest {
    const { ip, userAgent } = this.#connection;
    const id = createHash("sha256").update(`${this.#sessionId}|${requestId}`).digest("hex").slice(0, 16);
    return { componentPath: componentPath ?? "", path, args, identity, caller: "SyncWebsocket", requestId: id, allowInternal: identity.kind === "admin", ip, userAgent };
  }

  #scheduleUpdate(): void {
    this.#needsUpdate = true;
    if (this.#isUpdating || this.#isClosed) return;
    this.#isUpdating = true;
    // A macrotask later: commits and answers of this moment are then settled, and several changes make one Transition.
    setImmediate(() => {
      void this.#update()
        .catch((error: unknown) => this.#fail(error))
        .finally(() => {
          this.#isUpdating = false;
          if (this.#needsUpdate && this.#canSend()) this.#scheduleUpdate();
        });
    });
  }

  #canSend(): boolean {
    return !this.#isClosed && this.#connection.bufferedBytes <= MAX_BUFFERED_BYTES;
  }

  async #update(): Promise<void> {
    if (!this.#canSend() || this.#sessionId === null) return;
    this.#needsUpdate = false;
    const querySet = this.#querySetVersion;
    const identity = this.#identityVersion;
    const snapshot = await this.#queries.refresh();
    if (this.#isClosed) return;
    // The query set or the identity changed meanwhile, or results of two snapshots met: once more.
    const isCurrent = querySet === this.#querySetVersion && identity === this.#identityVersion;
    const ts = isCurrent && snapshot !== null ? this.#chooseTs(snapshot) : null;
    if (ts === null) {
      // A running mutation's answer schedules the next update itself.
      this.#needsUpdate ||= this.#mutationStartTs === null || !isCurrent;
      return;
    }
    const end: StateVersion = { querySet, identity, ts };
    const modifications = this.#queries.takeModifications();
    const isNews = modifications.length > 0 || querySet !== this.#sent.querySet || identity !== this.#sent.identity;
    if (!isNews && this.#owedTs <= this.#sent.ts) return;
    const { ports } = this.#options;
    const clock = { clientSkewMs: this.#clientSkewMs, serverNs: BigInt(Math.round(ports.nowMs() * 1e6)) };
    const text = transitionText({ start: this.#sent, end }, modifications, clock);
    this.#sent = end;
    for (const frame of transitionFrames(text)) this.#connection.send(frame);
    if (this.#owedTs > ts) this.#needsUpdate = true;
  }

  /** The newest timestamp at which all results hold and that this client may be told of; null when there is none. */
  #chooseTs({ from, before }: { from: Timestamp; before: Timestamp | null }): Timestamp | null {
    const newest = before === null ? this.#options.transactions.latestTs : before - 1n;
    const allowed = this.#mutationStartTs === null || newest <= this.#mutationStartTs ? newest : this.#mutationStartTs;
    const ts = allowed > this.#sent.ts ? allowed : this.#sent.ts;
    return ts >= from && ts <= newest ? ts : null;
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    if (error instanceof ProtocolError) {
      this.#send({ type: "FatalError", error: error.message });
      this.#connection.close(1008, "ProtocolError");
      return;
    }
    this.#options.onTrouble(error);
    this.#connection.close(1011, "InternalServerError");
  }

  #send(message: object): void {
    this.#connection.send(JSON.stringify(message));
  }

  #schedulePing(): void {
    this.#ping = this.#options.ports.setTimer(() => {
      if (this.#isClosed) return;
      this.#send({ type: "Ping" });
      this.#schedulePing();
    }, PING_MS);
  }
}

function answerFields(outcome: Outcome, requestId: string) {
  if (outcome.ok) return { success: true, result: outcome.value };
  const { data } = outcome.error;
  return { success: false, result: serverErrorText(requestId, outcome.error), ...(data === undefined ? {} : { errorData: data }) };
}
