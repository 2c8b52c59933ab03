// @vitest-environment edge-runtime
/// <reference types="vite/client" />
// #region test
import { convexTest } from "convex-test";
import { unpackThread } from "convex-agent/queries";
import agentTest, { scriptedModel } from "convex-agent/test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { api } from "../example/convex/_generated/api";
import schema from "../example/convex/schema";

// What the agents of the app say in these tests.
vi.mock("../example/convex/guides/models", () => ({
  languageModel: scriptedModel({ steps: [["It is sunny in Oslo."]] }),
  embeddingModel: undefined,
}));

const modules = import.meta.glob("../example/convex/{guides,_generated}/**/*.*s");

function newApp() {
  const t = convexTest(schema, modules);
  agentTest.register(t);
  return t.withIdentity({ subject: "ada" });
}

// What is scheduled runs when the test says so.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a prompt is answered, and both are listed", async () => {
  const ada = newApp();
  const threadId = await ada.mutation(api.guides.threads.create, { title: "Weather" });
  await ada.mutation(api.guides.chat.send, { threadId, prompt: "How is Oslo?" });
  await ada.finishAllScheduledFunctions(vi.runAllTimers);
  const listed = await ada.query(api.guides.chat.list, { threadId, paginationOpts: { cursor: null, numItems: 10 } });
  // What the hooks do with it.
  const { page } = unpackThread(listed, threadId);
  expect(page.map(({ role, text }) => [role, text])).toEqual([
    ["user", "How is Oslo?"],
    ["assistant", "It is sunny in Oslo."],
  ]);
});
// #endregion

test("a thread of somebody else's is not there, for every function that takes one", async () => {
  const ada = newApp();
  const threadId = await ada.mutation(api.guides.threads.create, {});
  const eve = ada.withIdentity({ subject: "eve" });
  const refusal = /does not exist/;
  await expect(eve.mutation(api.guides.chat.send, { threadId, prompt: "Hi" })).rejects.toThrow(refusal);
  await expect(eve.mutation(api.guides.chat.stop, { threadId, order: 0 })).rejects.toThrow(refusal);
  await expect(eve.action(api.guides.chat.ask, { threadId, prompt: "Hi" })).rejects.toThrow(refusal);
  await expect(eve.mutation(api.guides.threads.rename, { threadId, title: "Mine" })).rejects.toThrow(refusal);
  await expect(eve.mutation(api.guides.threads.remove, { threadId })).rejects.toThrow(refusal);
  await expect(eve.mutation(api.guides.messages.rewind, { threadId, order: 0 })).rejects.toThrow(refusal);
  await expect(eve.mutation(api.guides.approval.decide, { threadId, approvalId: "x", approved: true })).rejects.toThrow(refusal);
});

test("threads are renamed, found by their title, listed and deleted", async () => {
  const ada = newApp();
  const threadId = await ada.mutation(api.guides.threads.create, { title: "Weather" });
  expect(await ada.mutation(api.guides.threads.rename, { threadId, title: "Rain in Bergen" })).toBe("Weather");
  expect((await ada.query(api.guides.threads.search, { query: "bergen" })).map(({ _id }) => _id)).toEqual([threadId]);
  expect((await ada.query(api.guides.threads.list, { paginationOpts: { cursor: null, numItems: 5 } })).page.map(({ title }) => title)).toEqual(["Rain in Bergen"]);
  await ada.mutation(api.guides.threads.remove, { threadId });
  await ada.finishAllScheduledFunctions(vi.runAllTimers);
  expect((await ada.query(api.guides.threads.list, { paginationOpts: { cursor: null, numItems: 5 } })).page).toEqual([]);
});

test("what the model would be shown can be asked for, and a thread can be taken back to an earlier turn", async () => {
  const ada = newApp();
  const threadId = await ada.mutation(api.guides.threads.create, {});
  await ada.action(api.guides.chat.ask, { threadId, prompt: "How is Oslo?" });
  await ada.action(api.guides.chat.ask, { threadId, prompt: "And tomorrow?" });
  expect(await ada.action(api.guides.context.preview, { threadId, prompt: "Thanks" })).toEqual(["user", "assistant", "user", "assistant", "user"]);
  await ada.mutation(api.guides.messages.rewind, { threadId, order: 1 });
  expect(await ada.action(api.guides.context.preview, { threadId, prompt: "Thanks" })).toEqual(["user", "assistant", "user"]);
});
