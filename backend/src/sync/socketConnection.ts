import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Connection } from "./session.ts";
import { textFrames } from "./textFrames.ts";

/** The client reconnects after 60 s in which nothing came. Source: convex-protocol A.1. */
const PING_AFTER_MS = 15_000;
/** After this long without a frame from the peer it is asked for a sign of life; it has as long again, and more. */
const ASK_AFTER_MS = 30_000;
const DEAD_AFTER_MS = 120_000;
/** How long a peer may take nothing of what it has been sent. */
const STUCK_AFTER_MS = 120_000;
/** How long it may wait with its first message. */
const NAMED_WITHIN_MS = 30_000;
/** What a client may leave unread before it is cut off. Answers cannot be left out, unlike Transitions. */
const MAX_UNREAD_BYTES = 256 * 1024 * 1024;

export interface SocketConnectionOptions {
  readonly client: WebSocket;
  /** What `client` writes to. */
  readonly socket: Duplex;
  readonly request: IncomingMessage;
  readonly nowMs: () => number;
  /** Called when the peer has taken a frame. */
  readonly onDrain: () => void;
}

/** A session's socket: frames of one moment leave in one write; silence, and a peer that is gone, are noticed. */
export class SocketConnection implements Connection {
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The client has told who it is. */
  isNamed = false;
  readonly #options: SocketConnectionOptions;
  readonly #openedMs: number;
  #sentMs: number;
  #heardMs: number;
  #takenMs: number;
  /** What was sent at this moment, and about how many bytes that is. */
  #batch: (string | Buffer)[] = [];
  #batchBytes = 0;
  #isPaused = false;

  constructor(options: SocketConnectionOptions) {
    this.#options = options;
    this.ip = options.request.socket.remoteAddress ?? null;
    this.userAgent = options.request.headers["user-agent"] ?? null;
    this.#openedMs = options.nowMs();
    this.#sentMs = this.#openedMs;
    this.#heardMs = this.#openedMs;
    this.#takenMs = this.#openedMs;
  }

  get bufferedBytes(): number {
    return this.#options.client.bufferedAmount + this.#batchBytes;
  }

  send(text: string | Buffer): void {
    const { client, nowMs } = this.#options;
    if (client.readyState !== client.OPEN) return;
    const { bufferedBytes } = this;
    if (bufferedBytes > MAX_UNREAD_BYTES) return this.terminate();
    this.#sentMs = nowMs();
    if (bufferedBytes === 0) this.#takenMs = this.#sentMs;
    this.#batch.push(text);
    this.#batchBytes += text.length;
    if (this.#batch.length === 1) process.nextTick(() => this.#write());
  }

  close(code: number, reason: string): void {
    this.resume();
    this.#write();
    // A close frame carries at most 123 bytes of reason.
    this.#options.client.close(code, reason.slice(0, 120));
  }

  terminate(): void {
    this.#options.client.terminate();
  }

  pause(): void {
    this.#isPaused = true;
    this.#options.client.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#heardMs = this.#options.nowMs();
    this.#options.client.resume();
  }

  /** Something came from the peer. */
  heard(): void {
    this.#heardMs = this.#options.nowMs();
  }

  /** To be called every few seconds: pings a quiet connection, ends a dead one. */
  check(): void {
    const { client, nowMs } = this.#options;
    const now = nowMs();
    if (client.bufferedAmount > 0 && now - this.#takenMs > STUCK_AFTER_MS) return this.terminate();
    // `ws` itself ends a connection whose close frame is not answered.
    if (client.readyState !== client.OPEN) return;
    if (!this.isNamed && now - this.#openedMs > NAMED_WITHIN_MS) return this.close(1008, "NoConnect: the first message did not come in time");
    // A peer that we do not listen to cannot be heard.
    const silentMs = this.#isPaused ? 0 : now - this.#heardMs;
    if (silentMs > DEAD_AFTER_MS) return this.terminate();
    if (silentMs > ASK_AFTER_MS) client.ping();
    if (now - this.#sentMs >= PING_AFTER_MS) this.send('{"type":"Ping"}');
  }

  /**
   * Writes what was sent at this moment: an answer and the Transition that follows it are one packet. The frames are
   * plain text messages, so they need nothing of what `ws` does for a sender; its own frames (pings, close) go between
   * them.
   */
  #write(): void {
    const { client, socket, nowMs, onDrain } = this.#options;
    const batch = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    if (batch.length === 0 || client.readyState !== client.OPEN) return;
    const frames = textFrames(batch);
    const last = frames.length - 1;
    if (last > 0) socket.cork();
    frames.forEach((frame, at) => {
      if (at < last) socket.write(frame);
      else socket.write(frame, (error) => {
        // A failed write ends in `close`, which says so to the session.
        if (error !== undefined && error !== null) return;
        this.#takenMs = nowMs();
        onDrain();
      });
    });
    if (last > 0) socket.uncork();
  }
}
