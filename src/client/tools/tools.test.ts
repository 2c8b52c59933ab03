// @vitest-environment edge-runtime
import { tool } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { component, inAction, newApp, savedIn, shownIn, storedParts, type Ctx } from "../../shared/testing/app.js";
import { Agent } from "../agent.js";
import { listStreams, syncStreams } from "../streaming/syncStreams.js";
import { scriptedModel, type ScriptedStep } from "../testing/scriptedModel.js";
import { createThread } from "../threads.js";
import { createTool } from "./createTool.js";

const call = (toolName: string, input: unknown = {}) => ({ type: "tool-call", toolName, input }) as const;

function agentOf(tools: object, steps: readonly ScriptedStep[]) {
  const model = scriptedModel({ steps });
  return { model, agent: new Agent(component, { name: "Tester", languageModel: model, tools: { ...tools } as Record<string, never>, maxSteps: 5 }) };
}

const runs = {
  generateText: async (agent: Agent, ctx: Ctx, threadId: string) => void (await agent.generateText(ctx, { threadId }, { prompt: "Go" })),
  streamText: async (agent: Agent, ctx: Ctx, threadId: string) => void (await agent.streamText(ctx, { threadId }, { prompt: "Go" }, { saveStreamDeltas: { throttleMs: 0 } })),
};
const everyRun = Object.entries(runs);

describe("createTool", () => {
  test("takes the documented names and the SDK's: the model and the function see the same", () =>
    inAction(async (ctx) => {
      const schema = z.object({ city: z.string() });
      const documented = createTool({ description: "Weather", args: schema, handler: async (toolCtx, { city }): Promise<string> => `${city} for ${toolCtx.userId}` });
      const sdk = createTool({ description: "Weather", inputSchema: schema, execute: async (toolCtx, { city }): Promise<string> => `${city} for ${toolCtx.userId}` });
      const { agent, model } = agentOf({ documented, sdk }, [[call("documented", { city: "Oslo" }), call("sdk", { city: "Oslo" })], ["Done."]]);
      await agent.generateText(ctx, { userId: "ann" }, { prompt: "Go" });
      const [first, second] = model.calls[0]!.tools!.map((each) => ("inputSchema" in each ? [each.description, each.inputSchema] : []));
      expect(first).toEqual(second);
      const results = model.calls[1]!.prompt.at(-1)!.content as { output: unknown }[];
      expect(results.map(({ output }) => output)).toEqual([{ type: "text", value: "Oslo for ann" }, { type: "text", value: "Oslo for ann" }]);
    }));

  test("without a schema is refused where it is made; without a ctx where it is called", async () => {
    expect(() => createTool({ description: "None", handler: async () => 1 } as never)).toThrow("needs `args`");
    const lost = createTool({ description: "Lost", args: z.object({}), handler: async () => 1 });
    expect(() => lost.execute!({}, { toolCallId: "1", messages: [], context: {} } as never)).toThrow('"Lost" was called without a Convex ctx');
  });

  test("gives the ctx to every function of the tool", () =>
    inAction(async (ctx) => {
      const seen: string[] = [];
      const note = (name: string) => (toolCtx: { threadId?: string; messageId?: string }) => void seen.push(`${name} ${typeof toolCtx.threadId} ${typeof toolCtx.messageId}`);
      const noted = createTool({
        description: "Noted",
        args: z.object({ a: z.number() }),
        needsApproval: (toolCtx) => (note("needsApproval")(toolCtx), false),
        onInputStart: note("onInputStart"),
        onInputAvailable: note("onInputAvailable"),
        toModelOutput: (toolCtx, { output }) => (note("toModelOutput")(toolCtx), { type: "text", value: `shown ${output}` }),
        handler: async (toolCtx, { a }): Promise<number> => (note("handler")(toolCtx), a),
      });
      const { agent, model } = agentOf({ noted }, [[call("noted", { a: 1 })], ["Done."]]);
      await runs.streamText(agent, ctx, await createThread(ctx, component));
      expect(new Set(seen)).toEqual(new Set(["onInputStart", "onInputAvailable", "needsApproval", "handler", "toModelOutput"].map((name) => `${name} string string`)));
      expect(JSON.stringify(model.calls[1]!.prompt)).toContain("shown 1");
    }));
});

