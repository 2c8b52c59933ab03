import { ensurePage } from "convex-agent-playground/buildPage";
import { servePlayground, type PlaygroundServer } from "convex-agent-playground/server";
import type { Backend } from "convex-embedded";

/** A key of the same name that an earlier start was given ends when a new one is issued. */
const KEY_NAME = "npm start";

export interface PlaygroundOptions {
  readonly backend: Backend;
  readonly port: number;
  /** Told why no key could be issued; the page then asks for one. */
  readonly onTrouble: (error: unknown) => void;
}

/**
 * Serves the playground for the example, with a key of its own that is issued when the page is first looked at. Only the
 * page is told the key, never an address or the terminal.
 */
export async function openPlayground({ backend, port, onTrouble }: PlaygroundOptions): Promise<PlaygroundServer> {
  let issuing: Promise<string> | null = null;
  return servePlayground({
    port,
    pageDir: ensurePage,
    async connection() {
      const known = { url: backend.url, apiPath: "playground" };
      try {
        return { ...known, apiKey: await (issuing ??= issueKey(backend)) };
      } catch (error) {
        // The functions may not be live yet; the next look at the page tries again.
        issuing = null;
        onTrouble(error);
        return known;
      }
    },
  });
}

/** What `npx convex run --component agent apiKeys:issue` does. */
async function issueKey(backend: Backend): Promise<string> {
  const response = await fetch(`${backend.url}/api/mutation`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Convex ${backend.adminKey}` },
    body: JSON.stringify({ path: "apiKeys:issue", componentPath: "agent", args: { name: KEY_NAME }, format: "json" }),
  });
  const answer: unknown = await response.json();
  if (typeof answer === "object" && answer !== null && "value" in answer && typeof answer.value === "string") return answer.value;
  throw new Error(`No key for the playground could be issued: ${JSON.stringify(answer)}`);
}
