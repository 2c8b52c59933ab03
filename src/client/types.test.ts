import { Output, tool } from "ai";
import { componentsGeneric, type GenericActionCtx, type GenericDataModel } from "convex/server";
import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { Agent } from "./agent.js";
import type { AgentComponent } from "./ctx.js";
import { scriptedModel } from "./testing/scriptedModel.js";
import { createTool, type ToolCtx } from "./tools/createTool.js";

// What `components.agent` of an app's generated code is.
const component = componentsGeneric().agent as unknown as AgentComponent;
const languageModel = scriptedModel({ steps: [["Hi"]] });
const weather = createTool({ description: "Weather", args: z.object({ city: z.string() }), handler: async (_ctx, args): Promise<{ degrees: number }> => ({ degrees: args.city.length }) });
const agent = new Agent(component, { languageModel, tools: { weather } });
type Ctx = GenericActionCtx<GenericDataModel>;

// Never called: what is tested is whether it compiles, and to what.
const useIt = async (ctx: Ctx) => {
  const own = await agent.generateText(ctx, {}, { prompt: "Hi" });
  const named = await agent.generateText(ctx, {}, { prompt: "Hi", tools: { ask: tool({ inputSchema: z.object({ question: z.string() }) }) } });
  const structured = await agent.generateText(ctx, {}, { prompt: "Hi", output: Output.object({ schema: z.object({ plan: z.string() }) }) });
  const both = await agent.generateText(ctx, {}, { prompt: "Hi", output: Output.object({ schema: z.object({ plan: z.string() }) }), tools: { ask: tool({ inputSchema: z.object({ question: z.string() }) }) } });
  const streamed = await agent.streamText(ctx, {}, { prompt: "Hi", output: Output.array({ element: z.number() }) });
  const object = await agent.generateObject(ctx, {}, { prompt: "Hi", schema: z.object({ plan: z.string() }) });
  const list = await agent.generateObject(ctx, {}, { prompt: "Hi", output: "array", schema: z.string() });
  return { own, named, structured, both, streamed, object, list };
};
type Used = Awaited<ReturnType<typeof useIt>>;

test("tools and outputs infer, and nothing is any", () => {
  type OwnCall = Extract<Used["own"]["toolCalls"][number], { dynamic?: false }>;
  expectTypeOf<OwnCall["input"]>().toEqualTypeOf<{ city: string }>();
  type OwnResult = Extract<Used["own"]["toolResults"][number], { dynamic?: false }>;
  expectTypeOf<OwnResult["output"]>().toEqualTypeOf<{ degrees: number }>();
  type NamedCall = Extract<Used["named"]["toolCalls"][number], { dynamic?: false }>;
  expectTypeOf<NamedCall["toolName"]>().toEqualTypeOf<"ask">();
  expectTypeOf<Used["structured"]["output"]>().toEqualTypeOf<{ plan: string }>();
  type CallBesideOutput = Extract<Used["both"]["toolCalls"][number], { dynamic?: false }>;
  expectTypeOf<CallBesideOutput["input"]>().toEqualTypeOf<{ question: string }>();
  expectTypeOf<Used["both"]["output"]>().toEqualTypeOf<{ plan: string }>();
  expectTypeOf<Awaited<Used["streamed"]["output"]>>().toEqualTypeOf<number[]>();
  expectTypeOf<Used["object"]["object"]>().toEqualTypeOf<{ plan: string }>();
  expectTypeOf<Used["list"]["object"]>().toEqualTypeOf<string[]>();
  expectTypeOf<Used["own"]["savedMessages"]>().not.toBeAny();
  expectTypeOf<ToolCtx["agent"]>().toEqualTypeOf<Agent | undefined>();
});

test("an agent with a ctx of the app's own demands it, and any agent is an Agent", () => {
  const custom = new Agent<{ orgId: string }>(component, { languageModel });
  type Given = Parameters<typeof custom.generateText>[0];
  expectTypeOf<Given["orgId"]>().toEqualTypeOf<string>();
  expectTypeOf<Ctx>().not.toExtend<Given>();
  expectTypeOf<typeof agent>().toExtend<Agent>();
});
