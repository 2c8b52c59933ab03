// @vitest-environment edge-runtime
import { expect, test } from "vitest";
import { z } from "zod";
import { component, inAction, savedIn, type Ctx } from "../shared/testing/app.js";
import { Agent } from "./agent.js";
import type { Options } from "./agentOptions.js";
import { objectActionOf, textActionOf } from "./functions.js";
import { saveMessage } from "./messages.js";
import { scriptedModel } from "./testing/scriptedModel.js";
import { createThread } from "./threads.js";

/** Options of one level, which note that they were asked, show the model one more message than the level before, and save or not. */
const optionsOf = (level: string, { recentMessages, saveMessages }: { recentMessages: number; saveMessages: "none" | "promptAndOutput" }, seen: string[]): Required<Options> => ({
  usageHandler: () => void seen.push(`${level} usage`),
  contextHandler: (_ctx, { allMessages }) => (seen.push(`${level} context`), allMessages),
  contextOptions: { recentMessages },
  storageOptions: { saveMessages },
});
const nothing = { usageHandler: undefined, contextHandler: undefined, contextOptions: undefined, storageOptions: undefined } as Options;

type Way = (run: { agent: Agent; ctx: Ctx; threadId: string; options: Options | undefined }) => Promise<unknown>;
const schema = z.object({ a: z.number() });
const prompt = "Go";
const ways: Record<string, Way> = {
  "a call": ({ agent, ctx, threadId, options }) => agent.generateText(ctx, { threadId }, { prompt, temperature: undefined }, options),
  "a streaming call": ({ agent, ctx, threadId, options }) => agent.streamText(ctx, { threadId }, { prompt }, { ...options, saveStreamDeltas: true }),
  "a call for an object": ({ agent, ctx, threadId, options }) => agent.generateObject(ctx, { threadId }, { prompt, schema }, options),
  "a thread": async ({ agent, ctx, threadId, options }) => (await agent.continueThread(ctx, { threadId, ...options })).thread.generateText({ prompt }, nothing),
  "a text action": ({ agent, ctx, threadId, options }) => textActionOf(agent, options ?? {}).handler(ctx, { threadId, prompt }),
  "an object action": ({ agent, ctx, threadId, options }) => objectActionOf(agent, { args: { schema }, spec: options ?? {} }).handler(ctx, { threadId, prompt }),
};

test.each(Object.entries(ways))("of %s: the nearest option stands, and what is left out or undefined hides nothing", (_name, run) =>
  inAction(async (ctx) => {
    const said = async (given: "none" | "nothing" | "options") => {
      const seen: string[] = [];
      const model = scriptedModel({ steps: [['{"a":1}']] });
      const agent = new Agent(component, { languageModel: model, callSettings: { temperature: 0.5 }, ...optionsOf("agent", { recentMessages: 1, saveMessages: "none" }, seen) });
      const threadId = await createThread(ctx, component);
      for (const text of ["One", "Two", "Three"]) await saveMessage(ctx, component, { threadId, prompt: text });
      const options = { none: undefined, nothing, options: optionsOf("near", { recentMessages: 2, saveMessages: "promptAndOutput" }, seen) }[given];
      await run({ agent, ctx, threadId, options });
      return { seen, messages: model.calls[0]!.prompt.filter(({ role }) => role === "user").length, saved: (await savedIn(ctx, threadId)).length - 3, temperature: model.calls[0]!.temperature };
    };
    const ofAgent = { seen: ["agent context", "agent usage"], messages: 2, saved: 0, temperature: 0.5 };
    expect(await said("none")).toEqual(ofAgent);
    expect(await said("nothing")).toEqual(ofAgent);
    expect(await said("options")).toEqual({ seen: ["near context", "near usage"], messages: 3, saved: 2, temperature: 0.5 });
  }));

test("a call's settings stand before the agent's, its tools before the thread's, and those before the agent's", () =>
  inAction(async (ctx) => {
    const model = scriptedModel({ steps: [["1"], ["2"], ["3"]] });
    const tools = (name: string) => ({ [name]: { description: name, inputSchema: z.object({}) } });
    const agent = new Agent(component, { languageModel: model, instructions: "of the agent", tools: tools("agents"), callSettings: { temperature: 0.1, maxOutputTokens: 9 } });
    const { thread, threadId } = await agent.createThread(ctx, { tools: tools("threads") });
    await agent.generateText(ctx, { threadId }, { prompt });
    await thread.generateText({ prompt, tools: undefined, instructions: undefined, temperature: 0.2 });
    await thread.generateText({ prompt, tools: tools("calls"), system: "of the call", maxOutputTokens: 3 });
    const sent = model.calls.map((call) => [call.tools?.map(({ name }) => name).join(), call.prompt[0]?.content, call.temperature, call.maxOutputTokens]);
    expect(sent).toEqual([["agents", "of the agent", 0.1, 9], ["threads", "of the agent", 0.2, 9], ["calls", "of the call", 0.1, 3]]);
  }));

test("who changes one option of the context keeps the others, whichever level they are of; what is fetched by hand is what a call would show", () =>
  inAction(async (ctx) => {
    const model = scriptedModel({ steps: [["Yes"], ["Yes"]] });
    const agent = new Agent(component, { languageModel: model, contextOptions: { recentMessages: 1, excludeToolMessages: false } });
    const threadId = await createThread(ctx, component);
    for (const text of ["one", "two", "three"]) await saveMessage(ctx, component, { threadId, prompt: text });
    const contextOptions = { excludeToolMessages: true };
    await agent.generateText(ctx, { threadId }, { prompt: "Go" }, { contextOptions, storageOptions: { saveMessages: "none" } });
    const { thread } = await agent.continueThread(ctx, { threadId, contextOptions: { recentMessages: 2 } });
    await thread.generateText({ prompt: "Go" }, { contextOptions, storageOptions: { saveMessages: "none" } });
    const shown = model.calls.map(({ prompt: messages }) => messages.filter(({ role }) => role === "user").map(({ content }) => (Array.isArray(content) && content[0]?.type === "text" ? content[0].text : "")));
    expect(shown).toEqual([["three", "Go"], ["two", "three", "Go"]]);
    expect((await agent.fetchContextMessages(ctx, { threadId, contextOptions })).map(({ text }) => text)).toEqual(["three"]);
  }));
