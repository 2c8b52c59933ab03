import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { UserError } from "../errors.ts";
import { DiskFullError } from "../storage/sqlite.ts";
import { drainBody } from "./body.ts";
import type { HttpReply } from "./handlers.ts";

/** Sends a reply; a stream goes at the pace the client reads it. A client that goes away ends it without an error. */
export async function sendReply(response: ServerResponse, { status, headers = {}, body = null }: HttpReply): Promise<void> {
  response.writeHead(status, { ...headers });
  if (body === null || response.req.method === "HEAD") response.end();
  else if (typeof body === "string" || body instanceof Uint8Array) response.end(body);
  else await sendStream(response, Readable.from(body));
}

/** Sends a body as it comes. Throws what the body throws; the connection is then cut, for want of another way to tell. */
export async function sendStream(response: ServerResponse, body: Readable): Promise<void> {
  try {
    await pipeline(body, response);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE") return;
    throw error;
  }
}

export function sendJson(response: ServerResponse, status: number, json: unknown): void {
  const text = JSON.stringify(json);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}

/**
 * Reports a failure as `{code, message}`. What is not a caller's mistake is told to `onTrouble`, and to the client only
 * that it happened. Never rejects.
 */
export async function sendError(response: ServerResponse, error: unknown, onTrouble: (error: unknown) => void): Promise<void> {
  const known = error instanceof UserError ? error : null;
  const refused = known ?? (error instanceof DiskFullError ? error.refusal() : null);
  if (known === null) onTrouble(error);
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  if (!response.req.complete) {
    // The rest of a body that was refused is read and dropped, within bounds; what is more ends the connection.
    await drainBody(response.req);
    response.setHeader("connection", "close");
  }
  sendJson(response, refused?.httpStatus ?? 500, {
    code: refused?.code ?? "InternalServerError",
    message: refused?.message ?? "The backend failed; its log says why.",
  });
}
