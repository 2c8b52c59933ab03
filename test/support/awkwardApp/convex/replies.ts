import { Agent, createThread, createTool, listMessages, saveMessage, stepCountIs, type AgentComponent } from "convex-agent";
import { toUIMessages } from "convex-agent/react";
import { actionGeneric, componentsGeneric } from "convex/server";
import { v } from "convex/values";
import { z } from "zod";
import { scriptedModel } from "../../../../src/client/testing/scriptedModel";

const component = componentsGeneric().agent as unknown as AgentComponent;

const nested = (levels: number): unknown => (levels === 0 ? "deep" : { in: [nested(levels - 1)] });

/** Values that JSON holds and a Convex document does not. */
const VALUES: Readonly<Record<string, unknown>> = {
  "13 levels": { a: nested(6) },
  "200 levels": nested(100),
  "9,000 items": Array.from({ length: 9000 }, (_, index) => index),
  "1,500 fields": Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [`k${index}`, index])),
  "a long key": { ["问".repeat(114)]: 1, ["问".repeat(115)]: 2, $ref: "x" },
};

const all = { cursor: null, numItems: 100 };

/**
 * A model calls a tool with an awkward value, the tool gives it back, and the model goes on or (`fails`) breaks off.
 * Returns what the model was shown of it, what is saved, and what people see, as JSON.
 */
export const reply = actionGeneric({
  args: { way: v.union(v.literal("generated"), v.literal("streamed"), v.literal("stored")), kind: v.string(), fails: v.boolean() },
  handler: async (ctx, { way, kind, fails }) => {
    const value = VALUES[kind];
    const echo = createTool({ description: "Gives it back", inputSchema: z.object({ value: z.unknown() }), execute: async (_ctx, input): Promise<unknown> => input.value });
    const call = [{ type: "tool-call", toolName: "echo", toolCallId: "c", input: { value } } as const];
    const model = scriptedModel({ steps: [call, fails ? { throws: new Error("no more") } : ["Done."]] });
    const agent = new Agent(component, { name: "Tester", languageModel: model, tools: { echo }, stopWhen: stepCountIs(3), callSettings: { maxRetries: 0 } });
    const threadId = await createThread(ctx, component);
    const failure = await run().then(() => null, String);
    const streams = await ctx.runQuery(component.streams.list, { threadId, statuses: ["streaming", "finished", "aborted"] });
    const { page } = await listMessages(ctx, component, { threadId, paginationOpts: all });
    const saved = page.map(({ status, error, message }) => ({ role: message?.role, status, error }));
    const shown = toUIMessages(page.toReversed()).at(-1)?.parts;
    const told = model.calls.at(1)?.prompt.flatMap(({ content }): object[] => (typeof content === "string" ? [] : content));
    return JSON.stringify({ value, failure, streams: streams.map(({ status, reason }) => ({ status, reason })), saved, shown, told });

    async function run(): Promise<void> {
      if (way === "generated") await agent.generateText(ctx, { threadId }, { prompt: "Go" });
      else await (await agent.streamText(ctx, { threadId }, { prompt: "Go" }, { saveStreamDeltas: way === "stored" && { throttleMs: 0 } })).consumeStream();
    }
  },
});

/** Answers a prompt that is searched by and has an emoji where a text is cut for that. */
export const searched = actionGeneric({
  args: {},
  handler: async (ctx) => {
    const agent = new Agent(component, { name: "Tester", languageModel: scriptedModel({ steps: [["Found."]] }) });
    const threadId = await createThread(ctx, component);
    const contextOptions = { searchOptions: { limit: 5, textSearch: true } };
    return (await agent.generateText(ctx, { threadId }, { prompt: `${"x".repeat(9_999)}😀 and more` }, { contextOptions })).text;
  },
});

async function openStream(ctx: Parameters<typeof createThread>[0]): Promise<{ threadId: string; streamId: string }> {
  const threadId = await createThread(ctx, component);
  const { message } = await saveMessage(ctx, component, { threadId, prompt: "Go" });
  return { threadId, streamId: await ctx.runMutation(component.streams.create, { threadId, order: message.order, stepOrder: 1 }) };
}

/** A stream whose chunk is as deep as its row may be, which a message's is not. Returns how it ends. */
export const cutOff = actionGeneric({
  args: {},
  handler: async (ctx) => {
    const { threadId, streamId } = await openStream(ctx);
    const output = nested(6) as { in: [] };
    const parts = [
      { type: "tool-input-available", toolCallId: "c", toolName: "echo", input: {} },
      { type: "tool-output-available", toolCallId: "c", output },
      { type: "finish", messageMetadata: { "~esc:%24ref": 1 } },
    ];
    await ctx.runMutation(component.streams.addDelta, { streamId, delta: { start: 0, end: parts.length, parts } });
    const isEnded = await ctx.runMutation(component.streams.abort, { streamId, reason: "stopped" });
    const shown = toUIMessages((await listMessages(ctx, component, { threadId, paginationOpts: all })).page.toReversed()).at(-1);
    return JSON.stringify({ isEnded, output, shown });
  },
});

/** Opens a stream and leaves it, with more metadata than a message's row holds. Returns its thread. */
export const abandoned = actionGeneric({
  args: {},
  handler: async (ctx) => {
    const { threadId, streamId } = await openStream(ctx);
    for (let start = 0; start < 12; start++) {
      const parts = [{ type: "message-metadata", messageMetadata: { [`k${start}`]: "x".repeat(100_000) } }];
      await ctx.runMutation(component.streams.addDelta, { streamId, delta: { start, end: start + 1, parts } });
    }
    return threadId;
  },
});

/** How the streams of a thread are, and why its messages failed. */
export const endOf = actionGeneric({
  args: { threadId: v.string() },
  handler: async (ctx, { threadId }) => {
    const streams = await ctx.runQuery(component.streams.list, { threadId, statuses: ["streaming", "finished", "aborted"] });
    const { page } = await listMessages(ctx, component, { threadId, paginationOpts: all });
    return { streams: streams.map(({ status }) => status), failed: page.flatMap(({ error }) => error ?? []) };
  },
});
