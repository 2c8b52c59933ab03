import { takeLinkedDeployment } from "../app/location";
import { DEFAULT_API_PATH, parseDeploymentUrl, type Target } from "./target";

const LAST = "playground.last";
const KEYS = "playground.keys";

/**
 * What the page knows of the connection before it asks: from whoever serves it, else from the link that led here, else
 * from the last time. `isServed`: whoever serves it knows the deployment, so a link need not name it.
 */
export function knownTarget(): Target & { isServed: boolean } {
  const served = readJson(document.querySelector("#connection")?.textContent ?? "{}");
  const linked = takeLinkedDeployment();
  const last = readJson(localStorage.getItem(LAST) ?? "{}");
  const servedUrl = textOf(served.url);
  const url = servedUrl ?? parseDeploymentUrl(linked.url ?? "") ?? textOf(last.url) ?? "";
  return {
    url,
    apiPath: textOf(served.apiPath) ?? textOf(linked.apiPath) ?? textOf(last.apiPath) ?? DEFAULT_API_PATH,
    // A key is given to the deployment that it was typed for and to no other: not to one that a link names.
    apiKey: (url === servedUrl ? textOf(served.apiKey) : undefined) ?? keyFor(url) ?? "",
    isServed: servedUrl !== undefined,
  };
}

function keyFor(url: string): string | undefined {
  return textOf(readJson(sessionStorage.getItem(KEYS) ?? "{}")[url]) ?? textOf(readJson(localStorage.getItem(KEYS) ?? "{}")[url]);
}

/** Keeps a connection that works: the key until the tab is closed, or with `isForLong` in this browser. */
export function rememberTarget({ url, apiPath, apiKey }: Target, { isForLong }: { isForLong: boolean }): void {
  localStorage.setItem(LAST, JSON.stringify({ url, apiPath }));
  const storage = isForLong ? localStorage : sessionStorage;
  storage.setItem(KEYS, JSON.stringify({ ...readJson(storage.getItem(KEYS) ?? "{}"), [url]: apiKey }));
}

/** Forgets the key of a deployment. */
export function forgetKey(url: string): void {
  for (const storage of [localStorage, sessionStorage]) {
    const { [url]: _forgotten, ...rest } = readJson(storage.getItem(KEYS) ?? "{}");
    storage.setItem(KEYS, JSON.stringify(rest));
  }
}

/** An object of JSON; what is none, somebody else wrote there. */
function readJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
