/**
 * Headers that let the example's own page read an answer: the one on this machine, at whatever port, and the one that
 * `PAGE_ORIGIN` names. A page of anybody else is told nothing.
 */
export function corsHeaders(request: Request): Record<string, string> {
  const origin = request.headers.get("origin");
  if (origin === null || !isOwnPage(origin)) return { vary: "origin" };
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "authorization, content-type",
    // Without this the page could not read our own header.
    "access-control-expose-headers": "x-thread-id",
    "access-control-max-age": "600",
    vary: "origin",
  };
}

function isOwnPage(origin: string): boolean {
  if (origin === process.env.PAGE_ORIGIN) return true;
  return URL.canParse(origin) && ["127.0.0.1", "localhost"].includes(new URL(origin).hostname);
}
