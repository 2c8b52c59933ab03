import { ConvexProvider, ConvexReactClient, type ConvexReactClientOptions } from "convex/react";
import { anyApi } from "convex/server";
import { createElement } from "react";
import { createRoot, type Root } from "react-dom/client";
import type { Deployment } from "./deployment.ts";
import { dom } from "./dom.ts";
import { hookOf, type Hook } from "./hooks.ts";
import { memorySocket, type SocketCounts } from "./memorySocket.ts";

/** One person who looks at a thread: the package's own hook in React, on the official client. */
export class Viewer {
  readonly #root: Root;
  readonly #client: ConvexReactClient;
  readonly #socket: SocketCounts;
  #renders = 0;
  #texts: readonly string[] = [];
  #firstTextMs: number | null = null;

  private constructor(deployment: Deployment, { threadId, useUIMessages, isReply }: { threadId: string; useUIMessages: Hook; isReply: (text: string) => boolean }) {
    const { constructor, counts } = memorySocket(deployment);
    this.#socket = counts;
    const options: ConvexReactClientOptions = { webSocketConstructor: constructor, logger: false, unsavedChangesWarning: false };
    this.#client = new ConvexReactClient("http://127.0.0.1:1", options);
    const Thread = () => {
      const { results } = useUIMessages(anyApi["read"]?.["list"], { threadId }, { initialNumItems: 20, stream: true });
      this.#renders += 1;
      this.#texts = results.map(({ text }) => text);
      if (this.#firstTextMs === null && isReply(this.lastText())) this.#firstTextMs = deployment.time.nowMs;
      return null;
    };
    this.#root = createRoot(dom().createElement("div"));
    this.#root.render(createElement(ConvexProvider, { client: this.#client }, createElement(Thread)));
  }

  /** @param isReply Whether a text is that of the reply whose first words are waited for. */
  static async open(deployment: Deployment, threadId: string, isReply = (text: string): boolean => text.startsWith("one")): Promise<Viewer> {
    return new Viewer(deployment, { threadId, useUIMessages: await hookOf(deployment.side), isReply });
  }

  reset(): void {
    this.#renders = 0;
    this.#firstTextMs = null;
    this.#socket.reset();
  }

  lastText(): string {
    return this.#texts.at(-1) ?? "";
  }

  counts() {
    if (this.#firstTextMs === null) throw new Error("The reply was never seen");
    return {
      renders: this.#renders,
      bytesDown: this.#socket.down,
      bytesUp: this.#socket.up,
      subscriptions: this.#socket.added,
      firstTextMs: this.#firstTextMs,
    };
  }

  close(): void {
    this.#root.unmount();
    void this.#client.close();
  }
}
