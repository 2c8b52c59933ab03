import fc from "fast-check";
import { expect, test } from "vitest";
import { fromUIMessages } from "./fromUIMessages.js";
import { steps } from "./testing/generations.js";
import { toUIMessages } from "./toUIMessages.js";
import type { MessageDoc } from "./validators/messageDoc.js";

const doc = (fields: Partial<MessageDoc>, index: number): MessageDoc => ({ _id: `m${index}`, _creationTime: 0, threadId: "t", order: 3, stepOrder: index, status: "success", tool: false, ...fields });

test("rendered messages become stored ones that render the same", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      // A step in which nothing was said leaves nothing to store.
      const generation = all.filter(({ messages: [said] }) => said!.content.length > 0);
      const prompt = doc({ userId: "ann", message: { role: "user", content: [{ type: "text", text: "Hi" }, { type: "file", data: "https://example.com/a.png", mediaType: "image/png" }] } }, 0);
      const replies = generation.flatMap((step) => step.messages).map((message, index) => doc({ message, agentName: "Tester" }, index + 1));
      const rendered = toUIMessages([prompt, ...replies]);
      const stored = await fromUIMessages(rendered, { threadId: "t" });
      const again = toUIMessages(stored);
      expect(again.map(({ parts }) => parts)).toEqual(rendered.map(({ parts }) => parts));
      expect(again.map(({ role, key, status, agentName, userId }) => [role, key, status, agentName, userId])).toEqual(
        rendered.map(({ role, key, status, agentName, userId }) => [role, key, status, agentName, userId]),
      );
    }),
    { numRuns: 100 },
  );
});

test("what is still streamed is pending, and a call whose input still arrives is left out", async () => {
  const [stored, ...others] = await fromUIMessages(
    [{ id: "s", key: "t-0-1", role: "assistant", status: "streaming", order: 0, stepOrder: 1, text: "Let me", _creationTime: 0, parts: [{ type: "text", text: "Let me", state: "streaming" }, { type: "dynamic-tool", toolName: "t", toolCallId: "c", state: "input-streaming", input: {} }] }],
    { threadId: "t", userId: "ann", model: "m" },
  );
  expect(others).toEqual([]);
  expect(stored).toMatchObject({ _id: "s-0", status: "pending", streaming: true, tool: false, text: "Let me", userId: "ann", model: "m", order: 0, stepOrder: 1 });
});
