import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable, Transform } from "node:stream";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import { UserError } from "../errors.ts";
import type { FunctionRunner, Identity } from "../functions/types.ts";
import { readBody } from "./body.ts";
import { sendStream } from "./reply.ts";

/** Largest body of a request to an HTTP action, and of its response. Source: convex-protocol B.4. */
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
  let refused: UserError | null = null;
  const onRefused = (error: UserError): void => void (refused = error);
  const answer = await call.functions.httpAction(toRequest(request, { url: call.url, signal: gone.signal, onRefused }), call.identity, {
    requestId: call.requestId,
    ip: request.socket.remoteAddress ?? null,
  });
  if (refused !== null && answer.status === 500) {
    // The action failed by the body that it was sent: that is the client's mistake, not the app's.
    await answer.body?.cancel();
    throw refused;
  }
  if (response.destroyed) {
    await answer.body?.cancel();
    return;
  }
  response.writeHead(answer.status, toHeaders(answer.headers));
  if (answer.body === null || request.method === "HEAD") {
    await answer.body?.cancel();
    response.end();
    return;
  }
  // The platform's stream, which has two declarations: the DOM's and Node's.
  const body = Readable.fromWeb(answer.body as unknown as NodeReadableStream);
  const limited = limit(MAX_BODY_BYTES);
  body.once("error", (error) => limited.destroy(error));
  limited.once("close", () => body.destroy());
  try {
    await sendStream(response, body.pipe(limited));
  } catch {
    // The developer's stream failed half-way, or is too large. The function log tells it; to the client a cut connection
    // is all that is left to tell.
    response.destroy();
  }
}

function limit(maxBytes: number): Transform {
  let size = 0;
  return new Transform({
    transform(piece: Uint8Array, _encoding, done) {
      size += piece.length;
      if (size > maxBytes) done(new UserError("HttpResponseTooLarge", `The body of an HTTP action's response is larger than ${maxBytes} bytes`));
      else done(null, piece);
    },
  });
}

interface RequestOptions {
  readonly url: URL;
  readonly signal: AbortSignal;
  /** Told why the body cannot be read any further. */
  readonly onRefused: (error: UserError) => void;
}

function toRequest(request: IncomingMessage, { url, signal, onRefused }: RequestOptions): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    // Names that begin with a colon belong to HTTP/2, not to the message.
    for (const item of Array.isArray(value) ? value : [value]) if (item !== undefined && !name.startsWith(":")) headers.append(name, item);
  }
  const method = request.method ?? "GET";
  if (FORBIDDEN.has(method)) throw new UserError("MethodNotAllowed", `HTTP actions cannot be called by ${method}`, { httpStatus: 405 });
  if (method === "GET" || method === "HEAD" || method === "OPTIONS") return new Request(url, { method, headers, signal });
  headers.delete("content-encoding");
  // As above; and `duplex`, which Node asks for with a stream, is not in the DOM's declarations.
  const body = Readable.toWeb(Readable.from(watched(readBody(request, MAX_BODY_BYTES), onRefused))) as ReadableStream;
  return new Request(url, { method, headers, body, signal, duplex: "half" } as RequestInit);
}

async function* watched(pieces: AsyncGenerator<Uint8Array>, onRefused: (error: UserError) => void): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    if (error instanceof UserError) onRefused(error);
    throw error;
  }
}

/** Methods that the platform's `Request` does not have. */
const FORBIDDEN = new Set(["TRACE", "TRACK", "CONNECT"]);
/** Headers about the connection, which is ours; a response that was fetched elsewhere carries those of another. */
const OURS = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "trailer", "set-cookie"]);

function toHeaders(headers: Headers): Record<string, string | string[]> {
  const cookies = headers.getSetCookie();
  const others = Object.fromEntries([...headers].filter(([name]) => !OURS.has(name)));
  return cookies.length === 0 ? others : { ...others, "set-cookie": cookies };
}

const HOST = /^(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?$/;

/** The address that user code sees: the one the client asked for, also behind a proxy that says so. */
export function requestedUrl(request: IncomingMessage, path: string): URL {
  const { host = "127.0.0.1", "x-forwarded-proto": forwarded } = request.headers;
  // A path that begins with two slashes is a path, not another host; a host holds no path.
  if (HOST.test(host) && path.startsWith("/")) {
    const url = URL.parse(`${forwarded === "https" ? "https" : "http"}://${host}${path}`);
    if (url !== null) return url;
  }
  throw new UserError("BadRequest", "The Host header or the path is not part of a valid URL");
}
