import { getFile, saveMessage } from "convex-agent/queries";
import { v } from "convex/values";
import { z } from "zod";
import { components, internal } from "../_generated/api";
import { mutation, type MutationCtx } from "../_generated/server";
import { requireThreadAccess, requireViewer } from "../access";
import { notFound } from "../errors";
import { parseInput } from "../input";
import { promptSchema } from "../promptInput";
import { createTopicThread, nameThread, topicUserId } from "../topicThreads";
import { reopenTurn } from "../topicTurns";
import { MAX_FILES } from "./kinds";

const fileIdsSchema = z.array(z.string().max(64)).max(MAX_FILES, `At most ${MAX_FILES} files go into one message. Take some out and send again.`);

/** Saves a question with the files it is about, and schedules the answer. */
export const send = mutation({
  args: { viewerKey: v.string(), threadId: v.optional(v.string()), prompt: v.string(), fileIds: v.array(v.string()) },
  returns: v.object({ threadId: v.string() }),
  handler: async (ctx, { viewerKey, threadId: given, prompt, fileIds: chosen }): Promise<{ threadId: string }> => {
    const { userId: viewerId } = given === undefined
      ? await requireViewer(viewerKey)
      : await requireThreadAccess(ctx, { viewerKey, threadId: given, permission: "write" });
    const text = parseInput(promptSchema, prompt, "prompt");
    const fileIds = parseInput(fileIdsSchema, chosen, "files");
    const parts = await Promise.all(fileIds.map((fileId) => ownFilePart(ctx, { fileId, ownerId: viewerId })));
    const threadId = given ?? await createTopicThread(ctx, { topic: "files", userId: viewerId });
    const userId = topicUserId("files", viewerId);
    const { messageId, message } = await saveMessage(ctx, components.agent, {
      threadId,
      userId,
      message: { role: "user", content: [...parts, { type: "text", text }] },
      // Keeps the files as long as the message.
      metadata: { fileIds },
    });
    if (message.order === 0) await nameThread(ctx, { threadId, prompt: text });
    await ctx.scheduler.runAfter(0, internal.files.reply.reply, { threadId, promptMessageId: messageId, userId });
    return { threadId };
  },
});

export const retry = mutation({
  args: { viewerKey: v.string(), threadId: v.string(), order: v.number(), promptMessageId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await reopenTurn(ctx, { topic: "files", ...args }, ({ threadId, promptMessageId, userId }) =>
      ctx.scheduler.runAfter(0, internal.files.reply.reply, { threadId, promptMessageId, userId }));
    return null;
  },
});

/** How a message shows a file, a picture like any other: so it keeps its name. Only one's own; an id alone opens nothing. */
async function ownFilePart(ctx: MutationCtx, { fileId, ownerId }: { fileId: string; ownerId: string }) {
  const upload = await ctx.db.query("uploads").withIndex("by_file", (q) => q.eq("fileId", fileId).eq("ownerId", ownerId)).unique();
  if (upload === null) throw notFound("A file of this message is no longer there. Take it out, choose it again, and send.");
  return (await getFile(ctx, components.agent, fileId)).filePart;
}
