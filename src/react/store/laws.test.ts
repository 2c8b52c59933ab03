// @vitest-environment node
import { describe, expect, test, vi } from "vitest";
import { FakeStreams, textChunks } from "../testing/fakeStreams.js";
import { FakeChat, FAKE_THREAD_ID } from "../testing/fakeChat.js";
import type { StoredChunk, UIMessage } from "../wireTypes.js";
import { liveUIMessage } from "./liveForms.js";
import { ChunkWriter } from "./partChunks.js";
import { StreamStore } from "./streamStore.js";
import { ThreadStore } from "./threadStore.js";

function open(chat: FakeChat) {
  const store = new ThreadStore<UIMessage>(chat.client, {
    args: { threadId: FAKE_THREAD_ID }, initialNumItems: 10, stream: true,
    fromLive: (live, before) => [liveUIMessage(live, before)], nowMs: () => 42,
  });
  let notices = 0;
  store.subscribe(() => { notices++; });
  chat.client.settle();
  return { store, notices: () => notices };
}

/** Chunks that count how often they are read, and how many characters that was. */
function counted(chunks: readonly StoredChunk[], read: (length: number) => void): StoredChunk[] {
  return chunks.map((chunk) => new Proxy(chunk, {
    get: (target, field) => {
      if (field === "delta") read(String(target.delta).length);
      return Reflect.get(target, field);
    },
  }));
}

describe("what a thread on a page costs", () => {
  test("a reply of n deltas is read in proportion to n", () => {
    const readsOf = (deltas: number): number => {
      let characters = 0;
      const store = new StreamStore(FAKE_THREAD_ID, () => 42);
      const writer = new FakeStreams();
      writer.start("s", { order: 0, stepOrder: 1 });
      for (let delta = 0; delta < deltas; delta++) {
        writer.flush("s", [{ type: "text-delta", id: "t", delta: "x".repeat(130) }]);
        const listed = writer.sync({ kind: "list" });
        if (listed?.kind !== "list") throw new Error("The fake lists streams.");
        store.setRows(listed.messages.map(({ live, ...row }) => ({
          ...row, ...(live && { live: { ...live, chunks: counted(live.chunks, (length) => { characters += length; }) } }),
        })));
      }
      expect(store.messages[0]!.message.text).toHaveLength(deltas * 130);
      return characters;
    };
    const [small, large] = [readsOf(1_250), readsOf(5_000)];
    expect(small).toBeGreaterThan(1_250 * 130 - 1);
    expect(large / small).toBeLessThan(4.1);
  });

  test("a reply of 600 tokens in 28 flushes: one subscription that never changes, and each flush brings its live row alone", () => {
    const chat = new FakeChat();
    const order = chat.turn(null);
    const { store } = open(chat);
    chat.streams.start("s", { order, stepOrder: 1 });
    chat.client.settle();
    const [opened, sent] = [chat.client.opened.length, chat.client.sent.length];
    const words = Array.from({ length: 600 }, (_, index) => ` w${index}`);
    const chunks = textChunks(words);
    const size = Math.ceil(chunks.length / 28);
    for (let at = 0; at < chunks.length; at += size) chat.flush("s", chunks.slice(at, at + size));
    chat.streams.end("s", "finished");
    chat.save({ order, stepOrder: 1, role: "assistant", text: words.join("") });
    chat.client.settle();
    const flushes = chat.client.sent.slice(sent).filter(({ args }) => args.streamArgs !== undefined);
    const largest = Math.max(...flushes.map(({ value }) => JSON.stringify(value).length));
    expect(store.getSnapshot().results.at(-1)!.text).toBe(words.join(""));
    expect(chat.client.opened.slice(opened)).toEqual([]);
    expect(flushes.length).toBeLessThanOrEqual(28 + 1);
    // The live row is sealed past half a kilobyte; what surrounds it is a few hundred bytes.
    expect(largest).toBeLessThan(1_100);
  });

  test("runs where there is no browser: nothing asks for a window, a document or a navigator", () => {
    for (const name of ["window", "document", "navigator"]) vi.stubGlobal(name, undefined);
    const chat = new FakeChat();
    chat.turn();
    expect(open(chat).store.getSnapshot().results).toHaveLength(2);
    vi.unstubAllGlobals();
  });
});

describe("a message told as chunks", () => {
  const text = (value: string, state: "streaming" | "done" = "streaming") => ({ type: "text", text: value, state }) as const;

  test("tells each piece once, and opens and closes each text once", () => {
    const writer = new ChunkWriter();
    const told = [
      ...writer.update([{ type: "step-start" }, text("He")]), ...writer.update([{ type: "step-start" }, text("Hello")]),
      ...writer.update([{ type: "step-start" }, text("Hello!", "done")]), ...writer.end(),
    ];
    expect(told).toEqual([
      { type: "start-step" }, { type: "text-start", id: "part-1" }, { type: "text-delta", id: "part-1", delta: "He" },
      { type: "text-delta", id: "part-1", delta: "llo" }, { type: "text-delta", id: "part-1", delta: "!" },
      { type: "text-end", id: "part-1" }, { type: "finish-step" },
    ]);
  });

  test("a step that begins again is taken back and told anew", () => {
    const writer = new ChunkWriter();
    writer.update([{ type: "step-start" }, text("Wrong way")]);
    expect(writer.update([{ type: "step-start" }, text("Right")])).toEqual([
      { type: "reset-step" }, { type: "text-start", id: "part-1" }, { type: "text-delta", id: "part-1", delta: "Right" },
    ]);
  });

  test("states of a call that were passed unseen are told too", () => {
    const part = { type: "dynamic-tool", toolName: "add", toolCallId: "c", state: "output-available", input: { a: 1 }, output: 2, approval: { id: "p", approved: true } } as const;
    expect(new ChunkWriter().update([part]).map(({ type }) => type)).toEqual([
      "tool-input-available", "tool-approval-request", "tool-approval-response", "tool-output-available",
    ]);
  });
});
