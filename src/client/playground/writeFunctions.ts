import { mutationGeneric } from "convex/server";
import { v } from "convex/values";
import { vMessageWithMetadata, type MessageDoc } from "../../shared/validators/messageDoc.js";
import { vThreadStatus, type ThreadDoc } from "../../shared/validators/thread.js";
import { approveToolCall, denyToolCall, type RecordedDecision } from "../approvals.js";
import { abortStream as abort } from "../streaming/syncStreams.js";
import { createThread as create, deleteThreadAsync, updateThreadMetadata } from "../threads.js";
import { keepAnswer } from "./answers.js";
import { requireKey, type Playground } from "./access.js";

const apiKey = v.string();
const decision = { apiKey, threadId: v.string(), approvalId: v.string(), reason: v.optional(v.string()) };

/** The functions that change something at once: a read-only key is refused with `read_only_api_key`. */
export function writeFunctions(playground: Playground) {
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
    /**
     * Saves an answer that `regenerate` or `generateText` made without saving (its `unsaved` messages), in place of what
     * the turn of the prompt said or as a new turn.
     */
    keepAnswer: mutationGeneric({
      args: {
        apiKey,
        threadId: v.string(),
        agentName: v.string(),
        promptMessageId: v.string(),
        messages: v.array(vMessageWithMetadata),
        place: v.union(v.literal("replace"), v.literal("newTurn")),
      },
      handler: async (ctx, { apiKey, ...kept }): Promise<MessageDoc[]> => {
        await requireKey(playground, ctx, apiKey, "write");
        return keepAnswer(ctx, component, kept);
      },
    }),
    /** Stops a generation that streams; what was said is kept. False: it had ended. */
    abortStream: mutationGeneric({
      args: { apiKey, streamId: v.string(), reason: v.optional(v.string()) },
      handler: async (ctx, { apiKey, streamId, reason = "Stopped in the playground" }): Promise<boolean> => {
        await requireKey(playground, ctx, apiKey, "write");
        return abort(ctx, component, { streamId, reason });
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
