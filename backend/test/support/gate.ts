import { createServer, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import { isRecord } from "./record.ts";

/** A request that waits for its answer. */
export interface Visit {
  answer(text: string, status?: number): void;
}

/** A server outside of the backend that lets a test decide when, and how, what asks it goes on. */
export class Gate {
  readonly #server: Server;
  readonly #held = new Map<string, ServerResponse[]>();
  readonly #waiting = new Map<string, ((visit: Visit) => void)[]>();
  #open = 0;
  /** The most requests that ever waited at the same time. */
  mostOpen = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<Gate> {
    const server = createServer();
    const gate = new Gate(server);
    server.on("request", (request, response) => gate.#take((request.url ?? "/").slice(1), response));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return gate;
  }

  url(name: string): string {
    const address: unknown = this.#server.address();
    if (!isRecord(address)) throw new Error("The gate is closed");
    return `http://127.0.0.1:${String(address["port"])}/${name}`;
  }

  /** The next visitor of `name`, now or when one comes. */
  next(name: string): Promise<Visit> {
    const response = this.#held.get(name)?.shift();
    if (response !== undefined) return Promise.resolve(this.#visit(response));
    return new Promise((resolve) => this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), resolve]));
  }

  /** Lets the next visitor of `name` go with a text; with another status it fails. */
  async answer(name: string, text: string, status = 200): Promise<void> {
    (await this.next(name)).answer(text, status);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #take(name: string, response: ServerResponse): void {
    this.#open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.#open);
    response.once("close", () => (this.#open -= 1));
    const waiting = this.#waiting.get(name)?.shift();
    if (waiting === undefined) this.#held.set(name, [...(this.#held.get(name) ?? []), response]);
    else waiting(this.#visit(response));
  }

  #visit(response: ServerResponse): Visit {
    return { answer: (text, status = 200) => void response.writeHead(status).end(text) };
  }
}
