import type { PlaygroundAnswer } from "convex-agent";
import { expect, test } from "vitest";
import { RunsStore } from "./runsStore";

const answer: PlaygroundAnswer = { text: "Hello", finishReason: "stop", messages: [], unsaved: [], steps: [], durationMs: 1 };
const made = { agentName: "Helper", answer, docs: [] };

test("answers are numbered as they come, a discarded number is not given again, and each prompt has its own", () => {
  const store = new RunsStore();
  store.begin("a", { liveId: 1, agentName: "Helper" });
  expect(store.get("a").live).toEqual({ liveId: 1, agentName: "Helper" });
  for (let count = 0; count < 3; count++) store.made("a", made);
  store.discard("a", 2);
  store.made("a", made);
  expect(store.get("a")).toMatchObject({ live: null, runs: [{ id: 1 }, { id: 3 }, { id: 4 }] });
  expect(store.get("b").runs).toEqual([]);
});

test("a failure is told until the next try, and takes no answer away", () => {
  const store = new RunsStore();
  let changes = 0;
  const stop = store.subscribe(() => { changes += 1; });
  store.made("a", made);
  store.failed("a", new Error("refused"));
  expect(store.get("a")).toMatchObject({ runs: [{ id: 1 }], error: new Error("refused") });
  store.begin("a", { liveId: 2, agentName: "Helper" });
  expect(store.get("a").error).toBeNull();
  stop();
  store.discard("a", 1);
  expect(changes).toBe(3);
});
