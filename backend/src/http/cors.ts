import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";

/** Pages of any origin may call the API: what they may do is decided by the token they send, not by where they are. */
export function corsHeaders(request: IncomingMessage): OutgoingHttpHeaders {
  const { origin } = request.headers;
  if (origin === undefined) return {};
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    vary: "origin, access-control-request-headers",
    ...(request.method === "OPTIONS" ? preflightHeaders(request) : {}),
  };
}

function preflightHeaders(request: IncomingMessage): OutgoingHttpHeaders {
  return {
    "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
    "access-control-allow-methods": "GET, POST, OPTIONS, PATCH, DELETE, PUT",
    "access-control-max-age": "86400",
  };
}
