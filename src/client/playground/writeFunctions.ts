import { mutationGeneric } from "convex/server";
import { v } from "convex/values";
import { fail } from "../../shared/errors.js";
import { vMessageWithMetadata, type MessageDoc } from "../../shared/validators/messageDoc.js";
import { vThreadStatus, type ThreadDoc } from "../../shared/validators/thread.js";
import { approveToolCall, denyToolCall, type RecordedDecision } from "../approvals.js";
import { abortStream as abort } from "../streaming/syncStreams.js";
import { createThread as create, deleteThreadAsync, updateThreadMetadata } from "../threads.js";
import { keepAnswer } from "./answers.js";
import { requireKey, type Playground } from "./access.js";
import { asideOrder, STOPPED } from "./asideOrder.js";

const apiKey = v.string();
const decision = { apiKey, threadId: v.string(), approvalId: v.string(), reason: v.optional(v.string()) };

/** The functions that change something at once: a read-only key is refused with `read_only_api_key`. */
export function writeFunctions(playground: Playground) {
  return { ...threadFunctions(playground), ...answerFunctions(playground) };
}

function threadFunctions(playground: Playground) {
  const { component } = playground;
  return {
    /** Creates a thread. */
    createThread: mutationGeneric({
      args: { apiKey, userId: v.optional(v.string()), title: v.optional(v.string()), summary: v.optional(v.string()), agentName: v.optional(v.string()) },
      handler: async (ctx, { apiKey, userId, title, summary }): Promise<{ threadId: string }> => {
        await requireKey(playground, ctx, apiKey, "write");
        return { threadId: await create(ctx, component, { userId: userId ?? null, ...(title !== undefined && { title }), ...(summary !== undefined && { summary }) }) };
      },
    }),
    /** Changes a thread's user, title, summary or status; what the patch leaves out stays. */
    updateThread: mutationGeneric({
      args: {
        apiKey,
        threadId: v.string(),
        patch: v.object({ userId: v.optional(v.string()), title: v.optional(v.string()), summary: v.optional(v.string()), status: v.optional(vThreadStatus) }),
      },
      handler: async (ctx, { apiKey, threadId, patch }): Promise<ThreadDoc> => {
        await requireKey(playground, ctx, apiKey, "write");
        return updateThreadMetadata(ctx, component, { threadId, patch });
      },
    }),
    /** Deletes a thread and all it holds, in the background. */
    deleteThread: mutationGeneric({
      args: { apiKey, threadId: v.string() },
      handler: async (ctx, { apiKey, threadId }): Promise<null> => {
        await requireKey(playground, ctx, apiKey, "write");
        await deleteThreadAsync(ctx, component, { threadId });
        return null;
      },
    }),
  };
}

function answerFunctions(playground: Playground) {
  const { component } = playground;
  return {
    /**
     * Saves an answer that `regenerate` or `generateText` made without saving (its `unsaved` messages), in place of what
     * the turn said after `promptMessageId` (the prompt, or the message before the step that was answered again) or as a
     * new turn; also one whose `prompt` was not saved either, as a new turn.
     */
    keepAnswer: mutationGeneric({
      args: {
        apiKey,
        threadId: v.string(),
        agentName: v.string(),
        promptMessageId: v.optional(v.string()),
        prompt: v.optional(v.string()),
        messages: v.array(vMessageWithMetadata),
        place: v.union(v.literal("replace"), v.literal("newTurn")),
      },
      handler: async (ctx, { apiKey, ...kept }): Promise<MessageDoc[]> => {
        await requireKey(playground, ctx, apiKey, "write");
        return keepAnswer(ctx, component, kept);
      },
    }),
    /**
     * Stops a generation that streams, and what was said is kept; or one that is not saved, by its `live`. False: it had
     * ended.
     */
    abortStream: mutationGeneric({
      args: { apiKey, reason: v.optional(v.string()), streamId: v.optional(v.string()), live: v.optional(v.object({ threadId: v.string(), liveId: v.number() })) },
      handler: async (ctx, { apiKey, streamId, live, reason = STOPPED }): Promise<boolean> => {
        await requireKey(playground, ctx, apiKey, "write");
        if (live !== undefined) return abort(ctx, component, { threadId: live.threadId, order: asideOrder(live.liveId), reason });
        if (streamId !== undefined) return abort(ctx, component, { streamId, reason });
        return fail({ code: "invalid_argument", argument: "streamId", message: "Which stream is to stop? Give its `streamId`, or the `live` of an answer that is not saved." });
      },
    }),
    /**
     * Approves a tool call that waits. When nothing of its step waits any more, continue: call `streamText` or
     * `generateText` with `messageId` as the `promptMessageId`.
     */
    approveToolCall: mutationGeneric({
      args: decision,
      handler: async (ctx, { apiKey, ...args }): Promise<RecordedDecision> => {
        await requireKey(playground, ctx, apiKey, "write");
        return approveToolCall(ctx, component, args);
      },
    }),
    /** Denies a tool call that waits; the model is told so, with the reason. Continue as after an approval. */
    denyToolCall: mutationGeneric({
      args: decision,
      handler: async (ctx, { apiKey, ...args }): Promise<RecordedDecision> => {
        await requireKey(playground, ctx, apiKey, "write");
        return denyToolCall(ctx, component, args);
      },
    }),
  };
}
