import { ConvexProvider, ConvexReactClient, type ConvexReactClientOptions } from "convex/react";
import { anyApi } from "convex/server";
import { createElement } from "react";
import { createRoot, type Root } from "react-dom/client";
import type { Deployment } from "./deployment.ts";
import { dom } from "./dom.ts";
import { hookOf } from "./hooks.ts";
import { memorySocket, type SocketCounts } from "./memorySocket.ts";

const PAGE_SIZE = 20;

export interface ViewerCounts {
  readonly renders: number;
  readonly bytesDown: number;
  readonly bytesUp: number;
  readonly subscriptions: number;
  /** When the reply's first words were on the page. */
  readonly firstTextMs: number;
}

/** One person at a page: the official client, and the package's own hook in React. */
export class Viewer {
  readonly #deployment: Deployment;
  readonly #client: ConvexReactClient;
  readonly #socket: SocketCounts;
  #root: Root | undefined;
  #renders = 0;
  #texts: readonly string[] = [];
  #firstTextMs: number | null = null;

  /** Connects, and shows nothing yet. */
  constructor(deployment: Deployment) {
    this.#deployment = deployment;
    const { constructor, counts } = memorySocket(deployment);
    this.#socket = counts;
    const options: ConvexReactClientOptions = { webSocketConstructor: constructor, logger: false, unsavedChangesWarning: false };
    this.#client = new ConvexReactClient("http://127.0.0.1:1", options);
    // The client connects when it is first used.
    void this.#client.connectionState();
  }

  /** @param isReply Whether a text is that of the reply whose first words are waited for. */
  async show(threadId: string, { stream = true, isReply = (text: string): boolean => text.startsWith("one") } = {}): Promise<void> {
    const useUIMessages = await hookOf(this.#deployment.side);
    const Thread = () => {
      const { results } = useUIMessages(anyApi["read"]?.["list"], { threadId }, { initialNumItems: PAGE_SIZE, stream });
      this.#renders += 1;
      this.#texts = results.map(({ text }) => text);
      if (this.#firstTextMs === null && isReply(this.lastText())) this.#firstTextMs = this.#deployment.time.nowMs;
      return null;
    };
    this.#root = createRoot(dom().createElement("div"));
    this.#root.render(createElement(ConvexProvider, { client: this.#client }, createElement(Thread)));
  }

  /** Sends a message as the page does. */
  async send(args: { threadId: string; prompt: string; reply: string; with: object }): Promise<void> {
    const send = anyApi["threads"]?.["send"];
    if (send === undefined) throw new Error("The app has no threads:send");
    await this.#client.mutation(send, args);
  }

  reset(): void {
    this.#renders = 0;
    this.#firstTextMs = null;
    this.#socket.reset();
  }

  lastText(): string {
    return this.#texts.at(-1) ?? "";
  }

  counts(): ViewerCounts {
    if (this.#firstTextMs === null) throw new Error("The reply was never seen");
    const { down, up, added } = this.#socket;
    return { renders: this.#renders, bytesDown: down, bytesUp: up, subscriptions: added, firstTextMs: this.#firstTextMs };
  }

  close(): void {
    this.#root?.unmount();
    void this.#client.close();
  }
}
