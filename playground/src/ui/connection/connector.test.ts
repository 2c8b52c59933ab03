import { describe, expect, test } from "vitest";
import type { Check } from "./check";
import { Connector } from "./connector";
import type { Target } from "./target";

const whole: Target = { url: "http://127.0.0.1:3210", apiPath: "playground", apiKey: "agent_1" };
const right = (target: Target): Check => ({ ok: true, target, isReadOnly: false });
const wrong: Check = { ok: false, problem: { kind: "wrong_key", heldBackMs: 0 } };
const settled = () => new Promise<void>((resolve) => { setImmediate(resolve); });

function connector(known: Target, check: (target: Target) => Promise<Check>) {
  const did: string[] = [];
  const made = new Connector<string>({
    known, check,
    remember: ({ apiKey }, { isForLong }) => did.push(`remember ${apiKey} ${isForLong ? "long" : "short"}`),
    forget: (url) => did.push(`forget ${url}`),
    open: ({ url }) => `client of ${url}`,
    close: (client) => did.push(`close ${client}`),
  });
  return { made, did };
}

describe("getting connected", () => {
  test("what is known is tried without asking, and is not stored again", async () => {
    const { made, did } = connector(whole, async (target) => right(target));
    expect(made.getSnapshot()).toMatchObject({ kind: "checking", isFirst: true });
    await settled();
    expect(made.getSnapshot()).toMatchObject({ kind: "connected", client: "client of http://127.0.0.1:3210", connection: { isReadOnly: false } });
    expect(did).toEqual([]);
  });

  test("without a key nothing is tried: somebody is asked", () => {
    const { made } = connector({ ...whole, apiKey: "" }, async () => Promise.reject(new Error("asked")));
    expect(made.getSnapshot()).toEqual({ kind: "asking", target: { ...whole, apiKey: "" }, problem: null });
  });

  test("a key is kept once it works, and for as long as was said", async () => {
    const { made, did } = connector({ ...whole, apiKey: "" }, async (target) => (target.apiKey === "agent_2" ? right(target) : wrong));
    made.connect({ ...whole, apiKey: "agent_1" }, { isForLong: true });
    await settled();
    expect(made.getSnapshot()).toMatchObject({ kind: "asking", problem: { kind: "wrong_key" } });
    expect(did).toEqual([]);
    made.connect({ ...whole, apiKey: "agent_2" }, { isForLong: true });
    await settled();
    expect(made.getSnapshot().kind).toBe("connected");
    expect(did).toEqual(["remember agent_2 long"]);
  });

  test("only the newest attempt counts, whatever comes back when", async () => {
    const answers = new Map<string, (check: Check) => void>();
    const { made } = connector({ ...whole, apiKey: "" }, (target) => new Promise((resolve) => { answers.set(target.apiKey, resolve); }));
    made.connect({ ...whole, apiKey: "old" }, { isForLong: false });
    made.connect({ ...whole, apiKey: "new" }, { isForLong: false });
    answers.get("new")?.(wrong);
    answers.get("old")?.(right({ ...whole, apiKey: "old" }));
    await settled();
    expect(made.getSnapshot().kind).toBe("asking");
  });

  test("leaving forgets the key and closes the client; a check that breaks is told", async () => {
    const { made, did } = connector(whole, async (target) => right(target));
    await settled();
    made.disconnect({ kind: "wrong_key", heldBackMs: 0 });
    expect(did).toEqual(["forget http://127.0.0.1:3210", "close client of http://127.0.0.1:3210"]);
    expect(made.getSnapshot()).toEqual({ kind: "asking", target: { ...whole, apiKey: "" }, problem: { kind: "wrong_key", heldBackMs: 0 } });
    const broken = connector(whole, async () => Promise.reject(new Error("no storage")));
    await settled();
    expect(broken.made.getSnapshot()).toMatchObject({ kind: "asking", problem: { kind: "failed", message: "no storage" } });
  });
});
