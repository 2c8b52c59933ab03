import { hash } from "node:crypto";
import { UserError } from "../errors.ts";
import { serverErrorText } from "../functions/serverErrorText.ts";
import type { CallRequest, FunctionRunner, Identity, Outcome } from "../functions/types.ts";
import type { Ports } from "../ports.ts";
import type { QueryCache } from "../subscriptions/queryCache.ts";
import type { Timestamp, TransactionRunner } from "../transaction/types.ts";
import { answerText, parseClientMessage, type Answer, type AuthToken, type ClientCall, type ClientMessage, type QuerySetChange } from "./protocol.ts";
import { SessionQueries } from "./sessionQueries.ts";
import type { SharedFrames } from "./sharedFrames.ts";
import { Transitions } from "./transitions.ts";

/** The socket of a session, as far as the session needs it. */
export interface Connection {
  /** Sends one text frame. */
  send(text: string | Buffer): void;
  /** Closes with a code; `reason` tells the client how soon to come back. */
  close(code: number, reason: string): void;
  /** Stops and starts taking frames from the peer. */
  pause(): void;
  resume(): void;
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
  readonly ports: Pick<Ports, "nowMs">;
  readonly onTrouble: (error: unknown) => void;
}

/** What a session shares with the others of its server. */
export interface SessionNeighbours {
  readonly frames: SharedFrames;
  /** The client has told its name. */
  readonly onNamed: (sessionId: string) => void;
}

/** Mutations that may wait for their turn, and actions that may run at once, on one connection. */
const MAX_QUEUED_MUTATIONS = 1000;
const MAX_RUNNING_ACTIONS = 1000;
/** Frames, and characters in them, that may wait to be handled; then nothing more is read from the peer. */
const MAX_WAITING_FRAMES = 256;
const MAX_WAITING_CHARS = 32 * 1024 * 1024;
/** While the peer has this much to read, it gets no Transition: the next one will bring it up to date. */
const MAX_UNREAD_FOR_TRANSITIONS = 1024 * 1024;
/** While it has this much to read, it cannot ask for anything either. */
const MAX_UNREAD_FOR_REQUESTS = 8 * 1024 * 1024;

/** The client broke the protocol: its session ends for good. Trouble of our own lets it come back. */
class ProtocolError extends Error {}

/**
 * One client's connection: its identity, its queries and its calls. Messages are handled in the order of their
 * arrival; mutations run one at a time, each for the identity at its arrival; actions run side by side.
 */
export class Session {
  readonly #connection: Connection;
  readonly #options: SessionOptions;
  readonly #queries: SessionQueries;
  readonly #transitions: Transitions;
  readonly #onNamed: (sessionId: string) => void;
  #sessionId: string | null = null;
  #clientSkewMs: number | null = null;
  #identity: Identity = { kind: "none" };
  readonly #inbox: string[] = [];
  #inboxChars = 0;
  #isReading = false;
  #isPaused = false;
  readonly #mutations: { call: ClientCall; identity: Identity; isNew: boolean }[] = [];
  /** On the client's first connection every request is new that is newer than this. */
  #newestRequestId = -1;
  #isFirstConnection = false;
  #runningActions = 0;
  #isEnded = false;

