import { ConvexError } from "convex/values";

/** The code of a failure that the server names; null for anything else. */
export function errorCode(error: unknown): string | null {
  const data = dataOf(error);
  return data !== null && "code" in data && typeof data.code === "string" ? data.code : null;
}

/** What a person is told about an error: what happened and, where there is something, what to do. */
export function describeError(error: unknown): string {
  if (error instanceof ConvexError && typeof error.data === "string") return error.data;
  const data = dataOf(error);
  if (data !== null && "message" in data && typeof data.message === "string") return data.message;
  const message = error instanceof Error ? error.message : String(error);
  const missing = missingFunction(message);
  if (missing !== null) return `The app exports no function ${missing}. Add it to what definePlaygroundAPI(…) is taken apart into, and push again.`;
  if (isCodeMissing(error)) return "A part of this page could not be loaded: it was replaced by a newer one, or nobody serves it any more.";
  return withoutNoise(message);
}

/** Code of the page itself could not be fetched. A browser remembers that until the page is loaded anew. */
export function isCodeMissing(error: unknown): boolean {
  return error instanceof TypeError && /dynamically imported module|Importing a module script failed/i.test(error.message);
}

/** The function that a server says it does not have: `playground:usage`. */
export function missingFunction(message: string): string | null {
  return /Could not find (?:public )?function for '([^']+)'/.exec(message)?.[1]?.replace(/\.js:/, ":") ?? null;
}

function dataOf(error: unknown): object | null {
  if (!(error instanceof ConvexError)) return null;
  const data: unknown = error.data;
  return typeof data === "object" && data !== null ? data : null;
}

/** Convex puts where it happened before what happened, and the lines of the code behind it. */
function withoutNoise(message: string): string {
  const [first = message] = message.replace(/^(\[[^\]]*\]\s*)+/, "").replace(/^Server Error\s+Uncaught\s+/, "").split(/\n\s+at /);
  const said = first.replace(/^(Uncaught )?Error: /, "").replace(/\s*Called by client\s*$/, "").trim();
  return said === "" || said === "Server Error" ? "Something went wrong on the server; its log says what." : said;
}
