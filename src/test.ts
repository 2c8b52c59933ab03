/// <reference types="vite/client" />
import type { TestConvex } from "convex-test";
import type { GenericSchema, SchemaDefinition } from "convex/server";
import schema from "./component/schema.js";

/** The component's modules, for `convexTest` and its `registerComponent`. */
const modules = import.meta.glob(["./component/**/*.ts", "./component/**/*.js", "!./component/**/*.test.*", "!./component/**/*.d.ts"]);

/**
 * Registers the component with a test instance of `convex-test`.
 *
 * @param t What `convexTest` returned.
 * @param name The component's name in `convex.config.ts`. Default: "agent".
 * @example
 * const t = convexTest(schema, import.meta.glob("./**\/*.ts"));
 * agentTest.register(t);
 */
export function register<Schema extends SchemaDefinition<GenericSchema, boolean>>(t: TestConvex<Schema>, name = "agent"): void {
  t.registerComponent(name, schema, modules);
}

export { schema, modules };

/*
 * Models for an app's own tests: they say what a test tells them to, without a network, and remember what they were
 * asked. They need neither the AI SDK nor the edge runtime's absent parts at run time.
 *
 *     import agentTest, { scriptedEmbedding, scriptedModel } from "convex-agent/test";
 *
 *     const model = scriptedModel({ steps: [[{ type: "tool-call", toolName: "weather", input: { city: "Oslo" } }], ["Sunny."]] });
 *     const agent = new Agent(components.agent, { name: "Helper", languageModel: model, tools: { weather }, maxSteps: 2 });
 *     const { text } = await agent.generateText(ctx, { threadId }, { prompt: "Weather?" });
 *     expect(text).toBe("Sunny.");
 *     expect(model.calls[1].prompt.at(-1)).toMatchObject({ role: "tool" });
 */
export { scriptedModel, type ScriptedModel, type ScriptedModelOptions, type ScriptedPart, type ScriptedStep } from "./client/testing/scriptedModel.js";
export {
  scriptedEmbeddingModel as scriptedEmbedding,
  type ScriptedEmbeddingModel as ScriptedEmbedding,
  type ScriptedEmbeddingOptions,
} from "./client/testing/scriptedEmbedding.js";
// The default export is how Convex components are registered in tests: `import agent from "convex-agent/test"`.
export default { register, schema, modules };
