import type { ModelMessage } from "ai";
import { actionGeneric, type GenericActionCtx, type GenericDataModel } from "convex/server";
import { v, type Infer } from "convex/values";
import { fail } from "../../shared/errors.js";
import { vMessage } from "../../shared/validators/message.js";
import type { Agent } from "../agent.js";
import type { ContextHandler } from "../agentOptions.js";
import { vCallSettings, vContextOptions, vStorageOptions } from "../functionArgs.js";
import { mustGetAgent, requireKeySlowly, type Playground } from "./access.js";
import { shownSteps, unsavedMessages, type PlaygroundAnswer } from "./answers.js";
import { contextBefore, promptContext, type PromptContext } from "./promptContext.js";

/** What can be changed for one answer. */
const overrides = {
  /** In place of the agent's instructions. */
  system: v.optional(v.string()),
  callSettings: v.optional(vCallSettings),
  contextOptions: v.optional(vContextOptions),
  storageOptions: v.optional(vStorageOptions),
  maxSteps: v.optional(v.number()),
  /** The names of the agent's tools that the model may call. Default: all. */
  activeTools: v.optional(v.array(v.string())),
  toolChoice: v.optional(v.union(v.literal("auto"), v.literal("none"), v.literal("required"))),
};
const vOverrides = v.object(overrides);
type Overrides = Infer<typeof vOverrides>;

const target = { apiKey: v.string(), agentName: v.string(), userId: v.optional(v.string()), threadId: v.string() };
const vSend = v.object({
  ...target,
  ...overrides,
  prompt: v.optional(v.string()),
  messages: v.optional(v.array(vMessage)),
  /** The saved message to answer or to go on from, such as the decision about a tool call. */
  promptMessageId: v.optional(v.string()),
});
const vRegenerate = v.object({ ...target, ...overrides, messageId: v.string(), save: v.optional(v.boolean()) });

type Ctx = GenericActionCtx<GenericDataModel>;
type Call = Overrides & {
  userId?: string | undefined;
  threadId: string;
  prompt?: string | ModelMessage[] | undefined;
  messages?: Infer<typeof vMessage>[] | undefined;
  promptMessageId?: string | undefined;
  contextHandler?: ContextHandler | undefined;
};

/** The functions that ask a model. A read-only key may look at a context, but not generate. */
export function generateFunctions(playground: Playground) {
  const send = (streams: boolean) =>
    actionGeneric({
      args: vSend,
      handler: async (ctx, { apiKey, agentName, ...call }): Promise<PlaygroundAnswer> => {
        await requireKeySlowly(playground, ctx, apiKey, "write");
        const agent = await mustGetAgent(playground, ctx, { agentName, userId: call.userId, threadId: call.threadId });
        return answer(playground, ctx, { agent, call, streams });
      },
    });
  return {
    /** True for a right key; a wrong one fails with `invalid_api_key`, and the later the more were tried. */
    checkApiKey: actionGeneric({
      args: { apiKey: v.string(), write: v.optional(v.boolean()) },
      handler: async (ctx, { apiKey, write = false }): Promise<boolean> => {
        await requireKeySlowly(playground, ctx, apiKey, write ? "write" : "read");
        return true;
      },
    }),
    /** Sends a message to a thread as any agent, with options changed. Nothing is saved with `saveMessages: "none"`. */
    generateText: send(false),
    /** As `generateText`, and who follows the thread's streams sees it speak. Returns when all is said. */
    streamText: send(true),
    /** What a model would be shown for a message, for a prompt or for what follows a thread, in order, and why. */
    fetchPromptContext: actionGeneric({
      args: {
        apiKey: v.string(),
        agentName: v.string(),
        userId: v.optional(v.string()),
        threadId: v.optional(v.string()),
        prompt: v.optional(v.string()),
        searchText: v.optional(v.string()),
        targetMessageId: v.optional(v.string()),
        messages: v.optional(v.array(vMessage)),
        system: v.optional(v.string()),
        contextOptions: v.optional(vContextOptions),
      },
      handler: async (ctx, { apiKey, agentName, system, ...args }): Promise<PromptContext> => {
        await requireKeySlowly(playground, ctx, apiKey, "read");
        const agent = await mustGetAgent(playground, ctx, { agentName, userId: args.userId, threadId: args.threadId });
        return promptContext(ctx, { ...args, agent, instructions: system });
      },
    }),
    /**
     * Answers the prompt of a message's turn again, with what came before that prompt as the context. Default: saves
     * nothing, so that the answer can be set beside the first. `save` saves the prompt and the answer as a new turn.
     */
    regenerate: actionGeneric({
      args: vRegenerate,
      handler: async (ctx, { apiKey, agentName, messageId, save = false, ...call }): Promise<PlaygroundAnswer> => {
        await requireKeySlowly(playground, ctx, apiKey, "write");
        const { userId, threadId } = call;
        const agent = await mustGetAgent(playground, ctx, { agentName, userId, threadId });
        const promptMessageId = await promptOf(playground, ctx, { threadId, messageId });
        const context = await contextBefore(ctx, { agent, userId, threadId, targetMessageId: promptMessageId, contextOptions: call.contextOptions });
        const prompt = context.slice(-1);
        // What the model is shown was chosen above, as of then; the thread's later messages play no part.
        const contextHandler: ContextHandler = () => context;
        const contextOptions = { recentMessages: 0 };
        const storageOptions = { saveMessages: save ? ("promptAndOutput" as const) : ("none" as const) };
        return answer(playground, ctx, { agent, call: { ...call, prompt, contextHandler, contextOptions, storageOptions }, streams: save });
      },
    }),
  };
}

