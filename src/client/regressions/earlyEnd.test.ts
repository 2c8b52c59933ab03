// @vitest-environment edge-runtime
import { APICallError } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { component, inAction, savedIn, shownIn, storedParts, type Ctx } from "../../shared/testing/app.js";
import { gate, until } from "../../shared/testing/interrupted.js";
import { unpaired, watched } from "../../shared/testing/watching.js";
import { Agent } from "../agent.js";
import { approveToolCall } from "../approvals.js";
import { abortStream } from "../streaming/syncStreams.js";
import { scriptedModel, type ScriptedModel, type ScriptedStep } from "../testing/scriptedModel.js";
import { createThread } from "../threads.js";
import { createTool } from "../tools/createTool.js";

const LARGE = "B".repeat(300_000);
const PICTURE = btoa(`\x89PNG\r\n\x1a\n${"p".repeat(150_000)}`);
const call = (toolName: string, toolCallId = toolName) => ({ type: "tool-call", toolName, input: {}, toolCallId }) as const;
const unavailable = { throws: new APICallError({ message: "Overloaded", url: "https://example.com", requestBodyValues: {}, statusCode: 503 }) };

/** What tools give, and what of that a model is shown. */
const RAW = { large: LARGE, shaped: { secret: "raw", n: 1 }, broken: { n: 2 }, picture: { png: PICTURE } } as const;
const SHOWN = { large: { type: "text", value: LARGE }, shaped: { type: "text", value: "for the model" } } as const;

/** An agent whose tools give what is hard to keep, and how often each has run. */
function agentOf(steps: readonly ScriptedStep[], { needsApproval = false, held = Promise.resolve() }: { needsApproval?: boolean; held?: Promise<unknown> } = {}) {
  const runs: string[] = [];
  const base = { description: "A tool", args: z.object({}), needsApproval } as const;
  const ran = <T>(name: string, output: T): T => (runs.push(name), output);
  const tools = {
    large: createTool({ ...base, handler: async (): Promise<string> => ran("large", RAW.large) }),
    shaped: createTool({ ...base, handler: async (): Promise<object> => ran("shaped", RAW.shaped), toModelOutput: () => SHOWN.shaped }),
    broken: createTool({ ...base, handler: async (): Promise<object> => ran("broken", RAW.broken), toModelOutput: () => { throw new Error("no form"); } }),
    picture: createTool({
      ...base, handler: async (): Promise<{ png: string }> => ran("picture", RAW.picture),
      toModelOutput: (_ctx, { output }) => ({ type: "content" as const, value: [{ type: "file" as const, data: { type: "data" as const, data: output.png }, mediaType: "image/png" }] }),
    }),
    counts: createTool({ ...base, handler: async (): Promise<string> => ran("counts", `run ${runs.length + 1}`), toModelOutput: (_ctx, { output }) => ({ type: "text", value: `shown: ${output}` }) }),
    slow: createTool({ ...base, handler: async (): Promise<string> => (await held, "late") }),
  };
  const model = scriptedModel({ steps });
  return { runs, model, agent: new Agent(component, { name: "Tester", languageModel: model, tools, maxSteps: 5, callSettings: { maxRetries: 0 } }) };
}
type The = ReturnType<typeof agentOf>;

const stored = { saveStreamDeltas: { throttleMs: 0 } };
const ways = {
  "streamText, stored": async ({ agent }: The, ctx: Ctx, threadId: string, args: object) => void (await agent.streamText(ctx, { threadId }, args, stored)),
  streamText: async ({ agent }: The, ctx: Ctx, threadId: string, args: object) => {
    const before = (await savedIn(ctx, threadId)).length;
    await (await agent.streamText(ctx, { threadId }, args)).consumeStream();
    // It saves its end on its own. A prompt is saved before that.
    await until(async () => (await savedIn(ctx, threadId)).length > before + ("prompt" in args ? 1 : 0));
  },
  generateText: async ({ agent }: The, ctx: Ctx, threadId: string, args: object) => void (await agent.generateText(ctx, { threadId }, args)),
};
const everyWay = Object.keys(ways) as (keyof typeof ways)[];

/** What a call of the model was shown of its tools, by call. */
const toldTo = (model: ScriptedModel, index: number) =>
  Object.fromEntries(model.calls.at(index)!.prompt.flatMap(({ content }) => (typeof content === "string" ? [] : content.flatMap((part) => (part.type === "tool-result" ? [[part.toolCallId, part.output]] : [])))));

