/** The notebook that the tool `addNote` writes into, and the page shows. */
import { v } from "convex/values";
import { z } from "zod";
import { internalMutation, mutation, query } from "../_generated/server";
import { requireViewer } from "../access";
import { notFound } from "../errors";
import { parseInput } from "../input";
import { topicUserId } from "../topicThreads";

export const MAX_NOTE_CHARS = 500;
/** A notebook is a page: as many notes as one looks through. */
const MAX_NOTES = 50;

const noteSchema = z.string().trim().min(1, "A note needs some text.").max(MAX_NOTE_CHARS, `A note has at most ${MAX_NOTE_CHARS} characters.`);

/** Called by the tool; its text comes from a model and is checked like a person's. */
export const insert = internalMutation({
  args: { userId: v.string(), text: v.string(), toolCallId: v.string() },
  returns: v.object({ text: v.string(), count: v.number() }),
  handler: async (ctx, { userId, text: given, toolCallId }) => {
    const text = parseInput(noteSchema, given, "text");
    const known = await ctx.db.query("notes").withIndex("by_call", (q) => q.eq("userId", userId).eq("toolCallId", toolCallId)).first();
    if (known === null) await ctx.db.insert("notes", { userId, text, toolCallId });
    const notes = await ctx.db.query("notes").withIndex("by_user", (q) => q.eq("userId", userId)).take(MAX_NOTES + 1);
    const [oldest] = notes;
    if (notes.length > MAX_NOTES && oldest !== undefined) await ctx.db.delete(oldest._id);
    return { text, count: Math.min(notes.length, MAX_NOTES) };
  },
});

/** The viewer's own notes, newest first. */
export const list = query({
  args: { viewerKey: v.string() },
  returns: v.array(v.object({ noteId: v.id("notes"), text: v.string() })),
  handler: async (ctx, { viewerKey }) => {
    const { userId } = await requireViewer(viewerKey);
    const notes = await ctx.db.query("notes").withIndex("by_user", (q) => q.eq("userId", topicUserId("tools", userId))).order("desc").take(MAX_NOTES);
    return notes.map(({ _id, text }) => ({ noteId: _id, text }));
  },
});

/** Tears a note out. Somebody else's is answered like one that does not exist. */
export const remove = mutation({
  args: { viewerKey: v.string(), noteId: v.id("notes") },
  returns: v.null(),
  handler: async (ctx, { viewerKey, noteId }) => {
    const { userId } = await requireViewer(viewerKey);
    const note = await ctx.db.get(noteId);
    if (note === null || note.userId !== topicUserId("tools", userId)) throw notFound("This note is no longer there.");
    await ctx.db.delete(noteId);
    return null;
  },
});
