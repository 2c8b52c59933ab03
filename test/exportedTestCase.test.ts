import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Agent, approveToolCall, createThread, createTool, definePlaygroundAPI, denyToolCall, listMessages, saveMessage, stepCountIs, type AgentComponent, type AgentDescription, type MessageDoc } from "convex-agent";
import agentTest, { scriptedModel, type ScriptedStep } from "convex-agent/test";
import { convexTest } from "convex-test";
import { componentsGeneric, defineSchema, type GenericActionCtx, type GenericDataModel } from "convex/server";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { toTestCase } from "../playground/src/ui/exporting/testCase.ts";
import { callFunction } from "../src/shared/testing/app.ts";

type Ctx = GenericActionCtx<GenericDataModel>;
const component = componentsGeneric().agent as unknown as AgentComponent;
// Inside the repository, so that packages resolve as they do for the tests themselves; git-ignored.
const folder = join(import.meta.dirname, "../test-results", `exported-${process.pid}`);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs an exported file as it is, but that the test it declares is run by the test that calls this. */
async function runExported(name: string, text: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.ts`);
  const declared = `export const declared: [string, () => Promise<void>][] = [];\nconst test = (...args: [string, () => Promise<void>]) => { declared.push(args); };\n`;
  writeFileSync(file, text.replace('import { expect, test } from "vitest";', `import { expect } from "vitest";\n${declared}`));
  const { declared: [first] } = (await import(/* @vite-ignore */ file)) as { declared: [string, () => Promise<void>][] };
  await first![1]();
}

const weather = createTool({ description: "The weather of a city", args: z.object({ city: z.string() }), handler: async (_ctx, { city }) => {
  if (city === "Atlantis") throw new RangeError(`No such place as "${city}"`);
  return { $city: city, degrees: [3, 4.5], text: `sunny in \`${city}\` \${now}` };
} });
const pay = createTool({ description: "Pays", args: z.object({ amount: z.number() }), needsApproval: (_ctx, { amount }) => amount > 100, handler: async (_ctx, { amount }) => `paid ${amount}` });

/** What is said in an app, and what the playground exports of it. */
async function exported(steps: ScriptedStep[], talk: (ctx: Ctx, agent: Agent, threadId: string) => Promise<void>): Promise<string> {
  const agent = new Agent(component, { name: "Helper", instructions: "Help.\n\"Be brief.\"", languageModel: scriptedModel({ steps }), tools: { weather, pay }, stopWhen: stepCountIs(4) });
  const api = definePlaygroundAPI(component, { agents: [agent] });
  const t = convexTest(defineSchema({}), { "./convex/_generated/api.js": async () => ({}) });
  agentTest.register(t);
  return t.action(async (ctx: Ctx) => {
    const apiKey = await ctx.runMutation(component.apiKeys.issue, { name: "test" });
    const threadId = await createThread(ctx, component, { userId: "ann", title: "Trip to \"Oslo\"\n*/" });
    await talk(ctx, agent, threadId);
    const call = <Result>(fn: unknown, args: object) => callFunction<Result>(fn, ctx, args);
    const { thread, messages } = await call<{ thread: Parameters<typeof toTestCase>[0]["thread"]; messages: MessageDoc[] }>(api.exportThread, { apiKey, threadId });
    return toTestCase({ thread, messages, agents: await call<AgentDescription[]>(api.listAgents, { apiKey }) });
  });
}

const callOf = (toolName: string, input: unknown, toolCallId = "call") => ({ type: "tool-call" as const, toolName, input, toolCallId });

async function waiting(ctx: Ctx, threadId: string): Promise<string> {
  const { page } = await listMessages(ctx, component, { threadId, paginationOpts: { cursor: null, numItems: 100 } });
  const parts = page.flatMap(({ message }) => (typeof message?.content === "object" ? [...message.content] : []));
  const [part] = parts.filter(({ type }) => type === "tool-approval-request");
  return part?.type === "tool-approval-request" ? part.approvalId : "none";
}

