import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import { Session, type Connection, type SessionOptions } from "./session.ts";

/** Largest frame a client may send, bytes: arguments of 16 MiB and what is around them. */
const MAX_FRAME_BYTES = 17 * 1024 * 1024;
/** What a client may leave unread before it is cut off. */
const MAX_UNREAD_BYTES = 128 * 1024 * 1024;
const PATH = /^\/api\/(?:[^/?]+\/)?sync(?:\?|$)/;

/** The WebSocket side of the backend. The HTTP server hands upgrades to it. */
export interface SyncServer {
  /** Takes a connection that asks for `/api/sync` or `/api/<version>/sync`; refuses any other. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Open connections. */
  readonly size: number;
  /** Ends all connections; clients will try to come back. */
  close(): Promise<void>;
}

export function createSyncServer(options: SessionOptions): SyncServer {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false });
  server.on("connection", (socket: WebSocket, request: IncomingMessage) => serve(socket, request, options));
  return {
    upgrade(request, socket, head) {
      if (PATH.test(request.url ?? "")) server.handleUpgrade(request, socket, head, (client) => server.emit("connection", client, request));
      else socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    },
    get size() {
      return server.clients.size;
    },
    async close() {
      for (const client of server.clients) client.close(1001, "ServerShutdown");
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        // A peer that does not answer the close frame would keep us here.
        for (const client of server.clients) setImmediate(() => client.terminate());
      });
    },
  };
}

function serve(socket: WebSocket, request: IncomingMessage, options: SessionOptions): void {
  const session: Session = new Session(new SocketConnection(socket, request, () => session.drained()), options);
  socket.on("message", (data: RawData, isBinary: boolean) => {
    if (isBinary) socket.close(1003, "BinaryFrame");
    else session.receive(textOf(data));
  });
  // `ws` closes the socket itself after an error of the peer's (a frame too large, bad UTF-8).
  socket.on("error", () => undefined);
  socket.on("close", () => session.closed());
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString("utf8");
  return Buffer.from(data instanceof ArrayBuffer ? new Uint8Array(data) : data).toString("utf8");
}

class SocketConnection implements Connection {
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly #socket: WebSocket;
  readonly #onDrain: () => void;

  constructor(socket: WebSocket, request: IncomingMessage, onDrain: () => void) {
    this.#socket = socket;
    this.#onDrain = onDrain;
    this.ip = request.socket.remoteAddress ?? null;
    this.userAgent = request.headers["user-agent"] ?? null;
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > MAX_UNREAD_BYTES) {
      // It asks faster than it reads. Answers cannot be left out, so the connection is what gives way.
      this.#socket.terminate();
      return;
    }
    this.#socket.send(text, (error) => {
      // A failed write ends in `close`, which says so to the session.
      if (error === undefined || error === null) this.#onDrain();
    });
  }

  close(code: number, reason: string): void {
    // A close frame carries at most 123 bytes of reason.
    this.#socket.close(code, reason.slice(0, 120));
  }
}
