import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { WebSocket, WebSocketServer } from "ws";
import type { Backend } from "../src/index.ts";
import type { JsonObject } from "../src/values/json.ts";

/** A socket of a client; what arrives is looked at as text only, so that both sides cost a client the same. */
export class BenchSocket {
  readonly #socket: WebSocket;
  onText: (text: string) => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.onText(String(data)));
  }

  static async open(url: string): Promise<BenchSocket> {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    const opened = new BenchSocket(socket);
    await once(socket, "open");
    return opened;
  }

  /** Opens a socket to the backend and introduces itself. */
  static async connect(backend: Backend): Promise<BenchSocket> {
    const socket = await BenchSocket.open(`${backend.url.replace("http", "ws")}/api/1.48.0/sync`);
    socket.send({ type: "Connect", sessionId: randomUUID(), connectionCount: 0, lastCloseReason: "InitialConnect", clientTs: Date.now() });
    return socket;
  }

  send(message: JsonObject): void {
    this.#socket.send(JSON.stringify(message));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  /** Sends and waits for the first text that answers. */
  ask(message: JsonObject, isAnswer: (text: string) => boolean): Promise<string> {
    return new Promise((resolve) => {
      this.onText = (text) => {
        if (isAnswer(text)) resolve(text);
      };
      this.send(message);
    });
  }

  close(): void {
    this.#socket.terminate();
  }
}

/** The yardstick: a `ws` server that echoes, or sends to everyone. */
export async function openBareServer(): Promise<{ url: string; broadcast: (text: string) => void; close: () => void }> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  server.on("connection", (socket) => socket.on("message", (data) => socket.send(String(data))));
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The bare server has no port");
  return {
    url: `ws://127.0.0.1:${address.port}`,
    broadcast(text) {
      for (const client of server.clients) client.send(text);
    },
    close() {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}