describe("a thread as a test case", () => {
  test("says the whole conversation again when it is run: tools, their errors, reasoning, sources, what the app wrote", async () => {
    const text = await exported([
      [{ type: "reasoning", text: "Hm." }, "Let me look. ", callOf("weather", { city: "Oslo" })],
      ["It is `sunny` in ${Oslo}.", { type: "source", url: "https://example.com", title: "Sky" }],
      [callOf("weather", { city: "Atlantis" }), callOf("weather", { city: "Rome" }, "other")],
      ["Only Rome."],
    ], async (ctx, agent, threadId) => {
      await saveMessage(ctx, component, { threadId, message: { role: "assistant", content: "Welcome!" } });
      await agent.generateText(ctx, { threadId }, { prompt: "Weather?\n\"now\"" });
      await agent.generateText(ctx, { threadId }, { prompt: [{ role: "user", content: [{ type: "text", text: "And there?" }, { type: "file", mediaType: "text/plain", data: new Uint8Array([104, 105]) }] }] });
      await saveMessage(ctx, component, { threadId, prompt: "Anybody?" });
    });
    expect(text).toContain('bytes("aGk=")');
    expect(text).toContain('{ type: "source", url: "https://example.com", title: "Sky" }');
    await runExported("conversation", text);
    await expect(runExported("changed", text.replace('"It is `sunny`', '"It is `rainy`'))).rejects.toThrow("to deeply equal");
  });

  test("decides again what was decided, and fails again what failed", async () => {
    const text = await exported([
      [callOf("pay", { amount: 500 })], ["Paid."],
      [callOf("pay", { amount: 900 }, "second")], ["As you wish."],
      { throws: new Error("no quota") },
    ], async (ctx, agent, threadId) => {
      for (const decide of [approveToolCall, denyToolCall]) {
        await agent.generateText(ctx, { threadId }, { prompt: "Pay" });
        const { messageId } = await decide(ctx, component, { threadId, approvalId: await waiting(ctx, threadId), reason: "because" });
        await agent.generateText(ctx, { threadId }, { promptMessageId: messageId });
      }
      await expect(agent.generateText(ctx, { threadId }, { prompt: "More", maxRetries: 0 })).rejects.toThrow("no quota");
    });
    expect(text).toContain('{ threadId, toolCallId: "second", approved: false, reason: "because" }');
    await runExported("decisions", text);
  });

  test("what was imported is saved again as it was: a tool's call, what it gave, and what was said of it", async () => {
    const text = await exported([["Yes."]], async (ctx, agent, threadId) => {
      const call = { type: "tool-call" as const, toolCallId: "old", toolName: "weather", input: { city: "Oslo" } };
      const result = { type: "tool-result" as const, toolCallId: "old", toolName: "weather", output: { type: "json" as const, value: { degrees: 3 } } };
      for (const message of [{ role: "user" as const, content: "Weather?" }, { role: "assistant" as const, content: [call] }, { role: "tool" as const, content: [result] }, { role: "assistant" as const, content: "Cold." }]) {
        await saveMessage(ctx, component, { threadId, message });
      }
      await agent.generateText(ctx, { threadId }, { prompt: "Really?" });
    });
    expect(text).toContain("degrees: 3");
    await runExported("imported", text);
    await expect(runExported("importedOtherwise", text.replace('"Cold."', '"Warm."'))).rejects.toThrow("to deeply equal");
  });

  test("an answer that was made again in its turn is made again", async () => {
    const text = await exported([["One"], ["Two"]], async (ctx, agent, threadId) => {
      const { promptMessageId } = await agent.generateText(ctx, { threadId }, { prompt: "Go" });
      await agent.generateText(ctx, { threadId }, { promptMessageId });
    });
    expect(text).toContain("lastPrompt(ctx, threadId)");
    await runExported("again", text);
  });
});
