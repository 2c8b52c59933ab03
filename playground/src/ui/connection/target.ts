/** What a person types on the first screen. */
export interface Target {
  readonly url: string;
  readonly apiPath: string;
  readonly apiKey: string;
}

export const DEFAULT_API_PATH = "playground";

/**
 * A deployment's address as its functions are called: without a path of ours or a slash at the end. Takes what people
 * have at hand: without a scheme, the address for HTTP actions (`.convex.site`), the dashboard's. Null: it is none.
 */
export function parseDeploymentUrl(typed: string): string | null {
  const text = typed.trim().replace(/^["']|["']$/g, "");
  if (text === "") return null;
  const isLocal = /^(localhost|127\.|\[::1\])/.test(text);
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `${isLocal ? "http" : "https"}://${text}`);
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.username !== "" || url.hostname === "") return null;
  const named = /^\/d\/([a-z]+-[a-z]+-\d+)/.exec(url.pathname)?.[1];
  if (url.hostname === "dashboard.convex.dev") return named === undefined ? null : `https://${named}.convex.cloud`;
  if (url.hostname.endsWith(".convex.site")) return `https://${url.hostname.replace(/\.site$/, ".cloud")}`;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

/** Where the functions are: `foo/bar` for all of `convex/foo/bar.ts`, `foo/bar.ts`, `/foo/bar`. Null: it is no module. */
export function parseApiPath(typed: string): string | null {
  const path = typed.trim().replaceAll("\\", "/").replace(/^\.?\/+/, "").replace(/^convex\//, "").replace(/\.[cm]?[jt]sx?$/, "").replace(/\/+$/, "");
  if (path === "") return DEFAULT_API_PATH;
  return /^[\w/]+$/.test(path) ? path : null;
}
