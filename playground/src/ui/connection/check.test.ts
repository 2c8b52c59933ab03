import { describe, expect, test } from "vitest";
import { checkTarget } from "./check";

const target = { url: "http://127.0.0.1:3210", apiPath: "playground", apiKey: "agent_1" };
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const failure = (message: string, errorData?: unknown) => json({ status: "error", errorMessage: message, errorData }, 560);

/** A deployment that answers each function as it is told. */
function deployment(answers: Record<string, Response>) {
  const asked: { url: string; body: Record<string, unknown> }[] = [];
  const fetch = async (url: string, { body }: { body: string }): Promise<Response> => {
    const sent: Record<string, unknown> = JSON.parse(body);
    asked.push({ url, body: sent });
    return answers[String(sent.path)] ?? failure(`Could not find public function for '${String(sent.path)}'. Did you forget to run \`npx convex dev\`?`);
  };
  return { fetch, asked };
}

describe("checking a connection", () => {
  test("a right key that may write", async () => {
    const { fetch, asked } = deployment({ "playground:checkApiKey": json({ status: "success", value: true }) });
    expect(await checkTarget({ url: " 127.0.0.1:3210/ ", apiPath: "convex/playground.ts", apiKey: " agent_1 " }, fetch)).toEqual({ ok: true, target, isReadOnly: false });
    expect(asked).toEqual([{ url: "http://127.0.0.1:3210/api/action", body: { path: "playground:checkApiKey", args: { write: true, apiKey: "agent_1" }, format: "json" } }]);
  });

  test("the key is in no address", async () => {
    const { fetch, asked } = deployment({});
    await checkTarget(target, fetch);
    for (const { url } of asked) expect(url).not.toContain("agent_1");
  });

  test("a key that may only read is right", async () => {
    const { fetch } = deployment({ "playground:checkApiKey": failure("Uncaught ConvexError", { code: "read_only_api_key", message: "This API key may only read." }) });
    expect(await checkTarget(target, fetch)).toEqual({ ok: true, target, isReadOnly: true });
  });

  test("a wrong key is told so, and for how long its answer was held back", async () => {
    const { fetch } = deployment({ "playground:checkApiKey": failure("Uncaught ConvexError", { code: "invalid_api_key", delayMs: 8_000, message: "…" }) });
    expect(await checkTarget(target, fetch)).toEqual({ ok: false, problem: { kind: "wrong_key", heldBackMs: 8_000 } });
  });

  test("an app that exports only the documented functions is asked by query", async () => {
    const right = deployment({ "playground:isApiKeyValid": json({ status: "success", value: true }) });
    expect(await checkTarget(target, right.fetch)).toEqual({ ok: true, target, isReadOnly: false });
    const wrong = deployment({ "playground:isApiKeyValid": json({ status: "success", value: false }) });
    expect(await checkTarget(target, wrong.fetch)).toEqual({ ok: false, problem: { kind: "wrong_key", heldBackMs: 0 } });
  });

  test("each thing that is wrong is told from the others", async () => {
    const problemOf = async (typed: Partial<typeof target>, fetch = deployment({}).fetch) => {
      const result = await checkTarget({ ...target, ...typed }, fetch);
      return result.ok ? null : result.problem;
    };
    expect(await problemOf({ url: "" })).toEqual({ kind: "no_url" });
    expect(await problemOf({ apiPath: "foo bar" })).toEqual({ kind: "bad_path", path: "foo bar" });
    expect(await problemOf({ apiKey: " " })).toEqual({ kind: "no_key" });
    expect(await problemOf({ apiPath: "other" })).toEqual({ kind: "no_functions", url: target.url, path: "other" });
    expect(await problemOf({}, async () => Promise.reject(new TypeError("Failed to fetch")))).toEqual({ kind: "unreachable", url: target.url });
    expect(await problemOf({}, async () => new Response("<html>", { status: 404 }))).toEqual({ kind: "not_convex", url: target.url, status: 404 });
    expect(await problemOf({}, async () => json([]))).toEqual({ kind: "not_convex", url: target.url, status: 200 });
    expect(await problemOf({}, async () => failure("[Request ID: 1] Server Error"))).toEqual({ kind: "failed", message: "[Request ID: 1] Server Error" });
  });
});
