// @vitest-environment edge-runtime
import { APICallError } from "ai";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { component, inAction, savedIn, type Ctx } from "../shared/testing/app.js";
import { Agent } from "./agent.js";
import type { AgentOptions } from "./agentOptions.js";
import type { RawCallOptions } from "./generate/rawCalls.js";
import { deleteMessages, getRawCall } from "./messages.js";
import { scriptedModel, type ScriptedStep } from "./testing/scriptedModel.js";
import { createThread } from "./threads.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], shouldAdvanceTime: true, advanceTimeDelta: 20 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A model whose provider says what it was sent, as those over HTTP do. */
function wiredModel(steps: ScriptedStep[]) {
  const model = scriptedModel({ steps });
  const request = () => ({ body: JSON.stringify({ call: model.calls.length, api_key: "secret" }) });
  const headers = { "x-request-id": "r", authorization: "secret" };
  return {
    ...model,
    doGenerate: async (call: Parameters<typeof model.doGenerate>[0]) => {
      const made = await model.doGenerate(call);
      return { ...made, request: request(), response: { headers, body: { calls: model.calls.length } } };
    },
    doStream: async (call: Parameters<typeof model.doStream>[0]) => {
      const made = await model.doStream(call);
      const pieces = made.stream.pipeThrough(new TransformStream({
        transform(part, controller) {
          if (part.type === "text-delta" && call.includeRawChunks) controller.enqueue({ type: "raw", rawValue: { piece: part.delta } });
          controller.enqueue(part);
        },
      }));
      return { ...made, stream: pieces, request: request(), response: { headers } };
    },
  } as unknown as ReturnType<typeof scriptedModel>;
}

const TOOL: ScriptedStep = [{ type: "tool-call", toolName: "look", input: {}, toolCallId: "a" }];
const tools = { look: { description: "Looks", inputSchema: z.object({}), execute: async () => "seen" } };

async function withAgent(steps: ScriptedStep[], options: Pick<AgentOptions, "keepRawCalls" | "callSettings">, run: (ctx: Ctx, agent: Agent, threadId: string) => Promise<void>): Promise<void> {
  const agent = new Agent(component, { name: "Helper", languageModel: wiredModel(steps), tools, maxSteps: 3, ...options });
  await inAction(async (ctx) => run(ctx, agent, await createThread(ctx, component)));
}

/** What is kept of each message of a thread, by its role. */
async function keptIn(ctx: Ctx, threadId: string) {
  const docs = await savedIn(ctx, threadId);
  return Promise.all(docs.map(async ({ _id, message, rawCallId }) => {
    const raw = await getRawCall(ctx, component, { messageId: _id });
    expect(rawCallId === undefined).toBe(raw === null);
    return { role: message?.role, request: raw && JSON.parse(raw.request), response: raw && JSON.parse(raw.response) };
  }));
}

test.each(["generateText", "streamText"] as const)("%s keeps each model call with what the model said, without credentials", (how) =>
  withAgent([TOOL, ["Seen it."]], { keepRawCalls: true }, async (ctx, agent, threadId) => {
    if (how === "generateText") await agent.generateText(ctx, { threadId }, { prompt: "Look" });
    else await agent.streamText(ctx, { threadId }, { prompt: "Look" }, { saveStreamDeltas: true });
    const kept = await keptIn(ctx, threadId);
    expect(kept.map(({ role, request }) => [role, request?.body.call])).toEqual([["user", undefined], ["assistant", 1], ["tool", undefined], ["assistant", 2]]);
    expect(JSON.stringify(kept)).not.toContain("secret");
    const last = kept.at(-1)!.response;
    expect(last.headers).toMatchObject({ "x-request-id": "r" });
    expect(last).toMatchObject(how === "generateText" ? { body: { calls: 2 } } : { streamed: [{ piece: "Seen" }, { piece: " it." }] });
  }));

test("nothing is kept of an agent that does not ask for it, and the app has the last word on one that does", async () => {
  await withAgent([["One"]], {}, async (ctx, agent, threadId) => {
    await agent.generateText(ctx, { threadId }, { prompt: "Hello" });
    expect((await keptIn(ctx, threadId)).every(({ request }) => request === null)).toBe(true);
  });
  const redact: RawCallOptions["redact"] = ({ response }) => (JSON.stringify(response).includes('"calls":1') ? undefined : { request: "mine", response: "too" });
  await withAgent([["One"], ["Two"]], { keepRawCalls: { redact } }, async (ctx, agent, threadId) => {
    for (const prompt of ["A", "B"]) await agent.generateText(ctx, { threadId }, { prompt });
    expect((await keptIn(ctx, threadId)).map(({ request }) => request)).toEqual([null, null, null, "mine"]);
  });
});

test("of a call that its provider refused the message that says so has what was sent and what came back", async () => {
  const refused = new APICallError({
    message: "No such model", url: "https://models.example/v1?key=secret", requestBodyValues: { model: "nope" },
    statusCode: 404, responseHeaders: { "x-request-id": "r9", "set-cookie": "secret" }, responseBody: '{"error":{"code":"model_not_found"}}',
  });
  for (const saveStreamDeltas of [true, false]) {
    await withAgent([{ throws: refused }], { keepRawCalls: true, callSettings: { maxRetries: 0 } }, async (ctx, agent, threadId) => {
      const said = saveStreamDeltas ? agent.streamText(ctx, { threadId }, { prompt: "Hello" }, { saveStreamDeltas }) : agent.generateText(ctx, { threadId }, { prompt: "Hello" });
      await expect(said).rejects.toThrow("No such model");
      const kept = await keptIn(ctx, threadId);
      expect(kept.at(-1)).toEqual({
        role: "assistant",
        request: { url: "https://models.example/v1", body: { model: "nope" } },
        response: { status: 404, headers: { "x-request-id": "r9", "set-cookie": "[left out]" }, body: { error: { code: "model_not_found" } } },
      });
    });
  }
});

test("an object is kept with its call, a long answer by its ends, and a message that is deleted takes its call along", () =>
  withAgent([['{"city":"Oslo"}'], ["word ".repeat(200)]], { keepRawCalls: { maxBytes: 5_000 } }, async (ctx, agent, threadId) => {
    await agent.generateObject(ctx, { threadId }, { prompt: "Where?", schema: z.object({ city: z.string() }) });
    await agent.streamText(ctx, { threadId }, { prompt: "Talk" }, { saveStreamDeltas: true });
    const kept = await keptIn(ctx, threadId);
    expect(kept[1]!.request.body.call).toBe(1);
    expect(kept[3]!.response.streamed).toHaveLength(81);
    const docs = await savedIn(ctx, threadId);
    await deleteMessages(ctx, component, { messageIds: docs.map(({ _id }) => _id) });
    expect(await getRawCall(ctx, component, { messageId: docs[1]!._id })).toBeNull();
  }));

test("a limit that cannot be kept is refused when it is set", () =>
  withAgent([["One"]], { keepRawCalls: { maxBytes: 5_000_000 } }, async (ctx, agent, threadId) => {
    await expect(agent.generateText(ctx, { threadId }, { prompt: "Hello" })).rejects.toThrow("400,000");
  }));