/** What a viewer sees of calls: what the tool gave, or the words of its failure. */
const seenOf = async (ctx: Ctx, threadId: string) =>
  Object.fromEntries((await shownIn(ctx, threadId)).flatMap(({ parts }) => parts.flatMap((part) => ("toolCallId" in part ? [[part.toolCallId, "output" in part ? part.output : part.errorText]] : []))));

const resultsIn = async (ctx: Ctx, threadId: string) => Object.fromEntries((await storedParts(ctx, threadId, "tool-result")).map((part) => [part.toolCallId, part]));

/** A turn whose calls were just approved. */
async function approved(ctx: Ctx, the: The, way: keyof typeof ways): Promise<{ threadId: string; promptMessageId: string; answerId: string }> {
  const threadId = await createThread(ctx, component);
  await ways[way](the, ctx, threadId, { prompt: "Go" });
  const asked = await storedParts(ctx, threadId, "tool-approval-request");
  const [prompt] = await savedIn(ctx, threadId);
  let answerId = "";
  // The component's functions are called by an action as by a mutation.
  for (const { approvalId } of asked) answerId = (await approveToolCall(ctx as never, component, { threadId, approvalId: String(approvalId) })).messageId;
  return { threadId, promptMessageId: prompt!._id, answerId };
}

describe("what an approved tool gave, when the model fails after it", () => {
  test.each(everyWay)("is shown to the model of the next try as to that of the first, and to viewers as it was; no tool runs again (%s)", (way) =>
    inAction(async (ctx) => {
      const the = agentOf([[call("large"), call("shaped")], unavailable, ["Recovered."]], { needsApproval: true });
      const { threadId, promptMessageId, answerId } = await approved(ctx, the, way);
      await ways[way](the, ctx, threadId, { promptMessageId: answerId }).catch(() => undefined);
      expect((await savedIn(ctx, threadId)).at(-1)!.status).toBe("failed");
      expect(await seenOf(ctx, threadId)).toEqual({ large: RAW.large, shaped: RAW.shaped });
      await ways[way](the, ctx, threadId, { promptMessageId });
      expect(toldTo(the.model, 1)).toEqual(SHOWN);
      expect(toldTo(the.model, 2)).toEqual(SHOWN);
      expect(unpaired(the.model.calls[2]!.prompt)).toEqual([]);
      expect(the.runs.toSorted()).toEqual(["large", "shaped"]);
      expect((await shownIn(ctx, threadId)).at(-1)).toMatchObject({ status: "success", text: expect.stringContaining("Recovered.") });
      expect(await seenOf(ctx, threadId)).toEqual({ large: RAW.large, shaped: RAW.shaped });
    }));

  test.each(everyWay)("goes to the storage where it is large data, and the model is shown where it is (%s)", (way) =>
    inAction(async (ctx) => {
      const the = agentOf([[call("picture")], unavailable, ["Recovered."]], { needsApproval: true });
      const { threadId, promptMessageId, answerId } = await approved(ctx, the, way);
      await ways[way](the, ctx, threadId, { promptMessageId: answerId }).catch(() => undefined);
      const docs = await savedIn(ctx, threadId);
      expect(docs.flatMap(({ fileIds = [] }) => fileIds)).toHaveLength(1);
      expect(JSON.stringify(docs)).not.toContain(PICTURE.slice(0, 1000));
      await ways[way](the, ctx, threadId, { promptMessageId });
      expect(toldTo(the.model, 2)).toMatchObject({ picture: { type: "content", value: [{ type: "file", data: { type: "url" }, mediaType: "image/png" }] } });
    }));

  test("is kept while the reply that follows it is stopped from outside", () =>
    inAction(async (ctx) => {
      const more = gate();
      const the = agentOf([[call("large"), call("shaped")], ["One ", { type: "wait", until: more.promise }, "two."], ["Recovered."]], { needsApproval: true });
      const { threadId, promptMessageId, answerId } = await approved(ctx, the, "streamText, stored");
      const run = ways["streamText, stored"](the, ctx, threadId, { promptMessageId: answerId });
      await until(async () => (await watched(ctx, threadId)).includes("One "));
      await abortStream(ctx as never, component, { threadId, order: 0, reason: "stopped" });
      more.open();
      await run;
      expect(await seenOf(ctx, threadId)).toEqual({ large: RAW.large, shaped: RAW.shaped });
      expect((await shownIn(ctx, threadId)).at(-1)).toMatchObject({ status: "failed", text: "One " });
      await ways["streamText, stored"](the, ctx, threadId, { promptMessageId });
      expect(toldTo(the.model, 2)).toEqual(SHOWN);
      expect(the.runs).toHaveLength(2);
    }));
});