async function answer({ timers }: Playground, ctx: Ctx, { agent, call, streams }: { agent: Agent; call: Call; streams: boolean }): Promise<PlaygroundAnswer> {
  const { userId, threadId, system, callSettings, contextOptions, storageOptions, contextHandler, ...given } = call;
  const startMs = timers.now();
  const args = { ...callSettings, ...given, ...(system !== undefined && { instructions: system }) };
  const options = { ...(contextOptions && { contextOptions }), ...(storageOptions && { storageOptions }), ...(contextHandler && { contextHandler }) };
  const result = streams
    ? await agent.streamText(ctx, { threadId, userId }, args, { ...options, saveStreamDeltas: true })
    : await agent.generateText(ctx, { threadId, userId }, args, options);
  const place = {
    ...(result.promptMessageId !== undefined && { promptMessageId: result.promptMessageId }),
    ...(result.order !== undefined && { order: result.order }),
  };
  const steps = await endOf(result.steps);
  // Somebody stopped it, as the playground offers: that is an end, and what was said is in the thread.
  if (steps === "stopped") return { text: "", finishReason: "other", isStopped: true, ...place, messages: result.savedMessages ?? [], unsaved: [], steps: [], durationMs: timers.now() - startMs };
  return {
    text: await result.text,
    finishReason: await result.finishReason,
    ...place,
    messages: result.savedMessages ?? [],
    unsaved: storageOptions?.saveMessages === "none" ? unsavedMessages(steps, startMs) : [],
    steps: shownSteps(steps),
    durationMs: timers.now() - startMs,
  };
}

/** What comes of it, or that it was stopped. */
async function endOf<T>(result: T | PromiseLike<T>): Promise<T | "stopped"> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") return "stopped";
    throw error;
  }
}

/** The message that began the turn of a message. */
async function promptOf({ component }: Playground, ctx: Ctx, { threadId, messageId }: { threadId: string; messageId: string }): Promise<string> {
  const { page } = await ctx.runQuery(component.messages.listMessagesByThreadId, {
    threadId,
    order: "desc",
    paginationOpts: { cursor: null, numItems: 1 },
    upToAndIncludingMessageId: messageId,
  });
  const order = page.find(({ _id }) => _id === messageId)?.order;
  const prompt = page.find((doc) => doc.order === order && doc.message?.role === "user");
  return prompt?._id ?? fail({ code: "message_not_found", messageId, message: `The turn of the message "${messageId}" has no prompt to answer again.` });
}
