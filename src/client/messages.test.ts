// @vitest-environment edge-runtime
import type { ModelMessage } from "ai";
import { expect, test } from "vitest";
import { fromConvexJson } from "../shared/convexJson.js";
import { component, newApp, savedIn } from "../shared/testing/app.js";
import { saveMessage, saveMessages, type MessageMetadata } from "./messages.js";
import { toUIMessages } from "../shared/toUIMessages.js";
import { docsToModelMessages } from "./aiSdk/messages.js";
import { createThread } from "./threads.js";

const metadata: MessageMetadata = {
  model: "a-model",
  provider: "human",
  providerMetadata: { human: { name: "Bo" } },
  finishReason: "stop",
  usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3 },
  sources: [{ type: "source", sourceType: "url", id: "1", url: "https://example.com", title: "Example" }],
  warnings: [{ type: "other", message: "odd" }],
  reasoning: "Because",
  reasoningDetails: [{ type: "reasoning", text: "Because" }],
  status: "failed",
  error: "Cut off",
};
const message = { role: "assistant" as const, content: "An answer" };

test("what is known of a message is kept with it, given as the documentation gives it", async () => {
  const t = newApp();
  const docs = await t.action(async (ctx) => {
    const threadId = await createThread(ctx, component);
    await saveMessage(ctx, component, { threadId, agentName: "Bo", message, metadata });
    await saveMessage(ctx, component, { threadId, agentName: "Bo", message, metadata: [metadata] });
    await saveMessages(ctx, component, { threadId, agentName: "Bo", messages: [message], metadata: [metadata] });
    return savedIn(ctx, threadId);
  });
  expect(docs).toHaveLength(3);
  for (const doc of docs) expect(doc).toMatchObject({ ...metadata, agentName: "Bo", text: "An answer" });
});

test("reasoning that the content has is kept once, in the content", async () => {
  const t = newApp();
  const [doc] = await t.action(async (ctx) => {
    const threadId = await createThread(ctx, component);
    const content = [{ type: "reasoning" as const, text: "I think" }, { type: "text" as const, text: "An answer" }];
    await saveMessage(ctx, component, { threadId, message: { role: "assistant", content }, metadata });
    return savedIn(ctx, threadId);
  });
  expect(doc).toMatchObject({ reasoning: "I think", message: { content: [{ type: "reasoning", text: "I think" }, { type: "text", text: "An answer" }] } });
  expect(doc).not.toHaveProperty("reasoningDetails");
});

test("field names that Convex keeps for itself are taken in what is known of a message", () =>
  newApp().action(async (ctx) => {
    const threadId = await createThread(ctx, component);
    const odd = { $id: 1, "": 2, größe: [{ $x: "y" }] };
    await saveMessage(ctx, component, { threadId, message, metadata: { providerMetadata: { human: odd }, metadata: odd } });
    const [doc] = await savedIn(ctx, threadId);
    expect(fromConvexJson(doc?.providerMetadata)).toEqual({ human: odd });
    expect(toUIMessages([doc!])[0]?.metadata).toEqual(odd);
  }));

test("what a provider noted beside any part comes back to it as it was", () =>
  newApp().action(async (ctx) => {
    const threadId = await createThread(ctx, component);
    const providerOptions = { p: { $signature: "s", "": { größe: 1 } } };
    const image = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);
    const said: ModelMessage[] = [
      { role: "user", content: [{ type: "text", text: "Look", providerOptions }, { type: "image", image, mediaType: "image/png", providerOptions }], providerOptions },
      { role: "assistant", content: [{ type: "reasoning", text: "hm", providerOptions }, { type: "text", text: "A cat", providerOptions }], providerOptions },
    ];
    await saveMessages(ctx, component, { threadId, messages: said });
    const [asked, answered] = docsToModelMessages(await savedIn(ctx, threadId));
    expect(answered).toEqual(said[1]);
    expect(asked).toMatchObject({ providerOptions, content: [{ providerOptions }, { type: "image", mediaType: "image/png", providerOptions }] });
  }));
