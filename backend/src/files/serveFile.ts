import type { HttpReply } from "../http/handlers.ts";
import { parseRange, type ByteRange } from "./byteRange.ts";
import type { StoredFile } from "./fileRows.ts";

/** Headers of a request for a file; null and absent are the same. */
export interface FileRequest {
  readonly range?: string | null;
  readonly ifNoneMatch?: string | null;
  readonly ifRange?: string | null;
}

/**
 * Answers a request for one file. A file never changes, so its hash is its tag and browsers may keep it for 30 days.
 *
 * @param open - Streams a part of the file, or all of it; called when the reply is first read, so that a dropped body
 * (HEAD) opens nothing.
 */
export function serveFile(request: FileRequest, file: StoredFile, open: (range?: ByteRange) => AsyncIterable<Uint8Array>): HttpReply {
  const tag = `"${file.sha256}"`;
  const headers: Record<string, string> = {
    "Content-Type": file.contentType ?? "application/octet-stream",
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, max-age=2592000",
    Digest: `sha-256=${file.sha256}`,
    ETag: tag,
    // The type is the uploader's claim; a browser must not make another one up.
    "X-Content-Type-Options": "nosniff",
  };
  if (matches(request.ifNoneMatch, tag)) return { status: 304, headers, body: null };
  const isRangeCurrent = request.ifRange == null || request.ifRange === tag;
  const wanted = parseRange(isRangeCurrent ? (request.range ?? null) : null, file.sizeBytes);
  switch (wanted.kind) {
    case "unsatisfiable":
      return { status: 416, headers: { ...headers, "Content-Range": `bytes */${file.sizeBytes}`, "Content-Length": "0" }, body: null };
    case "whole":
      return { status: 200, headers: { ...headers, "Content-Length": String(file.sizeBytes) }, body: lazily(() => open()) };
    case "part": {
      const { start, end } = wanted.range;
      return {
        status: 206,
        headers: { ...headers, "Content-Range": `bytes ${start}-${end}/${file.sizeBytes}`, "Content-Length": String(end - start + 1) },
        body: lazily(() => open(wanted.range)),
      };
    }
  }
  return wanted satisfies never;
}

function lazily(open: () => AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => open()[Symbol.asyncIterator]() };
}

/** `If-None-Match`: `*` or a list of tags, weak ones included. */
function matches(header: string | null | undefined, tag: string): boolean {
  if (header == null) return false;
  return header.split(",").some((part) => [tag, `W/${tag}`, "*"].includes(part.trim()));
}
