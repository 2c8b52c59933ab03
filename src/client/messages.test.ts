// @vitest-environment edge-runtime
import { expect, test } from "vitest";
import { component, newApp, savedIn } from "../shared/testing/app.js";
import { saveMessage, saveMessages, type MessageMetadata } from "./messages.js";
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
