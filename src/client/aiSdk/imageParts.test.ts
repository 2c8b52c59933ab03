// @vitest-environment edge-runtime
import { generateText, type ImagePart, type ModelMessage } from "ai";
import { expect, test } from "vitest";
import { Agent } from "../agent.js";
import { component, inAction, savedIn } from "../../shared/testing/app.js";
import { scriptedModel } from "../testing/scriptedModel.js";
import { createThread } from "../threads.js";

const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
const images: Record<string, ImagePart> = {
  "bytes": { type: "image", image: png },
  "bytes of a kind": { type: "image", image: png, mediaType: "image/webp" },
  "a URL": { type: "image", image: new URL("https://example.com/a.png"), providerOptions: { openai: { imageDetail: "low" } } },
};

test.each(Object.entries(images))("an image (%s) reaches the model as the SDK sends it, without its warning, and is saved as it was given", (_name, image) =>
  inAction(async (ctx) => {
    const before = globalThis.AI_SDK_LOG_WARNINGS;
    const logged: unknown[] = [];
    globalThis.AI_SDK_LOG_WARNINGS = ({ warnings }) => void logged.push(...warnings);
    try {
      const prompt: ModelMessage[] = [{ role: "user", content: [image, { type: "text", text: "What is it?" }] }];
      const model = scriptedModel({ steps: [["A dot"], ["A dot"]] });
      await generateText({ model, messages: prompt });
      expect(logged.splice(0)).toHaveLength(1);
      const threadId = await createThread(ctx, component);
      await new Agent(component, { languageModel: model }).generateText(ctx, { threadId }, { prompt });
      const [alone, ours] = model.calls.map((call) => JSON.stringify(call.prompt));
      expect(ours).toBe(alone);
      expect(logged).toEqual([]);
      expect((await savedIn(ctx, threadId))[0]?.message?.content[0]).toMatchObject({ type: "image" });
    } finally {
      globalThis.AI_SDK_LOG_WARNINGS = before;
    }
  }));
