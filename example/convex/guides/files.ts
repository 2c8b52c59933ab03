import { saveMessage, storeFile, vacuumFiles } from "convex-agent/queries";
import { v } from "convex/values";
import { components, internal } from "../_generated/api";
import { action, internalAction } from "../_generated/server";
import { authorizeThread } from "./access";

// #region upload
export const askAbout = action({
  args: { threadId: v.string(), bytes: v.bytes(), mediaType: v.string(), filename: v.string(), question: v.string() },
  returns: v.null(),
  handler: async (ctx, { threadId, bytes, mediaType, filename, question }) => {
    const { userId } = await authorizeThread(ctx, threadId);
    const blob = new Blob([bytes], { type: mediaType });
    const { file, filePart, imagePart } = await storeFile(ctx, components.agent, blob, { filename });
    const { messageId } = await saveMessage(ctx, components.agent, {
      threadId,
      userId,
      message: { role: "user", content: [imagePart ?? filePart, { type: "text", text: question }] },
      metadata: { fileIds: [file.fileId] },
    });
    await ctx.scheduler.runAfter(0, internal.guides.chat.reply, { threadId, promptMessageId: messageId });
    return null;
  },
});
// #endregion

// #region vacuum
/** For a cron: deletes what no message refers to any more. */
export const vacuum = internalAction({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    await vacuumFiles(ctx, components.agent);
    return null;
  },
});
// #endregion
