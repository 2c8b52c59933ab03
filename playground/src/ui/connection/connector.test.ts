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
  const timers = new Set<() => void>();
  const made = new Connector<string>({
    known, check,
    remember: ({ apiKey }, { isForLong }) => did.push(`remember ${apiKey} ${isForLong ? "long" : "short"}`),
    forget: (url) => did.push(`forget ${url}`),
    open: ({ url }) => `client of ${url}`,
    close: (client) => did.push(`close ${client}`),
    later: (run) => {
      timers.add(run);
      return () => void timers.delete(run);
    },
  });
  const passTime = async () => {
    const due = [...timers];
    timers.clear();
    for (const run of due) run();
    await settled();
  };
  return { made, did, timers, passTime };
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
    expect(made.getSnapshot()).toEqual({ kind: "asking", target: { ...whole, apiKey: "" }, problem: null, isRetried: false });
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
    expect(made.getSnapshot()).toEqual({ kind: "asking", target: { ...whole, apiKey: "" }, problem: { kind: "wrong_key", heldBackMs: 0 }, isRetried: false });
    const broken = connector(whole, async () => Promise.reject(new Error("no storage")));
    await settled();
    expect(broken.made.getSnapshot()).toMatchObject({ kind: "asking", problem: { kind: "failed", message: "no storage" } });
  });

  test("a deployment that is away is tried again with the key that is known, until it is back", async () => {
    const answers: Check[] = [{ ok: false, problem: { kind: "unreachable", url: whole.url } }, { ok: false, problem: { kind: "not_convex", url: whole.url, status: 502 } }, right(whole)];
    const { made, did, passTime } = connector(whole, async () => answers.shift() ?? wrong);
    await settled();
    expect(made.getSnapshot()).toEqual({ kind: "asking", target: whole, problem: { kind: "unreachable", url: whole.url }, isRetried: true });
    await passTime();
    expect(made.getSnapshot()).toMatchObject({ kind: "asking", problem: { kind: "not_convex" }, isRetried: true });
    await passTime();
    expect(made.getSnapshot().kind).toBe("connected");
    expect(did).toEqual([]);
  });

  test("whoever tries again by hand waits for no timer; a key that is refused is not tried again", async () => {
    const answers: Check[] = [{ ok: false, problem: { kind: "unreachable", url: whole.url } }, wrong];
    const { made, did, timers } = connector(whole, async () => answers.shift() ?? right(whole));
    await settled();
    made.connect(whole, { isForLong: false });
    expect(timers.size).toBe(0);
    await settled();
    expect(made.getSnapshot()).toMatchObject({ problem: { kind: "wrong_key" }, isRetried: false });
    expect(timers.size).toBe(0);
    made.connect(whole, { isForLong: false });
    await settled();
    expect(made.getSnapshot().kind).toBe("connected");
    // It is kept already.
    expect(did).toEqual([]);
  });
});