describe("progress from inside a tool", () => {
  test("each value that is yielded is shown in the place of the one before; the last is the result", async () => {
    const t = newApp();
    const seen: unknown[] = [];
    await t.action(async (ctx) => {
      const threadId = await createThread(ctx, component);
      const shownNow = async () => {
        const [stream] = await listStreams(ctx, component, { threadId });
        const deltas = stream && (await syncStreams(ctx, component, { threadId, streamArgs: { kind: "deltas", cursors: [{ streamId: stream.streamId, cursor: 0 }] } }));
        const chunks = deltas?.kind === "deltas" ? deltas.deltas.flatMap(({ parts }) => parts) : [];
        return chunks.findLast(({ type }) => type === "tool-output-available");
      };
      const countdown = createTool({
        description: "Counts down",
        args: z.object({}),
        handler: async function* () {
          for (const left of [2, 1, 0]) {
            yield { left };
            // A change of state leaves at once; the next value waits until it is there to see.
            for (let chunk = await shownNow(); (chunk?.output as { left?: number } | undefined)?.left !== left; chunk = await shownNow()) await new Promise((resolve) => setTimeout(resolve, 1));
            seen.push((await shownNow())!.preliminary);
          }
        },
      });
      const { agent, model } = agentOf({ countdown }, [[call("countdown")], ["Done."]]);
      await runs.streamText(agent, ctx, threadId);
      expect(seen).toEqual([true, true, true]);
      expect((await storedParts(ctx, threadId, "tool-result")).map(({ output }) => output)).toEqual([{ type: "json", value: { left: 0 } }]);
      expect((await shownIn(ctx, threadId))[1]!.parts[1]).toMatchObject({ state: "output-available", output: { left: 0 } });
      expect(JSON.stringify(model.calls[1]!.prompt)).toContain('{"left":0}');
    });
  });
});

describe("what goes wrong in a tool goes back to the model, in pairs", () => {
  const failing = createTool({ description: "Fails", args: z.object({ city: z.string() }), handler: async (): Promise<string> => { throw new Error("no such city"); } });

  test.each(everyRun)("an error, input that does not fit, input that is no JSON, a tool that is not there (%s)", (_name, run) =>
    inAction(async (ctx) => {
      const steps: ScriptedStep[] = [[call("failing", { city: "Atlantis" })], [call("failing", { city: 5 })], [call("failing", "{no json")], [call("unknown")], ["I give up."]];
      const { agent, model } = agentOf({ failing }, steps);
      const threadId = await createThread(ctx, component);
      await run(agent as unknown as Agent, ctx, threadId);
      expect(model.calls).toHaveLength(5);
      expect(model.calls.at(-1)!.prompt.map(({ role }) => role)).toEqual(["user", ...Array.from({ length: 4 }, () => ["assistant", "tool"]).flat()]);
      const told = await storedParts(ctx, threadId, "tool-result");
      expect(told.map(({ output }) => (output as { type: string }).type)).toEqual(["error-text", "error-text", "error-text", "error-text"]);
      expect(JSON.stringify(told)).toMatch(/no such city.*unknown/u);
      const [, reply] = await shownIn(ctx, threadId);
      const tools = reply!.parts.filter((part) => "toolCallId" in part);
      expect(tools.map((part) => ("state" in part ? part.state : ""))).toEqual(["output-error", "output-error", "output-error", "output-error"]);
      expect([reply!.status, reply!.text]).toEqual(["success", "I give up."]);
    }));

  test.each(everyRun)("a tool's output that is nothing, or no JSON, is saved as what JSON says of it (%s)", (_name, run) =>
    inAction(async (ctx) => {
      const odd = createTool({ description: "Odd", args: z.object({}), handler: async (): Promise<unknown> => ({ at: new Date(0), big: 12n, none: undefined, ünïcode: 1 }) });
      const nothing = createTool({ description: "Nothing", args: z.object({}), handler: async (): Promise<void> => {} });
      const { agent } = agentOf({ nothing }, [[call("nothing")], ["Done."]]);
      const threadId = await createThread(ctx, component);
      await run(agent as unknown as Agent, ctx, threadId);
      expect((await storedParts(ctx, threadId, "tool-result")).map(({ output }) => output)).toEqual([{ type: "json", value: null }]);
      const other = await createThread(ctx, component);
      await run(agentOf({ odd }, [[call("odd")], ["Done."]]).agent as unknown as Agent, ctx, other);
      expect((await savedIn(ctx, other)).at(-1)!.status).toBe("success");
      expect((await storedParts(ctx, other, "tool-result"))[0]!.output).toMatchObject({ value: { at: "1970-01-01T00:00:00.000Z" } });
    }));
});

