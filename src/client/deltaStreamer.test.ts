// @vitest-environment edge-runtime
import type { UIMessageChunk } from "ai";
import { convexTest } from "convex-test";
import { componentsGeneric, defineSchema, type GenericActionCtx, type GenericDataModel } from "convex/server";
import { expect, test } from "vitest";
import { register } from "../test.js";
import type { AgentComponent } from "./ctx.js";
import { listMessages } from "./listMessages.js";
import { saveMessage } from "./messages.js";
import { compressUIMessageChunks } from "./streaming/compress.js";
import { DeltaStreamer } from "./streaming/deltaStreamer.js";
import { abortStream, listStreams, syncStreams } from "./streaming/syncStreams.js";
import { createThread } from "./threads.js";

// What `components.agent` of an app's generated code is.
const component = componentsGeneric().agent as unknown as AgentComponent;
const statuses = ["streaming" as const, "finished" as const, "aborted" as const];

async function withStreamer(run: (env: { ctx: GenericActionCtx<GenericDataModel>; threadId: string; streamer: DeltaStreamer<UIMessageChunk>; stopped: string[] }) => Promise<void>): Promise<void> {
  const t = convexTest(defineSchema({}), { "./convex/_generated/api.js": async () => ({}) });
  register(t);
  await t.action(async (ctx) => {
    const threadId = await createThread(ctx, component);
    await saveMessage(ctx, component, { threadId, prompt: "Go" });
    const stopped: string[] = [];
    const streamer = new DeltaStreamer(
      component,
      ctx,
      { throttleMs: 0, onAsyncAbort: async (reason) => void stopped.push(reason), compress: compressUIMessageChunks, abortSignal: undefined },
      { threadId, order: 0, stepOrder: 1, format: "UIMessageChunk" },
    );
    await run({ ctx, threadId, streamer, stopped });
  });
}

async function* chunks(...words: string[]): AsyncGenerator<UIMessageChunk> {
  yield { type: "start" };
  yield { type: "text-start", id: "0" };
  for (const delta of words) yield { type: "text-delta", id: "0", delta };
  yield { type: "text-end", id: "0" };
  yield { type: "finish" };
}

async function* failing(): AsyncGenerator<UIMessageChunk> {
  yield { type: "text-start", id: "0" };
  yield { type: "text-delta", id: "0", delta: "half" };
  throw new Error("model down");
}

test("a consumed stream is stored merged, with the indexes of what was written, and finished", () =>
  withStreamer(async ({ ctx, threadId, streamer }) => {
    await streamer.consumeStream(chunks("a ", "b ", "c"));
    const [stream] = await listStreams(ctx, component, { threadId, includeStatuses: statuses });
    expect(stream).toMatchObject({ status: "finished", streamId: await streamer.getStreamId() });
    const deltas = await syncStreams(ctx, component, { threadId, streamArgs: { kind: "deltas", cursors: [{ streamId: stream!.streamId, cursor: 0 }] } });
    expect(deltas).toEqual({
      kind: "deltas",
      deltas: [{
        streamId: stream!.streamId, start: 0, end: 7,
        parts: [{ type: "start" }, { type: "text-start", id: "0" }, { type: "text-delta", id: "0", delta: "a b c" }, { type: "text-end", id: "0" }, { type: "finish" }],
      }],
    });
  }));

test("a stream that throws is ended with its words, keeps what it said, and throws on", () =>
  withStreamer(async ({ ctx, threadId, streamer }) => {
    await expect(streamer.consumeStream(failing())).rejects.toThrow("model down");
    expect(streamer.abortController.signal.aborted).toBe(true);
    const { page } = await listMessages(ctx, component, { threadId, paginationOpts: { cursor: null, numItems: 10 } });
    expect(page[0]).toMatchObject({ text: "half", status: "failed", error: "model down" });
  }));

test("a stop from outside aborts the producer and tells the app", () =>
  withStreamer(async ({ ctx, threadId, streamer, stopped }) => {
    await streamer.addParts([{ type: "text-start", id: "0" }, { type: "text-delta", id: "0", delta: "half" }]);
    await abortStream(ctx, component, { streamId: await streamer.getStreamId(), reason: "Enough" });
    await streamer.addParts([{ type: "text-delta", id: "0", delta: " more" }]);
    await new Promise<void>((resolve) => streamer.abortController.signal.addEventListener("abort", () => resolve()));
    expect(stopped).toHaveLength(1);
    await streamer.finish();
    expect(await listStreams(ctx, component, { threadId, includeStatuses: statuses })).toMatchObject([{ status: "aborted", reason: "aborted: Enough" }]);
  }));
