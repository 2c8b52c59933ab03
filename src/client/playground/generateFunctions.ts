import { actionGeneric } from "convex/server";
import { v, type Infer } from "convex/values";
import { fail } from "../../shared/errors.js";
import { vMessage } from "../../shared/validators/message.js";
import type { ContextHandler } from "../agentOptions.js";
import { vContextOptions } from "../functionArgs.js";
import { mustGetAgent, requireKeySlowly, type Playground } from "./access.js";
import type { PlaygroundAnswer } from "./answers.js";
import { asideAnswer } from "./asideAnswer.js";
import { makeAnswer, overrides, type AnswerCtx } from "./makeAnswer.js";
import { contextBefore, promptContext, type PromptContext } from "./promptContext.js";

const target = { apiKey: v.string(), agentName: v.string(), userId: v.optional(v.string()), threadId: v.string() };
const vSend = v.object({
  ...target,
  ...overrides,
  prompt: v.optional(v.string()),
  messages: v.optional(v.array(vMessage)),
  /** The saved message to answer or to go on from, such as the decision about a tool call. */
  promptMessageId: v.optional(v.string()),
  /** Follow an answer that is not saved: see `listLive`. A whole number from 1 on that the caller uses once in the thread. */
  liveId: v.optional(v.number()),
});
const vRegenerate = v.object({
  ...target,
  ...overrides,
  messageId: v.string(),
  /** "message": only from this message on, with the steps before it as they were. Default: from its turn's prompt. */
  from: v.optional(v.union(v.literal("prompt"), v.literal("message"))),
  save: v.optional(v.boolean()),
  /** As for `streamText`; not with `save`, which streams in the thread. */
  liveId: v.optional(v.number()),
});
const vContextRequest = v.object({
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
});

/** The functions that ask a model. A read-only key may look at a context, but not generate. */
export function generateFunctions(playground: Playground) {
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
    generateText: actionGeneric({ args: vSend, handler: async (ctx, args): Promise<PlaygroundAnswer> => send(playground, ctx, { args, streams: false }) }),
    /**
     * As `generateText`, and who follows the thread's streams sees it speak. With `saveMessages: "none"` only who knows
     * its `liveId` does. Returns when all is said.
     */
    streamText: actionGeneric({ args: vSend, handler: async (ctx, args): Promise<PlaygroundAnswer> => send(playground, ctx, { args, streams: true }) }),
    /** What a model would be shown for a message, for a prompt or for what follows a thread, in order, and why. */
    fetchPromptContext: actionGeneric({
      args: vContextRequest,
      handler: async (ctx, { apiKey, agentName, system, ...args }): Promise<PromptContext> => {
        await requireKeySlowly(playground, ctx, apiKey, "read");
        const agent = await mustGetAgent(playground, ctx, { agentName, userId: args.userId, threadId: args.threadId });
        return promptContext(ctx, { ...args, agent, instructions: system });
      },
    }),
    /**
     * Answers the prompt of a message's turn again (or goes on from the message), with what came before as the context.
     * Default: saves nothing, so that the answer can be set beside the first; `liveId` lets its caller follow and stop
     * it. `save` saves the prompt and the answer as a new turn.
     */
    regenerate: actionGeneric({ args: vRegenerate, handler: async (ctx, args): Promise<PlaygroundAnswer> => answerAgain(playground, ctx, args) }),
  };
}

async function send(playground: Playground, ctx: AnswerCtx, { args, streams }: { args: Infer<typeof vSend>; streams: boolean }): Promise<PlaygroundAnswer> {
  const { apiKey, agentName, liveId, ...call } = args;
  await requireKeySlowly(playground, ctx, apiKey, "write");
  const agent = await mustGetAgent(playground, ctx, { agentName, userId: call.userId, threadId: call.threadId });
  if (call.storageOptions?.saveMessages !== "none") return makeAnswer(playground, ctx, { agent, call, streams });
  return liveId === undefined ? makeAnswer(playground, ctx, { agent, call, streams: false }) : asideAnswer(playground, ctx, { agent, call, liveId });
}

async function answerAgain(playground: Playground, ctx: AnswerCtx, args: Infer<typeof vRegenerate>): Promise<PlaygroundAnswer> {
  const { apiKey, agentName, messageId, from = "prompt", save = false, liveId, ...call } = args;
  await requireKeySlowly(playground, ctx, apiKey, "write");
  if (save && from === "message") return fail({ code: "invalid_argument", argument: "save", message: "An answer from a message on is saved with `keepAnswer`, once it is there." });
  const { userId, threadId } = call;
  const agent = await mustGetAgent(playground, ctx, { agentName, userId, threadId });
  const targetMessageId = from === "message" ? messageId : await promptOf(playground, ctx, { threadId, messageId });
  const context = await contextBefore(ctx, { agent, userId, threadId, targetMessageId, contextOptions: call.contextOptions });
  // What the model is shown was chosen above, as of then; the thread's later messages play no part.
  const contextHandler: ContextHandler = () => context;
  const again = { ...call, prompt: context.slice(-1), contextHandler, contextOptions: { recentMessages: 0 }, storageOptions: { saveMessages: save ? ("promptAndOutput" as const) : ("none" as const) } };
  if (!save && liveId !== undefined) return asideAnswer(playground, ctx, { agent, call: again, liveId });
  return makeAnswer(playground, ctx, { agent, call: again, streams: save });
}

/** The message that began the turn of a message. */
async function promptOf({ component }: Playground, ctx: AnswerCtx, { threadId, messageId }: { threadId: string; messageId: string }): Promise<string> {
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
