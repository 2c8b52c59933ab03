// @vitest-environment edge-runtime
import { dynamicTool, tool, type LanguageModel, type ToolSet } from "ai";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { emptyReduction, reduceChunks } from "../shared/reduceChunks.js";
import { component, inAction, savedIn, type Ctx } from "../shared/testing/app.js";
import { toUIMessages } from "../shared/toUIMessages.js";
import { Agent } from "./agent.js";
import { listStreams, syncStreams } from "./streaming/syncStreams.js";
import { scriptedModel } from "./testing/scriptedModel.js";
import { createThread } from "./threads.js";
import { createTool } from "./tools/createTool.js";

type Model = Extract<LanguageModel, { specificationVersion: "v4" }>;
type Part = Awaited<ReturnType<Model["doStream"]>>["stream"] extends ReadableStream<infer P> ? P : never;

/** A model whose calls stream these parts, as a provider would. */
function modelOf(steps: readonly (readonly Part[])[]): Model {
  let index = 0;
  const usage = { inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 }, outputTokens: { total: 1, text: 1, reasoning: 0 } };
  return {
    ...scriptedModel({ steps: [[""]] }),
    doStream: async () => {
      const parts = steps[index++] ?? spoken("end", ["The end."]);
      const calls = parts.some((part) => part.type === "tool-call" && part.providerExecuted !== true);
      const finishReason = { unified: calls ? ("tool-calls" as const) : ("stop" as const), raw: undefined };
      const all: Part[] = [{ type: "stream-start", warnings: [] }, ...parts, { type: "finish", finishReason, usage }];
      return { stream: new ReadableStream<Part>({ start: (controller) => (all.forEach((part) => controller.enqueue(part)), controller.close()) }) };
    },
  };
}

function spoken(id: string, deltas: readonly string[], kind: "text" | "reasoning" = "text", metadata = false): Part[] {
  const providerMetadata = metadata ? { providerMetadata: { acme: { $signature: "s" } } } : {};
  return [{ type: `${kind}-start`, id, ...providerMetadata }, ...deltas.map((delta): Part => ({ type: `${kind}-delta`, id, delta })), { type: `${kind}-end`, id, ...providerMetadata }];
}

/** A text cut between UTF-16 units, in the middle of characters too. */
const cut = fc.tuple(fc.string({ unit: "binary", minLength: 1, maxLength: 8 }).map((text) => `${text}👩‍🚀!`), fc.integer({ min: 1, max: 3 })).map(([text, size]) => {
  const deltas: string[] = [];
  for (let start = 0; start < text.length; start += size) deltas.push(text.slice(start, start + size));
  return deltas;
});

const json = fc.dictionary(fc.constantFrom("a", "$ref", "größe", "~esc:x", "__proto_"), fc.oneof(fc.string({ maxLength: 4 }), fc.integer(), fc.constant(null)), { noNullPrototype: true });
const toolNames = ["plain", "titled", "shaped", "failing", "progress", "loose"] as const;

const tools = {
  plain: tool({ inputSchema: z.record(z.string(), z.unknown()), execute: async (input) => ({ $given: input }) }),
  titled: createTool({ title: "A title", metadata: { server: "mcp" }, args: z.record(z.string(), z.unknown()), handler: async (): Promise<string> => "done" }),
  shaped: createTool({ args: z.record(z.string(), z.unknown()), handler: async (): Promise<object> => ({ $rows: [1, 2] }), toModelOutput: () => ({ type: "text", value: "two rows" }) }),
  failing: createTool({ args: z.record(z.string(), z.unknown()), handler: async (): Promise<string> => { throw new Error("broken"); } }),
  progress: tool({ inputSchema: z.record(z.string(), z.unknown()), execute: async function* () { yield "half"; yield { whole: true }; } }),
  loose: dynamicTool({ inputSchema: z.unknown(), execute: async (input) => ({ input }) }),
};

