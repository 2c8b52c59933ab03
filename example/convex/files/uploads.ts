import { storeFile } from "convex-agent/queries";
import { v } from "convex/values";
import { z } from "zod";
import { components, internal } from "../_generated/api";
import { action, internalMutation } from "../_generated/server";
import { requireViewer } from "../access";
import { parseInput } from "../input";
import { fileProblem } from "./kinds";

const fileSchema = z.object({ name: z.string(), mediaType: z.string(), bytes: z.instanceof(ArrayBuffer) }).check((check) => {
  const { name, mediaType, bytes } = check.value;
  const problem = fileProblem({ name, mediaType, sizeBytes: bytes.byteLength }, new Uint8Array(bytes));
  if (problem !== null) check.issues.push({ code: "custom", message: problem, input: name });
});

/** Stores a file for a message that is still to be written. The same file is stored once, whoever brings it. */
export const upload = action({
  args: { viewerKey: v.string(), name: v.string(), mediaType: v.string(), bytes: v.bytes() },
  returns: v.object({ fileId: v.string() }),
  handler: async (ctx, { viewerKey, ...given }): Promise<{ fileId: string }> => {
    const { userId } = await requireViewer(viewerKey);
    const { name, mediaType, bytes } = parseInput(fileSchema, given, "file");
    const { file } = await storeFile(ctx, components.agent, new Blob([bytes], { type: mediaType }), { filename: name });
    await ctx.runMutation(internal.files.uploads.record, { ownerId: userId, fileId: file.fileId });
    return { fileId: file.fileId };
  },
});

/** Notes whose file it is. */
export const record = internalMutation({
  args: { ownerId: v.string(), fileId: v.string() },
  returns: v.null(),
  handler: async (ctx, { ownerId, fileId }) => {
    const known = await ctx.db.query("uploads").withIndex("by_file", (q) => q.eq("fileId", fileId).eq("ownerId", ownerId)).unique();
    if (known === null) await ctx.db.insert("uploads", { ownerId, fileId });
    return null;
  },
});