describe("what a tool gave, when the reply is stopped while another tool runs", () => {
  const calls = ["Let me see. ", call("large"), call("shaped"), call("picture"), call("slow")];

  async function expectKept(ctx: Ctx, threadId: string, slow: { seen: unknown; type: string }): Promise<void> {
    const { picture: _picture, ...seen } = await seenOf(ctx, threadId);
    expect(seen).toEqual({ large: RAW.large, shaped: RAW.shaped, slow: slow.seen });
    expect((await shownIn(ctx, threadId))[1]).toMatchObject({ status: "failed", text: "Let me see. " });
    const docs = await savedIn(ctx, threadId);
    expect(docs.map(({ status, message }) => [status, message!.role])).toEqual([["success", "user"], ["failed", "assistant"], ["failed", "tool"]]);
    expect(docs[2]!.fileIds).toHaveLength(1);
    const next = scriptedModel({ steps: [["Next."]] });
    await new Agent(component, { name: "Tester", languageModel: next }).generateText(ctx, { threadId }, { prompt: "Well?" }, { contextOptions: { excludeToolMessages: false } });
    expect(unpaired(next.calls[0]!.prompt)).toEqual([]);
    expect(toldTo(next, 0)).toMatchObject({ ...SHOWN, picture: { type: "content", value: [{ data: { type: "url" } }] }, slow: { type: slow.type } });
  }

  test.each(["streamText, stored", "streamText"] as const)("is kept whole and in the form for a model, by a signal (%s)", (way) =>
    inAction(async (ctx) => {
      const the = agentOf([calls], { held: gate().promise });
      const threadId = await createThread(ctx, component);
      const stopper = new AbortController();
      let shown = 0;
      const onChunk = ({ chunk }: { chunk: { type: string } }) => void (chunk.type === "tool-result" && ++shown === 3 && stopper.abort());
      await ways[way](the, ctx, threadId, { prompt: "Go", abortSignal: stopper.signal, onChunk });
      await expectKept(ctx, threadId, { seen: expect.stringMatching(/^The tool was stopped/u), type: "error-text" });
    }));

  test("is kept as the tool gave it where its form for a model cannot be made", () =>
    inAction(async (ctx) => {
      const the = agentOf([[call("broken"), call("slow")]], { held: gate().promise });
      const threadId = await createThread(ctx, component);
      const stopper = new AbortController();
      const run = ways["streamText, stored"](the, ctx, threadId, { prompt: "Go", abortSignal: stopper.signal });
      await until(async () => (await watched(ctx, threadId)).includes("output-available"));
      stopper.abort();
      await run;
      expect((await resultsIn(ctx, threadId)).broken!.output).toEqual({ type: "json", value: RAW.broken });
      expect((await savedIn(ctx, threadId)).at(-1)!.status).toBe("failed");
    }));

  test("is kept whole and in the form for a model, from outside", () =>
    inAction(async (ctx) => {
      const held = gate();
      const the = agentOf([calls], { held: held.promise });
      const threadId = await createThread(ctx, component);
      const run = ways["streamText, stored"](the, ctx, threadId, { prompt: "Go" });
      await until(async () => (await watched(ctx, threadId)).split("output-available").length === 4);
      await abortStream(ctx as never, component, { threadId, order: 0, reason: "stopped" });
      expect((await resultsIn(ctx, threadId)).large!.output).toEqual({ type: "error-text", value: expect.stringMatching(/its result of \d+ bytes was too large to keep/u) });
      held.open();
      await run;
      // It had run to its end when the process was told.
      await expectKept(ctx, threadId, { seen: "late", type: "text" });
    }));

  test("changes nothing of the steps before, whose calls may have had the same ids", () =>
    inAction(async (ctx) => {
      for (const isOutside of [true, false]) {
        const held = gate();
        const the = agentOf([[call("counts", "c")], [call("counts", "c"), call("slow")]], { held: held.promise });
        const threadId = await createThread(ctx, component);
        const stopper = new AbortController();
        const run = ways["streamText, stored"](the, ctx, threadId, { prompt: "Go", abortSignal: stopper.signal });
        await until(async () => (await watched(ctx, threadId)).includes("run 2"));
        if (isOutside) await abortStream(ctx as never, component, { threadId, order: 0, reason: "stopped" });
        else stopper.abort();
        held.open();
        await run;
        const outputs = (await storedParts(ctx, threadId, "tool-result")).flatMap(({ toolName, output }) => (toolName === "counts" ? [output] : []));
        expect(outputs).toEqual([{ type: "text", value: "shown: run 1" }, { type: "text", value: "shown: run 2" }]);
      }
    }));
});