const block = (id: string): fc.Arbitrary<Part[]> =>
  fc.oneof(
    fc.tuple(cut, fc.constantFrom("text" as const, "reasoning" as const), fc.boolean()).map(([deltas, kind, metadata]) => spoken(id, deltas, kind, metadata)),
    fc.tuple(fc.constantFrom(...toolNames), json).map(([toolName, input]): Part[] => [{ type: "tool-call", toolCallId: id, toolName, input: JSON.stringify(input) }]),
    fc.tuple(fc.constantFrom(...toolNames), fc.boolean()).map(([toolName, isObject]): Part[] => [{ type: "tool-call", toolCallId: id, toolName, input: isObject ? '{"x":' : "[1]" }]),
    // An error is told as text; the fields of an object come back from Convex in its own order.
    fc.tuple(json, json, fc.boolean()).map(([input, result, isError]): Part[] => [
      { type: "tool-call", toolCallId: id, toolName: "webSearch", input: JSON.stringify(input), providerExecuted: true, dynamic: true },
      { type: "tool-result", toolCallId: id, toolName: "webSearch", result: (isError ? "no network" : result) as never, ...(isError && { isError }), dynamic: true },
    ]),
    fc.boolean().map((isUrl): Part[] => [
      isUrl ? { type: "source", sourceType: "url", id, url: "https://example.com/", title: "Page" } : { type: "source", sourceType: "document", id, mediaType: "text/plain", title: "File", filename: "a.txt" },
    ]),
    fc.constant<Part[]>([{ type: "file", mediaType: "image/png", data: { type: "data", data: "iVBORw0KGgo=" } }]),
  );

const script = fc.array(fc.nat(4), { minLength: 1, maxLength: 3 }).chain((sizes) =>
  fc.tuple(...sizes.map((size, step) => fc.tuple(...Array.from({ length: size }, (_, place) => block(`s${step}-${place}`))).map((blocks) => blocks.flat()))),
);

async function logOf(ctx: Ctx, threadId: string) {
  const [stream] = await listStreams(ctx, component, { threadId, includeStatuses: ["finished"] });
  const chunks = [];
  for (let cursor = 0; ; ) {
    const streams = await syncStreams(ctx, component, { threadId, streamArgs: { kind: "deltas", cursors: [{ streamId: stream!.streamId, cursor }] } });
    if (streams?.kind !== "deltas" || streams.deltas.length === 0) return chunks;
    chunks.push(...streams.deltas.flatMap(({ parts }) => parts));
    cursor = streams.deltas.at(-1)!.end;
  }
}

const comparable = (parts: readonly object[]) => JSON.parse(JSON.stringify(parts)) as unknown[];

describe("law 4: what is saved of a reply renders as what was streamed", () => {
  test("whatever parts a provider gives: sources, files, metadata, dynamic and provider-run calls, raw results, cut characters", async () => {
    await inAction(async (ctx) => {
      await fc.assert(
        fc.asyncProperty(script, async (steps) => {
          const agent = new Agent(component, { name: "Tester", languageModel: modelOf(steps), tools: tools as ToolSet, maxSteps: 5 });
          const threadId = await createThread(ctx, component);
          await agent.streamText(ctx, { threadId }, { prompt: "Go" }, { saveStreamDeltas: { throttleMs: 0 } });
          const log = await logOf(ctx, threadId);
          const reply = toUIMessages(await savedIn(ctx, threadId)).at(-1)!;
          expect(comparable(reply.parts)).toEqual(comparable(reduceChunks(emptyReduction, log).parts));
          // Nothing that was stored holds half a character.
          expect(log.filter((chunk) => "delta" in chunk && !String(chunk.delta).isWellFormed())).toEqual([]);
        }),
        { numRuns: 80 },
      );
    });
  });

  test("a call knows its title, its metadata and what the tool gave, where the model was shown something else", () =>
    inAction(async (ctx) => {
      const calls = toolNames.map((toolName): Part => ({ type: "tool-call", toolCallId: toolName, toolName, input: '{"$ref":1}' }));
      const agent = new Agent(component, { name: "Tester", languageModel: modelOf([calls]), tools: tools as ToolSet, maxSteps: 5 });
      const threadId = await createThread(ctx, component);
      await agent.streamText(ctx, { threadId }, { prompt: "Go" });
      const until = async (): Promise<void> => ((await savedIn(ctx, threadId)).length < 4 ? new Promise<void>((resolve) => setTimeout(resolve, 1)).then(until) : undefined);
      await until();
      const parts = new Map(toUIMessages(await savedIn(ctx, threadId)).at(-1)!.parts.flatMap((part) => ("toolCallId" in part ? [[part.toolCallId, part]] : [])));
      expect(parts.get("plain")).toMatchObject({ type: "tool-plain", input: { $ref: 1 }, output: { $given: { $ref: 1 } } });
      expect(parts.get("titled")).toMatchObject({ title: "A title", toolMetadata: { server: "mcp" }, output: "done" });
      expect(parts.get("shaped")).toMatchObject({ state: "output-available", output: { $rows: [1, 2] } });
      expect(parts.get("failing")).toMatchObject({ state: "output-error", errorText: expect.stringContaining("broken") });
      expect(parts.get("progress")).toMatchObject({ output: { whole: true } });
      expect(parts.get("loose")).toMatchObject({ type: "dynamic-tool", toolName: "loose", output: { input: { $ref: 1 } } });
    }));
});
