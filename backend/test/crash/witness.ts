import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { isRecord } from "../support/record.ts";

/** A server outside of the backend that counts who has visited it: what an action did cannot be undone there. */
export class Witness {
  readonly visits = new Map<string, number>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const key = decodeURIComponent((request.url ?? "/").slice(1));
      this.visits.set(key, (this.visits.get(key) ?? 0) + 1);
      response.end("seen");
    });
  }

  static async open(): Promise<Witness> {
    const witness = new Witness();
    witness.#server.listen(0, "127.0.0.1");
    await once(witness.#server, "listening");
    return witness;
  }

  get url(): string {
    const address: unknown = this.#server.address();
    if (!isRecord(address)) throw new Error("The witness is gone");
    return `http://127.0.0.1:${String(address["port"])}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
