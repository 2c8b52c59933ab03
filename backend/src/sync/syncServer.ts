import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import type { Ports, Timer } from "../ports.ts";
import type { Commit, TransactionRunner } from "../transaction/types.ts";
import { recordedRequests } from "../functions/sessions.ts";
import { Session, type Connection, type SessionOptions } from "./session.ts";
import { SharedFrames } from "./sharedFrames.ts";
import { SocketConnection } from "./socketConnection.ts";

export interface SyncServerOptions extends SessionOptions {
  readonly transactions: Pick<TransactionRunner, "latestTs" | "onCommit">;
  readonly ports: Ports;
  /** Connections at a time; whoever comes then is refused. @default 20000 */
  readonly maxConnections?: number;
}

/** Largest frame a client may send, bytes: arguments of 16 MiB and what is around them; a whole query set. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;
const DEFAULT_MAX_CONNECTIONS = 20_000;
const PATH = /^\/api\/(?:[^/?]+\/)?sync(?:\?|$)/;
/** How often connections are looked at: pings, and those that are dead or do nothing. */
const CHECK_MS = 5000;

/** The server's end of a connection that has no socket. */
export interface AttachedClient {
  /** Takes a frame of the client's. */
  receive(text: string): void;
  /** The client has gone. */
  closed(): void;
}

/** The WebSocket side of the backend. The HTTP server hands upgrades to it. */
export interface SyncServer {
  /** Takes a connection that asks for `/api/sync` or `/api/<version>/sync`; refuses any other. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Serves a client that is in this process: it needs no socket. */
  attach(connection: Connection): AttachedClient;
  /** Open connections. */
  readonly size: number;
  /** Ends all connections; clients will try to come back. */
  close(): Promise<void>;
}

/** Starts serving the sync protocol on the connections that {@link SyncServer.upgrade} is given. */
export function createSyncServer(options: SyncServerOptions): SyncServer {
  return new WsSyncServer(options);
}

class WsSyncServer implements SyncServer {
  readonly #options: SyncServerOptions;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false });
  readonly #frames = new SharedFrames();
  readonly #open = new Set<SocketConnection>();
  /** Sessions by the names that clients gave them. While a connection is being replaced, two have one name. */
  readonly #named = new Map<string, Set<Session>>();
  readonly #stopListening: () => void;
  #check: Timer;

  constructor(options: SyncServerOptions) {
    this.#options = options;
    this.#stopListening = options.transactions.onCommit((commit) => this.#onCommit(commit));
    this.#check = this.#scheduleCheck();
  }

  get size(): number {
    return this.#open.size;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { maxConnections = DEFAULT_MAX_CONNECTIONS } = this.#options;
    if (!PATH.test(request.url ?? "")) return refuse(socket, "404 Not Found");
    if (this.#open.size >= maxConnections) return refuse(socket, "503 Service Unavailable");
    this.#server.handleUpgrade(request, socket, head, (client) => this.#serve(client, { request, socket }));
  }

  async close(): Promise<void> {
    this.#stopListening();
    this.#check.cancel();
    const connections = [...this.#open];
    for (const connection of connections) connection.close(1001, "ServerShutdown");
    // A peer that does not answer the close frame would keep us here.
    for (const connection of connections) setImmediate(() => connection.terminate());
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  attach(connection: Connection): AttachedClient {
    const { session, end } = this.#begin(connection, () => undefined);
    return { receive: (text) => session.receive(text), closed: end };
  }

  #begin(connection: Connection, onNamed: () => void): { session: Session; end: () => void } {
    let name: string | null = null;
    const session: Session = new Session(connection, {
      frames: this.#frames,
      onNamed: (sessionId) => {
        onNamed();
        name = sessionId;
        this.#named.set(name, (this.#named.get(name) ?? new Set()).add(session));
      },
    }, this.#options);
    const end = (): void => {
      session.closed();
      if (name !== null) this.#unname(name, session);
    };
    return { session, end };
  }

  #serve(client: WebSocket, { request, socket }: { request: IncomingMessage; socket: Duplex }): void {
    const { ports } = this.#options;
    const connection = new SocketConnection({ client, socket, request, nowMs: () => ports.nowMs(), onDrain: () => session.drained() });
    const { session, end } = this.#begin(connection, () => {
      connection.isNamed = true;
    });
    this.#open.add(connection);
    client.on("message", (data: RawData, isBinary: boolean) => {
      connection.heard();
      if (isBinary) connection.close(1003, "BinaryFrame");
      else session.receive(textOf(data));
    });
    client.on("pong", () => connection.heard());
    // `ws` closes the socket itself after an error of the peer's (a frame too large, bad UTF-8).
    client.on("error", () => undefined);
    client.on("close", () => {
      this.#open.delete(connection);
      end();
    });
  }

  #unname(name: string, session: Session): void {
    const sessions = this.#named.get(name);
    sessions?.delete(session);
    if (sessions?.size === 0) this.#named.delete(name);
  }

  /** Tells the clients whose mutations this commit holds, before any result of it can reach them. */
  #onCommit(commit: Commit): void {
    for (const { sessionId, requestId } of recordedRequests(commit)) {
      for (const session of this.#named.get(sessionId) ?? []) session.ownCommit(requestId, commit.ts);
    }
  }

  #scheduleCheck(): Timer {
    return this.#options.ports.setTimer(() => {
      for (const connection of this.#open) connection.check();
      this.#check = this.#scheduleCheck();
    }, CHECK_MS);
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function textOf(data: RawData): string {
  if (Buffer.isBuffer(data)) return data.toString("utf8");
  if (Array.isArray(data)) return Buffer.concat(data).toString("utf8");
  return Buffer.from(data instanceof ArrayBuffer ? new Uint8Array(data) : data).toString("utf8");
}
