import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { isRecord } from "../../src/shared/json.js";

/** Between two words of an answer that does not end. */
const PAUSE_MS = 50;

/** What the provider does to a prompt that has the word in it, until it is healed. */
const TROUBLE: Readonly<Record<string, (response: ServerResponse) => void>> = {
  crowded: (response) => refuse(response, 429, "Slow down, please"),
  broken: (response) => refuse(response, 500, "Something broke at the provider"),
  silent: () => undefined,
  endless: (response) => {
    begin(response);
    const words = setInterval(() => say(response, "word "), PAUSE_MS);
    response.once("close", () => clearInterval(words));
  },
};

export interface FlakyProvider {
  /** What `OPENAI_BASE_URL` is to be. */
  readonly baseURL: string;
  /** Cuts the connections of all answers that are being written. */
  cut(): void;
  /** From now on every prompt is answered. */
  heal(): void;
  close(): Promise<void>;
}

/** A small OpenAI-compatible server, on loopback, that has the trouble that a prompt asks for. */
export async function startFlakyProvider(): Promise<FlakyProvider> {
  let isWell = false;
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    open.add(response);
    response.once("close", () => open.delete(response));
    void readPrompt(request).then((prompt) => {
      const trouble = isWell ? undefined : Object.keys(TROUBLE).find((word) => prompt.includes(word));
      if (trouble !== undefined) return TROUBLE[trouble]?.(response);
      begin(response);
      say(response, "Here I am again.");
      response.end(`data: ${JSON.stringify(chunk({}, "stop"))}\n\ndata: [DONE]\n\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("A server that listens on a port has one");
  return {
    baseURL: `http://127.0.0.1:${address.port}/v1`,
    cut: () => { for (const response of open) if (response.headersSent) response.destroy(); },
    heal: () => { isWell = true; },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The text of the last message of the request. */
async function readPrompt(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const piece of request) body += String(piece);
  const json: unknown = JSON.parse(body);
  return isRecord(json) && Array.isArray(json.messages) ? JSON.stringify(json.messages.at(-1)) : "";
}

function refuse(response: ServerResponse, status: number, message: string): void {
  // The client's own attempts to do better are not what is tested: they need no pause.
  response.writeHead(status, { "content-type": "application/json", "retry-after-ms": "1" });
  response.end(JSON.stringify({ error: { message, type: "test" } }));
}

function begin(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
}

function say(response: ServerResponse, text: string): void {
  response.write(`data: ${JSON.stringify(chunk({ role: "assistant", content: text }, null))}\n\n`);
}

function chunk(delta: object, finishReason: string | null): object {
  return { id: "c", object: "chat.completion.chunk", created: 1, model: "test-model", choices: [{ index: 0, delta, finish_reason: finishReason }] };
}
