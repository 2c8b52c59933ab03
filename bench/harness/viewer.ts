import { ConvexProvider, ConvexReactClient, type ConvexReactClientOptions } from "convex/react";
import { anyApi } from "convex/server";
import { createElement } from "react";
import { createRoot, type Root } from "react-dom/client";
import type { Deployment } from "./deployment.ts";
import { dom } from "./dom.ts";
import { hooks } from "./hooks.ts";
import { memorySocket, type SocketCounts } from "./memorySocket.ts";

/** One person who looks at a thread: the package's own hook in React, on the official client. */
export class Viewer {
  readonly #root: Root;
  readonly #client: ConvexReactClient;
  readonly #socket: SocketCounts;
  #renders = 0;
  #texts: string[] = [];

  private constructor(deployment: Deployment, threadId: string) {
    const { constructor, counts } = memorySocket(deployment);
    this.#socket = counts;
    const options: ConvexReactClientOptions = { webSocketConstructor: constructor, logger: false, unsavedChangesWarning: false };
    this.#client = new ConvexReactClient("http://127.0.0.1:1", options);
    const useUIMessages = hooks[deployment.side];
    const Thread = () => {
      const { results } = useUIMessages(anyApi["read"]?.["list"], { threadId }, { initialNumItems: 20, stream: true });
      this.#renders += 1;
      this.#texts = results.map(({ text }) => text);
      return null;
    };
    this.#root = createRoot(dom().createElement("div"));
    this.#root.render(createElement(ConvexProvider, { client: this.#client }, createElement(Thread)));
  }

  static async open(deployment: Deployment, threadId: string): Promise<Viewer> {
    return new Viewer(deployment, threadId);
  }

  reset(): void {
    this.#renders = 0;
    this.#socket.reset();
  }

  lastText(): string {
    return this.#texts.at(-1) ?? "";
  }

  counts() {
    return { renders: this.#renders, bytesDown: this.#socket.down, bytesUp: this.#socket.up, subscriptions: this.#socket.added };
  }

  close(): void {
    this.#root.unmount();
    void this.#client.close();
  }
}
