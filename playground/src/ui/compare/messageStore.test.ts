import type { PlaygroundAnswer } from "convex-agent";
import { expect, test } from "vitest";
import { MessageStore } from "./messageStore";

const answer: PlaygroundAnswer = { text: "Hello", finishReason: "stop", messages: [], unsaved: [], steps: [], durationMs: 1 };
const unsaved = { prompt: "Hi", agentName: "Helper", answer };

test("what is written to a thread and what it was answered stay with it, whatever is sent to another", () => {
  const store = new MessageStore();
  store.write("a", "To be said");
  store.begin("b", { liveId: 1, agentName: "Helper", prompt: "Hi" });
  expect(store.get("b")).toMatchObject({ text: "", isBusy: true, live: { liveId: 1 } });
  store.answered("b", unsaved);
  store.write("b", "And then?");
  expect(store.get("a")).toEqual({ text: "To be said", isBusy: false, error: null, live: null, unsaved: null });
  expect(store.get("b")).toEqual({ text: "And then?", isBusy: false, error: null, live: null, unsaved });
  store.discard("b");
  expect(store.get("b")).toMatchObject({ text: "And then?", unsaved: null });
});

test("what failed is in the field again, unless something else was written there meanwhile", () => {
  const store = new MessageStore();
  for (const [written, kept] of [["", "Hi"], ["Other", "Other"]] as const) {
    store.begin("a", null);
    store.write("a", written);
    store.failed("a", new Error("refused"), "Hi");
    expect(store.get("a")).toMatchObject({ text: kept, isBusy: false, error: new Error("refused") });
  }
});