describe("agents as tools", () => {
  test("an agent in a thread of its own answers as a tool; each thread holds its own messages", () =>
    inAction(async (ctx) => {
      const expert = agentOf({}, [["42"]]);
      const askExpert = createTool({
        description: "Asks the expert",
        args: z.object({ question: z.string() }),
        handler: async (toolCtx, { question }, options): Promise<string> => {
          const { thread } = await expert.agent.createThread(toolCtx, { userId: toolCtx.userId });
          const prompt = [...options.messages, { role: "user" as const, content: question }];
          const { text } = await thread.generateText({ prompt }, { storageOptions: { saveMessages: "all" } });
          return `${thread.threadId} ${text}`;
        },
      });
      const { agent } = agentOf({ askExpert }, [[call("askExpert", { question: "How many?" })], ["It is 42."]]);
      const threadId = await createThread(ctx, component, { userId: "ann" });
      await runs.streamText(agent as unknown as Agent, ctx, threadId);
      const [result] = await storedParts(ctx, threadId, "tool-result");
      const [childId, answer] = String((result!.output as { value: string }).value).split(" ");
      expect(answer).toBe("42");
      expect((await savedIn(ctx, childId!)).map(({ text, userId }) => [text, userId])).toEqual([["Go", "ann"], ["How many?", "ann"], ["42", "ann"]]);
      expect((await savedIn(ctx, threadId)).map(({ message }) => message!.role)).toEqual(["user", "assistant", "tool", "assistant"]);
    }));

  test("several at once in one step and one thread do not get in each other's way", () =>
    inAction(async (ctx) => {
      const threadId = await createThread(ctx, component);
      const child = agentOf({}, [["answer"]]);
      const ask = createTool({
        description: "Asks in the same thread",
        args: z.object({ question: z.string() }),
        handler: async (toolCtx, { question }): Promise<string> => (await child.agent.generateText(toolCtx, { threadId }, { prompt: question })).text,
      });
      const { agent } = agentOf({ ask }, [["a", "b", "c"].map((question) => call("ask", { question })), ["All answered."]]);
      await runs.streamText(agent as unknown as Agent, ctx, threadId);
      const docs = await savedIn(ctx, threadId);
      expect(new Set(docs.map(({ order, stepOrder }) => `${order}-${stepOrder}`)).size).toBe(docs.length);
      expect(docs.filter(({ order }) => order === 0).map(({ message }) => message!.role)).toEqual(["user", "assistant", "tool", "assistant"]);
      expect(docs.filter(({ order }) => order > 0).map(({ message }) => message!.role).toSorted()).toEqual(["assistant", "assistant", "assistant", "user", "user", "user"]);
    }));
});

test("the SDK's own tools work beside those with a ctx", () =>
  inAction(async (ctx) => {
    const plain = tool({ inputSchema: z.object({}), execute: async function* () { yield "half"; yield "whole"; } });
    const { agent } = agentOf({ plain }, [[call("plain")], ["Done."]]);
    const threadId = await createThread(ctx, component);
    await agent.generateText(ctx, { threadId }, { prompt: "Go" });
    expect((await storedParts(ctx, threadId, "tool-result")).map(({ output }) => output)).toEqual([{ type: "text", value: "whole" }]);
  }));
