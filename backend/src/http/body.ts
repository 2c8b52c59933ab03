import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip } from "node:zlib";
import { UserError } from "../errors.ts";
import { isRecord, parseJson, type JsonObject } from "../values/json.ts";

/** Arguments of 16 MiB and what is around them. */
export const DEFAULT_MAX_BODY_BYTES = 16 * 1024 * 1024 + 2000;

/** How long the next piece of a body may take. */
const STALLED_AFTER_MS = 60_000;

/**
 * The decoded body of a request, bounded: reading past `maxBytes` throws. Compressed bodies are decoded on the way. A
 * client that stops sending is cut off. What is left unread when the reader stops stays unread: the connection can
 * still carry the answer.
 */
export async function* readBody(request: IncomingMessage, maxBytes: number): AsyncGenerator<Uint8Array> {
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase() || "identity";
  const announced = Number(request.headers["content-length"] ?? 0);
  if (encoding === "identity" && announced > maxBytes) throw tooLarge(maxBytes);
  // Without `destroyOnReturn` the reader's end would be the connection's.
  const pieces = decoded(request, encoding).iterator({ destroyOnReturn: false });
  let size = 0;
  try {
    for (let next = await nextPiece(request, pieces); next.done !== true; next = await nextPiece(request, pieces)) {
      // A stream without a text encoding yields buffers.
      const bytes = next.value as Buffer;
      size += bytes.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      yield bytes;
    }
  } finally {
    await pieces.return?.();
  }
}

async function nextPiece(request: IncomingMessage, pieces: AsyncIterator<unknown>): Promise<IteratorResult<unknown>> {
  // Only while we wait for the client: whoever reads may take their time.
  request.socket.setTimeout(STALLED_AFTER_MS);
  try {
    return await pieces.next();
  } catch (cause) {
    throw new UserError("BadRequestBody", `The request body cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  } finally {
    request.socket.setTimeout(0);
  }
}

function tooLarge(maxBytes: number): UserError {
  return new UserError("RequestTooLarge", `The request body is larger than ${maxBytes} bytes`, { httpStatus: 413 });
}

function decoded(request: IncomingMessage, encoding: string): Readable {
  if (encoding === "identity") return request;
  if (encoding !== "br" && encoding !== "gzip") {
    throw new UserError("UnsupportedEncoding", `Content-Encoding "${encoding.slice(0, 40)}" is not supported; use br, gzip or none`, { httpStatus: 415 });
  }
  const decoder = encoding === "br" ? createBrotliDecompress() : createGunzip();
  // `pipe` does not tell the decoder that its source broke off.
  request.once("close", () => {
    if (!request.complete) decoder.destroy(new Error("the client went away"));
  });
  return request.pipe(decoder);
}

/** Most that is read of a body nobody wants, so that its sender gets to see the answer. */
const MAX_DRAINED_BYTES = 64 * 1024 * 1024;
const MAX_DRAIN_MS = 2000;

/**
 * Reads and drops the rest of a body, within bounds. A connection that is closed with unread data is reset, and the
 * answer may be lost with it.
 */
export async function drainBody(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return;
  request.unpipe();
  await new Promise<void>((resolve) => {
    let size = 0;
    request.on("data", (piece: Buffer) => {
      size += piece.length;
      if (size > MAX_DRAINED_BYTES) resolve();
    });
    // Somebody who listens for the timeout keeps Node from cutting the connection.
    for (const event of ["end", "close", "error", "timeout"]) request.once(event, () => resolve());
    request.socket.setTimeout(MAX_DRAIN_MS);
    request.resume();
  });
  request.socket.setTimeout(0);
}

/** A body as one JSON object; an empty body is an empty object. */
export async function readJson(body: AsyncIterable<Uint8Array>): Promise<JsonObject> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  const text = Buffer.concat(pieces).toString("utf8");
  if (text.trim() === "") return {};
  const json = parseJson(text);
  if (!isRecord(json)) throw new UserError("BadJsonBody", "The request body must be a JSON object");
  // Parsed JSON whose top level is an object.
  return json as JsonObject;
}
