import { parseApiPath, parseDeploymentUrl, type Target } from "./target";

/** Why there is no connection, in a form that the first screen explains. */
export type Problem =
  | { kind: "no_url" }
  | { kind: "bad_path"; path: string }
  | { kind: "no_key" }
  /** Nothing answers there, or the browser may not ask it. */
  | { kind: "unreachable"; url: string }
  /** Something answers, and it is no Convex deployment. */
  | { kind: "not_convex"; url: string; status: number }
  | { kind: "no_functions"; url: string; path: string }
  /** `heldBackMs`: so many wrong keys were tried of late that the answer was held back. */
  | { kind: "wrong_key"; heldBackMs: number }
  | { kind: "failed"; message: string };

export type Check = { ok: true; target: Target; isReadOnly: boolean } | { ok: false; problem: Problem };

type Fetch = (url: string, init: { method: string; headers: Record<string, string>; body: string }) => Promise<Response>;

/** Whether the functions are there and the key opens them, and what is wrong if not. Throws nothing that the network does. */
export async function checkTarget(typed: Target, fetch: Fetch): Promise<Check> {
  const url = parseDeploymentUrl(typed.url);
  if (url === null) return failed({ kind: "no_url" });
  const apiPath = parseApiPath(typed.apiPath);
  if (apiPath === null) return failed({ kind: "bad_path", path: typed.apiPath });
  const target = { url, apiPath, apiKey: typed.apiKey.trim() };
  if (target.apiKey === "") return failed({ kind: "no_key" });
  // Asked first as one that may write: of the answers only this one tells a key that may not from one that is wrong.
  const written = await ask(target, { kind: "action", name: "checkApiKey", args: { write: true } }, fetch);
  switch (written.kind) {
    case "value": return { ok: true, target, isReadOnly: false };
    case "refused": return written.code === "read_only_api_key" ? { ok: true, target, isReadOnly: true } : failed(written.problem);
    // An app that exports no more than the documented eight functions has this one.
    case "missing": return await checkByQuery(target, fetch);
    case "problem": return failed(written.problem);
    default: return written satisfies never;
  }
}

async function checkByQuery(target: Target, fetch: Fetch): Promise<Check> {
  const answer = await ask(target, { kind: "query", name: "isApiKeyValid", args: {} }, fetch);
  if (answer.kind === "missing") return failed({ kind: "no_functions", url: target.url, path: target.apiPath });
  if (answer.kind !== "value") return failed(answer.problem);
  return answer.value === true ? { ok: true, target, isReadOnly: false } : failed({ kind: "wrong_key", heldBackMs: 0 });
}

const failed = (problem: Problem): Check => ({ ok: false, problem });

type Answer =
  | { kind: "value"; value: unknown }
  | { kind: "missing" }
  | { kind: "refused"; code: string; problem: Problem }
  | { kind: "problem"; problem: Problem };

async function ask(target: Target, call: { kind: "query" | "action"; name: string; args: object }, fetch: Fetch): Promise<Answer> {
  const { url, apiPath, apiKey } = target;
  let response: Response;
  try {
    response = await fetch(`${url}/api/${call.kind}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ path: `${apiPath}:${call.name}`, args: { ...call.args, apiKey }, format: "json" }),
    });
  } catch (error) {
    // What fetch rejects with when nothing answers, or the browser refuses to ask.
    if (error instanceof TypeError) return { kind: "problem", problem: { kind: "unreachable", url } };
    throw error;
  }
  const body = parseJson(await response.text());
  if (isRecord(body) && body.status === "success" && "value" in body) return { kind: "value", value: body.value };
  if (!isRecord(body) || body.status !== "error" || typeof body.errorMessage !== "string") return { kind: "problem", problem: { kind: "not_convex", url, status: response.status } };
  if (/Could not find (public )?function/.test(body.errorMessage)) return { kind: "missing" };
  return refused(body.errorMessage, body.errorData);
}

function refused(message: string, data: unknown): Answer {
  const code = isRecord(data) && typeof data.code === "string" ? data.code : "";
  if (code !== "invalid_api_key") {
    const said = isRecord(data) && typeof data.message === "string" ? data.message : message.replace(/\n\s+at [\s\S]*$/, "");
    return { kind: "refused", code, problem: { kind: "failed", message: said } };
  }
  const heldBackMs = isRecord(data) && typeof data.delayMs === "number" ? data.delayMs : 0;
  return { kind: "refused", code, problem: { kind: "wrong_key", heldBackMs } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