  constructor(connection: Connection, shared: SessionNeighbours, options: SessionOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#onNamed = shared.onNamed;
    this.#queries = new SessionQueries(options.cache, () => this.#transitions.schedule());
    this.#transitions = new Transitions({
      queries: this.#queries,
      frames: shared.frames,
      latestTs: () => options.transactions.latestTs,
      nowMs: () => options.ports.nowMs(),
      canSend: () => !this.#isEnded && this.#sessionId !== null && connection.bufferedBytes <= MAX_UNREAD_FOR_TRANSITIONS,
      mayRun: () => this.#isStillSomebody(this.#identity),
      send: (texts) => texts.forEach((text) => connection.send(text)),
      onFailure: (error) => this.#fail(error),
    });
  }

  /** Takes one text frame. */
  receive(text: string): void {
    if (this.#isEnded) return;
    this.#inbox.push(text);
    this.#inboxChars += text.length;
    if (this.#inbox.length > MAX_WAITING_FRAMES || this.#inboxChars > MAX_WAITING_CHARS) this.#pause();
    if (!this.#isReading) void this.#read();
  }

  /** The peer has taken some of what was sent. */
  drained(): void {
    this.#transitions.drained();
    if (this.#inbox.length > 0 && !this.#isReading) void this.#read();
    else if (this.#isPaused && !this.#isReading) this.#resume();
  }

  /** Called from inside a commit that recorded the result of this client's mutation. */
  ownCommit(requestId: number, ts: Timestamp): void {
    if (this.#mutations[0]?.call.requestId === requestId) this.#transitions.ownCommit(ts);
  }

  /** The socket is gone. A mutation or an action that runs goes on to its end, as it does when a tab is closed. */
  closed(): void {
    this.#isEnded = true;
    this.#transitions.stop();
    this.#queries.clear();
    this.#inbox.length = 0;
    this.#mutations.length = 0;
  }

  /** Never rejects: a failure ends the session. */
  async #read(): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#connection.bufferedBytes <= MAX_UNREAD_FOR_REQUESTS) {
        const text = this.#inbox.shift();
        if (text === undefined) {
          if (this.#isPaused) this.#resume();
          return;
        }
        this.#inboxChars -= text.length;
        const message = parseClientMessage(text);
        if (!message.ok) throw new ProtocolError(message.reason);
        const handled = this.#handle(message.value);
        if (handled !== undefined) await handled;
        if (this.#isEnded) return;
      }
      // It asks faster than it reads: `drained` goes on.
      this.#pause();
    } catch (error) {
      // Here, before the next frame can be taken.
      this.#fail(error);
    } finally {
      this.#isReading = false;
    }
  }

  #pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#connection.pause();
  }

  #resume(): void {
    this.#isPaused = false;
    this.#connection.resume();
  }

  /** A promise only where the messages after this one must wait. */
  #handle(message: ClientMessage): Promise<void> | undefined {
    if (message.type !== "Connect" && this.#sessionId === null) throw new ProtocolError("The first message must be Connect");
    switch (message.type) {
      case "Connect":
        this.#connect(message);
        return undefined;
      case "Authenticate":
        return this.#authenticate(message.baseVersion, message.token);
      case "ModifyQuerySet":
        this.#modify(message);
        return undefined;
      case "Mutation":
        this.#queueMutation(message.call);
        return undefined;
      case "Action":
        this.#startAction(message.call);
        return undefined;
      case "Event":
        return undefined;
      default:
        return message satisfies never;
    }
  }

  #connect({ sessionId, isFirst, maxObservedTs, clientMs }: Extract<ClientMessage, { type: "Connect" }>): void {
    if (this.#sessionId !== null) throw new ProtocolError("Connect was sent twice");
    this.#sessionId = sessionId;
    this.#isFirstConnection = isFirst;
    this.#onNamed(sessionId);
    this.#clientSkewMs = clientMs === null ? null : clientMs - this.#options.ports.nowMs();
    // The client has seen a later commit than there is: another data folder stands behind this address now.
    if (maxObservedTs !== null && maxObservedTs > this.#options.transactions.latestTs) {
      this.#end(1011, "InternalServerError: the client has seen a newer state than this backend has");
    }
  }

  async #authenticate(baseVersion: number, token: AuthToken): Promise<void> {
    if (baseVersion !== this.#transitions.identity) {
      throw new ProtocolError(`Base version ${baseVersion} passed up doesn't match the current version ${this.#transitions.identity}`);
    }
    try {
      this.#identity = await this.#options.authenticate(token);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#refuseIdentity(error.message, { authUpdateAttempted: true });
      return;
    }
    if (this.#isEnded) return;
    this.#queries.setIdentity(this.#identity);
    this.#transitions.changeIdentity(this.#clientSkewMs);
  }

  #refuseIdentity(error: string, { authUpdateAttempted }: { authUpdateAttempted: boolean }): void {
    if (this.#isEnded) return;
    this.#send({ type: "AuthError", error, baseVersion: this.#transitions.identity, authUpdateAttempted });
    this.#end(1000, "AuthError");
  }

  /** Nothing runs for a token that has expired: the client is told, and comes back with a new one. */
  #isStillSomebody(identity: Identity): boolean {
    if (identity.kind !== "user" || identity.expiresMs === null || identity.expiresMs > this.#options.ports.nowMs()) return true;
    this.#refuseIdentity("Convex token identity expired", { authUpdateAttempted: false });
    return false;
  }

  #modify({ baseVersion, newVersion, changes }: { baseVersion: number; newVersion: number; changes: readonly QuerySetChange[] }): void {
    const { querySet } = this.#transitions;
    if (baseVersion !== querySet) throw new ProtocolError(`Base version ${baseVersion} passed up doesn't match the current version ${querySet}`);
    for (const change of changes) {
      if (change.type === "Remove") this.#queries.remove(change.queryId);
      else this.#queries.add(change.queryId, { ...change, componentPath: change.componentPath ?? "", identity: this.#identity });
    }
    this.#transitions.querySet = newVersion;
  }

  #queueMutation(call: ClientCall): void {
    if (this.#mutations.length >= MAX_QUEUED_MUTATIONS) {
      this.#end(1013, `TooManyConcurrentMutations: at most ${MAX_QUEUED_MUTATIONS} mutations may wait on one connection`);
      return;
    }
    const isNew = this.#isFirstConnection && call.requestId > this.#newestRequestId;
    this.#newestRequestId = Math.max(this.#newestRequestId, call.requestId);
    this.#mutations.push({ call, identity: this.#identity, isNew });
    if (this.#mutations.length === 1) this.#runMutations().catch((error: unknown) => this.#fail(error));
  }

  async #runMutations(): Promise<void> {
    for (let next = this.#mutations[0]; next !== undefined; next = this.#mutations[0]) {
      if (!this.#isStillSomebody(next.identity)) return;
      const { requestId } = next.call;
      const call = this.#call(next.call, next.identity);
      const session = { sessionId: this.#sessionId ?? "", requestId, isNew: next.isNew };
      const { outcome, logLines, ts } = await this.#options.functions.mutation(call, { session });
      if (this.#isEnded) return;
      this.#mutations.shift();
      this.#connection.send(answerText(answerOf(outcome, { type: "MutationResponse", requestId, logLines, ts, call })));
      this.#transitions.answered(outcome.ok ? ts : null);
    }
  }

  #startAction(clientCall: ClientCall): void {
    if (!this.#isStillSomebody(this.#identity)) return;
    if (this.#runningActions >= MAX_RUNNING_ACTIONS) {
      this.#end(1013, `TooManyConcurrentRequests: at most ${MAX_RUNNING_ACTIONS} actions may run on one connection`);
      return;
    }
    this.#runningActions += 1;
    this.#runAction(clientCall)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#runningActions -= 1;
      });
  }

  async #runAction(clientCall: ClientCall): Promise<void> {
    const call = this.#call(clientCall, this.#identity);
    const { outcome, logLines } = await this.#options.functions.action(call);
    if (this.#isEnded) return;
    this.#connection.send(answerText(answerOf(outcome, { type: "ActionResponse", requestId: clientCall.requestId, logLines, call })));
  }

  #call({ requestId, path, args, componentPath }: ClientCall, identity: Identity): CallRequest {
    const { ip, userAgent } = this.#connection;
    const id = hash("sha256", `${this.#sessionId}|${requestId}`, "hex").slice(0, 16);
    return { componentPath: componentPath ?? "", path, args, identity, caller: "SyncWebsocket", requestId: id, allowInternal: identity.kind === "admin", ip, userAgent };
  }

  #fail(error: unknown): void {
    if (this.#isEnded) return;
    if (error instanceof ProtocolError) {
      this.#send({ type: "FatalError", error: error.message });
      this.#end(1008, "ProtocolError");
      return;
    }
    this.#options.onTrouble(error);
    this.#end(1011, "InternalServerError");
  }

  #send(message: object): void {
    this.#connection.send(JSON.stringify(message));
  }

  /** Nothing more is taken from this client, or told to it. */
  #end(code: number, reason: string): void {
    if (this.#isEnded) return;
    this.closed();
    this.#connection.close(code, reason);
  }
}

interface Answered extends Pick<Answer, "type" | "requestId" | "logLines"> {
  readonly ts?: Timestamp;
  readonly call: CallRequest;
}

function answerOf(outcome: Outcome, { type, requestId, logLines, ts, call }: Answered): Answer {
  if (outcome.ok) return { type, requestId, success: true, result: outcome.value, logLines, ...(ts === undefined ? {} : { ts }) };
  const { data } = outcome.error;
  return { type, requestId, success: false, result: serverErrorText(call.requestId, outcome.error), logLines, ...(data === undefined ? {} : { errorData: data }) };
}
