import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import { UserError } from "../errors.ts";
import type { FunctionRunner, Identity } from "../functions/types.ts";
import { readBody } from "./body.ts";

/** Largest body of a request to an HTTP action. Source: convex-protocol B.4. */
const MAX_BODY_BYTES = 20 * 1024 * 1024;

export interface HttpActionCall {
  readonly functions: Pick<FunctionRunner, "httpAction">;
  readonly identity: Identity;
  readonly requestId: string;
  /** What user code sees as the request's address. */
  readonly url: URL;
}

/** Hands a request to the app's HTTP actions and streams the answer back, at the pace the client reads it. */
export async function serveHttpAction(request: IncomingMessage, response: ServerResponse, call: HttpActionCall): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  const answer = await call.functions.httpAction(toRequest(request, { url: call.url, signal: gone.signal }), call.identity, {
    requestId: call.requestId,
    ip: request.socket.remoteAddress ?? null,
  });
  if (response.destroyed) return;
  response.writeHead(answer.status, toHeaders(answer.headers));
  if (answer.body === null || request.method === "HEAD") {
    await answer.body?.cancel();
    response.end();
    return;
  }
  try {
    // The platform's stream, which has two declarations: the DOM's and Node's.
    await pipeline(Readable.fromWeb(answer.body as unknown as NodeReadableStream), response);
  } catch (error) {
    // The client went away, which cancels the body; anything else is the developer's stream that failed half-way, and
    // a cut connection is all that is left to tell.
    if (!gone.signal.aborted) response.destroy(error instanceof Error ? error : undefined);
  }
}

function toRequest(request: IncomingMessage, { url, signal }: { url: URL; signal: AbortSignal }): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    // Names that begin with a colon belong to HTTP/2, not to the message.
    for (const item of Array.isArray(value) ? value : [value]) if (item !== undefined && !name.startsWith(":")) headers.append(name, item);
  }
  const method = request.method ?? "GET";
  if (method === "GET" || method === "HEAD" || method === "OPTIONS") return new Request(url, { method, headers, signal });
  headers.delete("content-encoding");
  // As above; and `duplex`, which Node asks for with a stream, is not in the DOM's declarations.
  const body = Readable.toWeb(Readable.from(readBody(request, MAX_BODY_BYTES))) as ReadableStream;
  return new Request(url, { method, headers, body, signal, duplex: "half" } as RequestInit);
}

function toHeaders(headers: Headers): Record<string, string | string[]> {
  const cookies = headers.getSetCookie();
  const others = Object.fromEntries([...headers].filter(([name]) => name !== "set-cookie"));
  return cookies.length === 0 ? others : { ...others, "set-cookie": cookies };
}

/** The address that user code sees: the one the client asked for, also behind a proxy that says so. */
export function requestedUrl(request: IncomingMessage, path: string): URL {
  const forwarded = request.headers["x-forwarded-proto"];
  const scheme = forwarded === "https" ? "https" : "http";
  try {
    return new URL(path, `${scheme}://${request.headers.host ?? "127.0.0.1"}`);
  } catch (cause) {
    throw new UserError("BadRequest", "The Host header or the path is not part of a valid URL", { cause });
  }
}
