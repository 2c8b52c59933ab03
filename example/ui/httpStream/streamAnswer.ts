import { ConvexError } from "convex/values";
import { viewerKey } from "../app/viewer";

export interface AnswerRequest {
  prompt: string;
  threadId: string | undefined;
  signal: AbortSignal;
  /** Called with each piece of text, as it comes out of the response. */
  onText: (text: string) => void;
  /** Called when the response begins, with the conversation's id. */
  onBegin: (threadId: string) => void;
}

/** Asks over HTTP and reads the response while it comes. Throws what the HTTP action refused, as the Convex client does. */
export async function streamAnswer({ prompt, threadId, signal, onText, onBegin }: AnswerRequest): Promise<void> {
  const response = await fetch(`${import.meta.env.VITE_CONVEX_SITE_URL}/http-stream/answer`, {
    method: "POST",
    headers: { authorization: `Bearer ${viewerKey}`, "content-type": "application/json" },
    body: JSON.stringify({ prompt, threadId }),
    signal,
  });
  if (!response.ok) throw await refusalOf(response);
  const begun = response.headers.get("x-thread-id");
  if (begun === null || response.body === null) throw new Error("The HTTP action's response has no x-thread-id or no body");
  onBegin(begun);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) onText(next.value);
}

async function refusalOf(response: Response): Promise<Error> {
  if (response.headers.get("content-type")?.includes("json") !== true) return new Error(`HTTP ${response.status}: ${await response.text()}`);
  const data: unknown = await response.json();
  return typeof data === "object" && data !== null && "message" in data && typeof data.message === "string"
    ? new ConvexError({ ...data, message: data.message })
    : new Error(`HTTP ${response.status}`);
}
