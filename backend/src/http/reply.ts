import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { UserError } from "../errors.ts";
import type { HttpReply } from "./handlers.ts";

/** Sends a reply; a stream goes at the pace the client reads it. */
export async function sendReply(response: ServerResponse, { status, headers = {}, body = null }: HttpReply): Promise<void> {
  response.writeHead(status, { ...headers });
  if (body === null || response.req.method === "HEAD") response.end();
  else if (typeof body === "string" || body instanceof Uint8Array) response.end(body);
  else await pipeline(Readable.from(body), response);
}

export function sendJson(response: ServerResponse, status: number, json: unknown): void {
  const text = JSON.stringify(json);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}

/**
 * Reports a failure as `{code, message}`. What is not a caller's mistake is told to `onTrouble`, and to the client only
 * that it happened.
 */
export function sendError(response: ServerResponse, error: unknown, onTrouble: (error: unknown) => void): void {
  const known = error instanceof UserError ? error : null;
  if (known === null) onTrouble(error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // The rest of a body that was refused is not worth reading.
  if (!response.req.complete) response.setHeader("connection", "close");
  sendJson(response, known?.httpStatus ?? 500, {
    code: known?.code ?? "InternalServerError",
    message: known?.message ?? "The backend failed; its log says why.",
  });
}
