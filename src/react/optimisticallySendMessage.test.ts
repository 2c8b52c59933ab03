import { makeFunctionReference } from "convex/server";
import type { OptimisticLocalStore } from "convex/browser";
import { describe, expect, test } from "vitest";
import { optimisticallySendMessage } from "./optimisticallySendMessage.js";
import type { UIMessagesQuery } from "./queryTypes.js";
import { liveUIMessage } from "./store/liveForms.js";
import { ThreadStore } from "./store/threadStore.js";
import { FakeChat, FAKE_THREAD_ID } from "./testing/fakeChat.js";
import type { FakeClient } from "./testing/fakeClient.js";
import type { UIMessage } from "./wireTypes.js";

// A reference by name, typed as the app's generated one would be.
const query = makeFunctionReference<"query">("chat:list") as unknown as UIMessagesQuery<unknown, UIMessage>;

/** Runs an optimistic update against the results that the client holds. */
function update(client: FakeClient, change: (store: OptimisticLocalStore) => void): void {
  const results = new Map<string, unknown>();
  client.override((args, value) => { results.set(JSON.stringify(args), value); return value; });
  change({
    getAllQueries: () => [...results].map(([args, value]) => ({ args: JSON.parse(args), value })),
    setQuery: (_query: unknown, args: unknown, value: unknown) => results.set(JSON.stringify(args), value),
  } as unknown as OptimisticLocalStore);
  client.override((args) => results.get(JSON.stringify(args)));
}

function open(chat: FakeChat) {
  const store = new ThreadStore<UIMessage>(chat.client, {
    args: { threadId: FAKE_THREAD_ID }, initialNumItems: 4, stream: true,
    fromLive: (live, before) => [liveUIMessage(live, before)], nowMs: () => 0,
  });
  store.subscribe(() => undefined);
  chat.client.settle();
  return () => store.getSnapshot().results;
}

describe("a message that is sent", () => {
  test.each([0, 1, 5, 12])("is shown at once at its place and replaced there by the saved one (%i turns before)", (turns) => {
    const chat = new FakeChat();
    for (let turn = 0; turn < turns; turn++) chat.turn();
    const results = open(chat);
    const before = results().length;
    update(chat.client, (store) => optimisticallySendMessage(query)(store, { threadId: FAKE_THREAD_ID, prompt: "hi" }));
    expect(results().at(-1)).toMatchObject({ role: "user", status: "pending", text: "hi", order: turns, stepOrder: 0 });
    const { key } = results().at(-1)!;
    chat.turn(null);
    chat.client.settle();
    expect(results().at(-1)).toMatchObject({ key, status: "success", order: turns });
    expect(results()).toHaveLength(before + 1);
  });

  test("two sent at once are two messages in the order they were sent", () => {
    const chat = new FakeChat();
    chat.turn();
    const results = open(chat);
    for (const prompt of ["one", "two"]) {
      update(chat.client, (store) => optimisticallySendMessage(query)(store, { threadId: FAKE_THREAD_ID, prompt }));
    }
    expect(results().slice(-2).map(({ text, order }) => [text, order])).toEqual([["one", 1], ["two", 2]]);
  });

  test("does not appear in another thread", () => {
    const chat = new FakeChat();
    chat.turn();
    const results = open(chat);
    update(chat.client, (store) => optimisticallySendMessage(query)(store, { threadId: "other", prompt: "hi" }));
    expect(results()).toHaveLength(2);
  });
});
