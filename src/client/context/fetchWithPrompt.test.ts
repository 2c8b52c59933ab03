// @vitest-environment edge-runtime
import type { ModelMessage } from "ai";
import { expect, test } from "vitest";
import { z } from "zod";
import { component, inAction, type Ctx } from "../../shared/testing/app.js";
import { Agent } from "../agent.js";
import type { ContextOptions } from "../agentOptions.js";
import type { AgentPrompt } from "../generate/args.js";
import { saveMessage } from "../messages.js";
import { scriptedModel, type ScriptedModel } from "../testing/scriptedModel.js";
import { createThread } from "../threads.js";
import { createTool } from "../tools/createTool.js";
import { fetchContextMessages } from "./fetch.js";
import { fetchContextWithPrompt } from "./fetchWithPrompt.js";

const look = createTool({ description: "Looks", args: z.object({}), handler: async (): Promise<string> => "seen" });
const agentOf = (model: ScriptedModel) => new Agent(component, { name: "Tester", languageModel: model, tools: { look }, maxSteps: 3 });
const call = { type: "tool-call", toolName: "look", input: {} } as const;

/** A thread of turns, with a tool unless told otherwise; the second has two answers. */
async function busyThread(ctx: Ctx, { withTools = true } = {}): Promise<{ threadId: string; promptIds: string[] }> {
  const threadId = await createThread(ctx, component, { userId: "ada" });
  const promptIds: string[] = [];
  for (const prompt of ["One apple", "Two apples", "Three pears"]) {
    const { messageId } = await saveMessage(ctx, component, { threadId, prompt });
    promptIds.push(messageId);
    await agentOf(scriptedModel({ steps: [...(withTools ? [[call]] : []), [`Answer to ${prompt}`]] })).generateText(ctx, { threadId }, { promptMessageId: messageId });
  }
  await agentOf(scriptedModel({ steps: [["And another"]] })).generateText(ctx, { threadId }, { promptMessageId: promptIds[1]! });
  return { threadId, promptIds };
}

type Sent = { role: string; content: string | readonly { type: string; text?: string }[] };
const shown = ({ role, content }: Sent) => `${role}: ${typeof content === "string" ? content : content.map(({ type, text }) => text ?? type).join()}`;

test.each<[string, (promptId: string) => AgentPrompt]>([
  ["a prompt", () => ({ prompt: "Any apples?" })],
  ["a saved prompt that has answers", (promptMessageId) => ({ promptMessageId })],
  ["a prompt in place of a saved one", (promptMessageId) => ({ promptMessageId, prompt: "How many apples?" })],
  ["messages before a saved prompt", (promptMessageId) => ({ promptMessageId, messages: [{ role: "user", content: "Apples are red" }] })],
  ["messages alone", () => ({ messages: [{ role: "user", content: "Apples?" }] })],
])("%s: the context that is fetched is the one that a generation sends", async (_name, promptOf) => {
  const same = (contexts: ContextOptions[], thread?: { withTools: boolean }) => inAction(async (ctx) => {
    const { threadId, promptIds } = await busyThread(ctx, thread);
    for (const contextOptions of contexts) {
      const model = scriptedModel({ steps: [["Well"]] });
      const asked: unknown[] = [];
      const contextHandler = (_ctx: unknown, { allMessages, ...given }: { allMessages: ModelMessage[] }) => (asked.push(given), allMessages);
      const prompt = promptOf(promptIds[1]!);
      await agentOf(model).generateText(ctx, { threadId }, prompt, { contextOptions, contextHandler, storageOptions: { saveMessages: "none" } });
      const { messages } = await fetchContextWithPrompt(ctx, component, { threadId, ...prompt, contextOptions, contextHandler });
      expect(messages.map(shown)).toEqual(model.calls[0]!.prompt.map(shown));
      expect(asked[1]).toEqual(asked[0]);
    }
  });
  await same([{}, { excludeToolMessages: false }, { recentMessages: 0 }, { recentMessages: 1 }]);
  // convex-test fails to search where a row has no words, such as a tool's result.
  const searchOptions = { limit: 3, textSearch: true, messageRange: { before: 0, after: 1 } };
  await same([{ recentMessages: 1, searchOptions }, { recentMessages: 0, searchOptions }], { withTools: false });
});

test("messages fetched for a saved prompt are those of its turn and of turns before it, none later", () =>
  inAction(async (ctx) => {
    const { threadId, promptIds } = await busyThread(ctx);
    const texts = async (contextOptions: ContextOptions) => (await fetchContextMessages(ctx, component, { threadId, targetMessageId: promptIds[1]!, contextOptions })).map(({ text, tool }) => (tool ? "tool" : text));
    const turn = ["Two apples", "tool", "tool", "Answer to Two apples", "And another"];
    expect(await texts({})).toEqual(["One apple", "Answer to One apple", ...turn]);
    expect(await texts({ recentMessages: 1, excludeToolMessages: false })).toEqual(["One apple", "tool", "tool", "Answer to One apple", ...turn]);
    expect(await texts({ recentMessages: 0 })).toEqual([]);
  }));
