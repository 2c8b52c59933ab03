import { v } from "convex/values";
import { packMessages, vPackedMessages } from "../shared/packedMessages.js";
import { vMessageDoc, vMessageWithMetadata, vProviderOptions, vRawCall, vStreamFormat } from "../shared/validators/index.js";
import { vVector } from "../shared/validators/search.js";
import { mutation, query } from "./_generated/server.js";
import { readWindow } from "../model/context.js";
import { failGeneration, saveStep as saveStepIn, startGeneration } from "../model/generation.js";
import { mustGetPrompt } from "../model/saveMessages.js";
import { stopTurn } from "../model/stopTurn.js";
import { mustGetThread, parseThreadId } from "../model/threads.js";
import { vDelta } from "./streams.js";

const vWindow = v.object({ recentMessages: v.number(), excludeToolMessages: v.boolean() });

/** What `start` would read for a prompt, without starting anything. `order` is the turn that an answer would join. */
export const window = query({
  args: { threadId: v.string(), promptMessageId: v.optional(v.string()), window: vWindow },
  returns: v.object({ order: v.number(), recent: v.array(vMessageDoc), turn: v.array(vMessageDoc) }),
  handler: async (ctx, { threadId, promptMessageId, window: options }) => {
    const id = parseThreadId(ctx, threadId);
    const prompt = promptMessageId === undefined ? null : await mustGetPrompt(ctx, { threadId: id, promptMessageId });
    const { recent, turn, newest } = await readWindow(ctx, { threadId: id, prompt, options });
    return { order: prompt?.order ?? (newest === null ? 0 : newest.order + 1), recent, turn };
  },
});

/** Begins a generation: reads the context, saves the input, opens the stream. Stopped: it should end, nothing was done. */
export const start = mutation({
  args: {
    threadId: v.string(),
    userId: v.optional(v.string()),
    agentName: v.optional(v.string()),
    promptMessageId: v.optional(v.string()),
    messages: v.array(vMessageWithMetadata),
    window: vWindow,
    stream: v.optional(
      v.object({
        format: v.optional(vStreamFormat),
        model: v.optional(v.string()),
        provider: v.optional(v.string()),
        providerOptions: v.optional(vProviderOptions),
        savesOutput: v.optional(v.boolean()),
      }),
    ),
  },
  returns: v.object({
    order: v.number(),
    stepOrder: v.number(),
    userId: v.optional(v.string()),
    promptMessageId: v.optional(v.string()),
    recent: vPackedMessages,
    turn: vPackedMessages,
    saved: v.array(vMessageDoc),
    streamId: v.optional(v.string()),
    isStopped: v.optional(v.literal(true)),
  }),
  handler: async (ctx, { threadId, userId, agentName, promptMessageId, messages, window, stream }) => {
    const thread = await mustGetThread(ctx, threadId);
    const { savesOutput, ...fields } = stream ?? {};
    const newStream = stream === undefined ? undefined : savesOutput === false ? { ...fields, savesOutput } : fields;
    const { recent, turn, ...started } = await startGeneration(ctx, { thread, userId, agentName, promptMessageId, messages, window, stream: newStream, nowMs: Date.now() });
    return { ...started, recent: packMessages(recent), turn: packMessages(turn) };
  },
});

/** Saves a step of a generation; with `stream.finish` the last one. Not open: it was stopped, or its thread is gone. */
export const saveStep = mutation({
  args: {
    threadId: v.string(),
    userId: v.optional(v.string()),
    agentName: v.optional(v.string()),
    promptMessageId: v.optional(v.string()),
    order: v.number(),
    stepOrder: v.number(),
    messages: v.array(vMessageWithMetadata),
    vectors: v.optional(
      v.object({
        model: v.string(),
        messages: v.array(v.union(vVector, v.null())),
        earlier: v.array(v.object({ messageId: v.string(), vector: vVector })),
      }),
    ),
    stream: v.optional(v.object({ streamId: v.string(), delta: v.optional(vDelta), finish: v.boolean() })),
  },
  returns: v.object({ isOpen: v.boolean(), messages: v.array(vMessageDoc) }),
  handler: async (ctx, { threadId, stream, ...step }) => {
    const thread = await ctx.db.get(parseThreadId(ctx, threadId));
    if (thread === null) return { isOpen: false, messages: [] };
    const withDelta = stream === undefined ? undefined : { ...stream, delta: stream.delta };
    return await saveStepIn(ctx, { userId: undefined, agentName: undefined, promptMessageId: undefined, ...step, thread, stream: withDelta, nowMs: Date.now() });
  },
});

/**
 * Ends a generation early, keeping what was shown: `messages`, or with a stream its log. Then `messages` are those of
 * results of tools, which take the place of what the log shows of them, also after somebody else has ended the stream.
 */
export const fail = mutation({
  args: {
    threadId: v.string(),
    userId: v.optional(v.string()),
    agentName: v.optional(v.string()),
    order: v.number(),
    stepOrder: v.number(),
    error: v.string(),
    messages: v.optional(v.array(vMessageWithMetadata)),
    // Of the call that failed: goes to the last message that says so.
    rawCall: v.optional(vRawCall),
    stream: v.optional(v.object({ streamId: v.string(), delta: v.optional(vDelta) })),
  },
  returns: v.object({ ended: v.boolean(), messages: v.array(vMessageDoc) }),
  handler: async (ctx, { threadId, stream, messages = [], ...rest }) => {
    const thread = await ctx.db.get(parseThreadId(ctx, threadId));
    // It went with all that belonged to it.
    if (thread === null) return { ended: false, messages: [] };
    const withDelta = stream === undefined ? undefined : { streamId: stream.streamId, delta: stream.delta };
    return await failGeneration(ctx, { userId: undefined, agentName: undefined, ...rest, messages, thread, stream: withDelta, nowMs: Date.now() });
  },
});

/** Stops what answers a turn, or is about to. False: the turn has its answer, or is not there. */
export const stop = mutation({
  args: { threadId: v.string(), order: v.number(), reason: v.string() },
  returns: v.boolean(),
  handler: async (ctx, { threadId, order, reason }) => await stopTurn(ctx, { threadId: parseThreadId(ctx, threadId), order, reason, nowMs: Date.now() }),
});
