import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip } from "node:zlib";
import { UserError } from "../errors.ts";
import { isRecord, type JsonObject } from "../values/json.ts";

/** Arguments of 16 MiB and what is around them. */
export const DEFAULT_MAX_BODY_BYTES = 16 * 1024 * 1024 + 2000;

/** The decoded body of a request, bounded: reading past `maxBytes` throws. Compressed bodies are decoded on the way. */
export async function* readBody(request: IncomingMessage, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  try {
    for await (const piece of decoded(request)) {
      // A request without an encoding yields buffers.
      const bytes = piece as Buffer;
      size += bytes.length;
      if (size > maxBytes) throw new UserError("RequestTooLarge", `The request body is larger than ${maxBytes} bytes`, { httpStatus: 413 });
      yield bytes;
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError("BadRequestBody", `The request body cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function decoded(request: IncomingMessage): Readable {
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  switch (encoding) {
    case "identity":
    case "":
      return request;
    case "br":
      return request.pipe(createBrotliDecompress());
    case "gzip":
      return request.pipe(createGunzip());
    default:
      throw new UserError("UnsupportedEncoding", `Content-Encoding "${encoding.slice(0, 40)}" is not supported; use br, gzip or none`, { httpStatus: 415 });
  }
}

/** A body as one JSON object; an empty body is an empty object. */
export async function readJson(body: AsyncIterable<Uint8Array>): Promise<JsonObject> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  const text = Buffer.concat(pieces).toString("utf8");
  if (text.trim() === "") return {};
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UserError("BadJsonBody", `The request body is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  if (!isRecord(json)) throw new UserError("BadJsonBody", "The request body must be a JSON object");
  // Parsed JSON whose top level is an object.
  return json as JsonObject;
}
