/** What the page does with documents: add a text, read it, delete it. */
import { v } from "convex/values";
import { z } from "zod";
import type { EntryId } from "@convex-dev/rag";
import { internal } from "../_generated/api";
import type { Doc, Id } from "../_generated/dataModel";
import { internalAction, internalMutation, internalQuery, mutation, query, type QueryCtx } from "../_generated/server";
import { requireViewer } from "../access";
import { invalidInput, notFound } from "../errors";
import { parseInput } from "../input";
import { passagesOf } from "./passages";
import { rag } from "./rag";
import { vDocumentState } from "./tables";

const MAX_TITLE_CHARS = 80;
const MAX_TEXT_CHARS = 20_000;
/** A list that one looks through; each text is read when the list changes. */
const MAX_DOCUMENTS = 20;

const titleSchema = z.string().trim().min(1, "Give the document a title.").max(MAX_TITLE_CHARS, `A title has at most ${MAX_TITLE_CHARS} characters.`);
const textSchema = z.string().trim().min(1, "Paste the text of the document.")
  .max(MAX_TEXT_CHARS, `A document has at most ${MAX_TEXT_CHARS.toLocaleString("en")} characters. Add it in parts.`);

/** Takes a text. It is cut into pieces and embedded in the background; the page sees when it is ready. */
export const add = mutation({
  args: { viewerKey: v.string(), title: v.string(), text: v.string() },
  returns: v.object({ documentId: v.id("documents") }),
  handler: async (ctx, { viewerKey, ...typed }): Promise<{ documentId: Id<"documents"> }> => {
    const { userId: ownerId } = await requireViewer(viewerKey);
    const title = parseInput(titleSchema, typed.title, "title");
    const text = parseInput(textSchema, typed.text, "text");
    const known = await ctx.db.query("documents").withIndex("by_owner", (q) => q.eq("ownerId", ownerId)).take(MAX_DOCUMENTS);
    if (known.some((document) => document.title === title)) throw invalidInput("title", "You have a document with this title. Choose another, or delete that one first.");
    if (known.length === MAX_DOCUMENTS) throw invalidInput("text", `There is room for ${MAX_DOCUMENTS} documents. Delete one first.`);
    const documentId = await ctx.db.insert("documents", { ownerId, title, text, state: { kind: "adding" } });
    await ctx.scheduler.runAfter(0, internal.rag.documents.embed, { documentId });
    return { documentId };
  },
});

/** The viewer's documents, newest first. */
export const list = query({
  args: { viewerKey: v.string() },
  returns: v.array(v.object({ documentId: v.id("documents"), title: v.string(), chars: v.number(), state: vDocumentState })),
  handler: async (ctx, { viewerKey }) => {
    const { userId } = await requireViewer(viewerKey);
    const documents = await ctx.db.query("documents").withIndex("by_owner", (q) => q.eq("ownerId", userId)).order("desc").take(MAX_DOCUMENTS);
    return documents.map(({ _id, title, text, state }) => ({ documentId: _id, title, chars: text.length, state }));
  },
});

// #region remove
/** Deletes a document; its pieces and vectors go in the background. */
export const remove = mutation({
  args: { viewerKey: v.string(), documentId: v.id("documents") },
  returns: v.null(),
  handler: async (ctx, { viewerKey, documentId }) => {
    const { userId } = await requireViewer(viewerKey);
    const document = await mustFind(ctx, documentId, userId);
    if (document.state.kind === "ready") await rag.deleteAsync(ctx, { entryId: entryIdOf(document.state.entryId) });
    await ctx.db.delete(documentId);
    return null;
  },
});
// #endregion

/** Somebody else's is answered like one that does not exist. */
async function mustFind(ctx: Pick<QueryCtx, "db">, documentId: Id<"documents">, ownerId: string): Promise<Doc<"documents">> {
  const document = await ctx.db.get(documentId);
  if (document === null || document.ownerId !== ownerId) throw notFound("This document is no longer there.");
  return document;
}

function entryIdOf(stored: string): EntryId {
  // Stored by `settle` as the component has given it; the brand is a matter of types alone.
  return stored as EntryId;
}

// #region embed
/** Has the component cut and embed a text. The document's id is the key: embedding it twice leaves it there once. */
export const embed = internalAction({
  args: { documentId: v.id("documents") },
  returns: v.null(),
  handler: async (ctx, { documentId }) => {
    const document = await ctx.runQuery(internal.rag.documents.read, { documentId });
    if (document === null) return null;
    const { ownerId, title, text } = document;
    try {
      const { entryId } = await rag.add(ctx, { namespace: ownerId, key: documentId, title, chunks: passagesOf(text) });
      await ctx.runMutation(internal.rag.documents.settle, { documentId, state: { kind: "ready", entryId } });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      await ctx.runMutation(internal.rag.documents.settle, { documentId, state: { kind: "failed", reason } });
      throw error;
    }
    return null;
  },
});
// #endregion

export const read = internalQuery({
  args: { documentId: v.id("documents") },
  returns: v.union(v.null(), v.object({ ownerId: v.string(), title: v.string(), text: v.string() })),
  handler: async (ctx, { documentId }) => {
    const document = await ctx.db.get(documentId);
    return document === null ? null : { ownerId: document.ownerId, title: document.title, text: document.text };
  },
});

/** Says how adding went. A document that was deleted meanwhile is deleted from the component, too. */
export const settle = internalMutation({
  args: { documentId: v.id("documents"), state: vDocumentState },
  returns: v.null(),
  handler: async (ctx, { documentId, state }) => {
    if (await ctx.db.get(documentId) !== null) await ctx.db.patch(documentId, { state });
    else if (state.kind === "ready") await rag.deleteAsync(ctx, { entryId: entryIdOf(state.entryId) });
    return null;
  },
});
