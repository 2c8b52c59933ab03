import type { AttachedClient, Connection } from "convex-embedded";
import type { Deployment } from "./deployment.ts";

/** From a commit to the new result of a query, and from the deployment to a client and back. Milliseconds, one way. */
const RERUN_MS = 10;
const NETWORK_MS = 25;

export interface SocketCounts {
  /** Bytes of frames, towards the client and away from it. */
  readonly down: number;
  readonly up: number;
  /** Queries that were subscribed to. */
  readonly added: number;
  reset(): void;
}

class Counter implements SocketCounts {
  down = 0;
  up = 0;
  added = 0;
  reset(): void {
    this.down = 0;
    this.up = 0;
    this.added = 0;
  }
}

/** A WebSocket for the official client that ends in the deployment of this process, as far away as on the internet. */
export function memorySocket(deployment: Deployment): { constructor: typeof WebSocket; counts: SocketCounts } {
  const counts = new Counter();
  class MemorySocket {
    readyState = 0;
    onopen: (() => void) | null = null;
    onmessage: ((event: { data: string }) => void) | null = null;
    onclose: ((event: { code: number; reason: string }) => void) | null = null;
    onerror: ((event: unknown) => void) | null = null;
    readonly #server: AttachedClient;
    #receivedMs = -1;
    #arrivedMs = 0;

    constructor() {
      const connection: Connection = {
        send: (frame) => this.#deliver(frame.toString()),
        close: (code, reason) => this.#later(NETWORK_MS, () => this.onclose?.({ code, reason })),
        pause: () => undefined,
        resume: () => undefined,
        bufferedBytes: 0,
        ip: null,
        userAgent: null,
      };
      this.#server = deployment.backend.connect(connection);
      this.#later(NETWORK_MS, () => {
        this.readyState = 1;
        this.onopen?.();
      });
    }

    send(text: string): void {
      counts.up += Buffer.byteLength(text);
      counts.added += text.split('"type":"Add"').length - 1;
      this.#later(NETWORK_MS, () => {
        this.#receivedMs = deployment.time.nowMs;
        this.#server.receive(text);
      });
    }

    close(): void {
      this.readyState = 3;
      this.#server.closed();
      this.#later(0, () => this.onclose?.({ code: 1000, reason: "" }));
    }

    /** What answers the client comes at once, what a commit changed a little later; nothing overtakes. */
    #deliver(data: string): void {
      counts.down += Buffer.byteLength(data);
      deployment.time.note();
      const { nowMs } = deployment.time;
      const isAnswer = this.#receivedMs === nowMs;
      this.#arrivedMs = Math.max(this.#arrivedMs, nowMs + NETWORK_MS + (isAnswer ? 0 : RERUN_MS));
      this.#later(this.#arrivedMs - nowMs, () => this.onmessage?.({ data }));
    }

    #later(delayMs: number, callback: () => void): void {
      setTimeout(() => {
        deployment.time.note();
        callback();
      }, delayMs);
    }
  }
  // The part of a WebSocket that the official client uses.
  return { constructor: MemorySocket as unknown as typeof WebSocket, counts };
}
