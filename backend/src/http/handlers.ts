import type { IncomingHttpHeaders } from "node:http";
import type { JsonObject, JsonValue } from "../values/json.ts";
import type { Identity, Outcome } from "../functions/types.ts";

/** A request as a handler sees it: routed, its credentials checked, its body decompressed and bounded. */
export interface HttpRequest {
  readonly method: string;
  /** Absolute. The path is as the client sent it (not percent-decoded). */
  readonly url: URL;
  /** What followed the `*` of the route that matched, percent-decoded; `""` for an exact route. */
  readonly rest: string;
  readonly headers: IncomingHttpHeaders;
  readonly identity: Identity;
  readonly ip: string | null;
  /** Can be read once. Reading past the route's limit throws a `UserError` with status 413. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Aborts when the client goes away before the reply is complete. */
  readonly signal: AbortSignal;
}

/** What to answer. A stream is sent with back-pressure; when it fails, the connection is cut. */
export interface HttpReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array> | null;
}

/** Gets the parsed body (an empty object when there is none) and returns the JSON to answer with status 200. */
export type JsonHandler = (body: JsonObject, request: HttpRequest) => Promise<JsonValue> | JsonValue;

/** Reads the body and makes the reply itself. */
export type RawHandler = (request: HttpRequest) => Promise<HttpReply> | HttpReply;

/** One endpoint. Failures are thrown: a `UserError` becomes its status and `{code, message}`. */
export type HttpRoute = RouteLimits & ({ readonly json: JsonHandler } | { readonly raw: RawHandler });

interface RouteLimits {
  /** True: credentials are not looked at, wrong ones do no harm, and `identity` is nobody's. */
  readonly isOpen?: boolean;
  /** Decoded bytes; default 16 MiB + 2000. */
  readonly maxBodyBytes?: number;
}

/**
 * Endpoints by `"METHOD /path"`; a path that ends in `/*` matches everything below it.
 *
 * @example
 * { "POST /api/deploy2/start_push": { json: startPush, maxBodyBytes: 200_000_000 }, "GET /api/export/zip/*": { raw: exportZip } }
 */
export type HttpRoutes = Readonly<Record<string, HttpRoute>>;

/** File upload and download. Failures are thrown as `UserError`s with their HTTP status. */
export interface FileHttpHandlers {
  /** `POST /api/storage/upload?token=…`; nothing is kept when the body ends early or its digest does not match. */
  upload(request: {
    readonly token: string;
    readonly contentType: string | null;
    /** The `Digest` header. */
    readonly digest: string | null;
    readonly contentLength: number | null;
    readonly body: AsyncIterable<Uint8Array>;
  }): Promise<{ storageId: string }>;
  /** `GET /api/storage/<uuid>[?component=…]`. For HEAD the caller drops the body without reading it. */
  serve(request: {
    readonly uuid: string;
    readonly component: string | null;
    readonly range: string | null;
    readonly ifNoneMatch?: string | null;
    readonly ifRange?: string | null;
  }): Promise<HttpReply>;
}

/** `GET /api/stream_function_logs`: waits up to about a minute for something new, or until `signal` aborts. */
export type ReadLogs = (cursor: number, signal: AbortSignal) => Promise<{ entries: JsonValue[]; newCursor: number }>;

/** `POST /api/run_test_function`: runs a query whose source comes with the request. */
export type RunTestFunction = (request: {
  readonly source: string;
  readonly args: JsonObject;
  readonly componentId: string | null;
  readonly identity: Identity;
  readonly requestId: string;
}) => Promise<{ outcome: Outcome; logLines: string[] }>;

/** What the other parts of the backend give to the HTTP server. A missing part's endpoints answer 404. */
export interface HttpHandlers {
  readonly files?: FileHttpHandlers;
  readonly readLogs?: ReadLogs;
  readonly runTestFunction?: RunTestFunction;
  /** `POST /api/update_environment_variables`; null removes. All or nothing. */
  readonly updateEnvironmentVariables?: (changes: readonly { name: string; value: string | null }[]) => Promise<void> | void;
  /** Endpoints that only the holder of the admin key may use: pushes, import, export. */
  readonly admin?: HttpRoutes;
}
