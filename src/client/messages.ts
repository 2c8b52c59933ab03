import type { ModelMessage } from "ai";
import { toConvexRecord } from "../shared/convexJson.js";
import { invariant } from "../shared/errors.js";
import type { Message, MessageStatus } from "../shared/validators/message.js";
import type { MessageDoc, MessageWithMetadata } from "../shared/validators/messageDoc.js";
import { packVector } from "../shared/vectors.js";
import { serializeMessage } from "./aiSdk/messages.js";
import type { RawCall } from "../shared/validators/rawCall.js";
import { apiOf, isActionCtx, type ActionCtx, type AgentComponent, type InstalledComponent, type MutationCtx, type QueryCtx } from "./ctx.js";
import { storeLargeData } from "./files/largeData.js";

/** How a saved message came to be. */
export type MessageMetadata = Omit<MessageWithMetadata, "message">;

type SaveBasics = {
  threadId: string;
  /** Default: the thread's user. */
  userId?: string | null;
  /** The message these answer: they join its turn. Without it they begin the thread's next turn. */
  promptMessageId?: string;
};

/** What {@link saveMessages} takes. */
export type SaveMessagesArgs = SaveBasics & {
  messages: Array<ModelMessage | Message>;
  /** One entry for each message, in the same order. */
  metadata?: MessageMetadata[];
  /** Vectors of the messages, for vector search; null for those without. */
  embeddings?: { model: string; vectors: Array<number[] | null> };
};

/** What {@link saveMessage} takes: a `prompt` (text said by the user) or a whole `message`. */
export type SaveMessageArgs = SaveBasics & {
  /** What is known of the message. The form of `saveMessages`, a list of one, is taken too. */
  metadata?: MessageMetadata | [MessageMetadata];
  /** The vector of the message, for vector search. */
  embedding?: { model: string; vector: number[] };
} & ({ prompt: string; message?: undefined } | { prompt?: undefined; message: ModelMessage | Message });

type Author = {
  /** Who said it, when not a user: an agent, or a person acting as one. */
  agentName?: string;
};

/**
 * Saves messages to a thread, in one mutation. Returns them as saved. From an action, data of more than 64 KiB (images,
 * files) goes to the file storage, and the messages keep it there.
 */
export async function saveMessages(
  ctx: MutationCtx,
  component: InstalledComponent,
  args: SaveMessagesArgs & Author,
): Promise<{ messages: MessageDoc[] }> {
  const { threadId, userId, promptMessageId, agentName, embeddings } = args;
  const messages = args.messages.map((message, index) => ({ ...storedMetadata(args.metadata?.[index]), message: serializeMessage(message) }));
  return ctx.runMutation(apiOf(component).messages.addMessages, {
    threadId,
    userId: userId ?? undefined,
    promptMessageId,
    agentName,
    // Only an action may write to the file storage. Elsewhere data stays in the message, up to what a row holds.
    messages: isActionCtx(ctx) ? await storeLargeData(ctx, apiOf(component), messages) : messages,
    embeddings: embeddings && { model: embeddings.model, vectors: embeddings.vectors.map((vector) => vector && packVector(vector)) },
  });
}

/** What is known of a message may hold JSON of a provider or of the app, with field names that Convex keeps for itself. */
function storedMetadata(metadata: MessageMetadata = {}): MessageMetadata {
  // The same fields; names within them are escaped.
  return toConvexRecord(metadata) as MessageMetadata;
}

/**
 * Saves one message to a thread, from a mutation or an action.
 *
 * @example
 * const { messageId } = await saveMessage(ctx, components.agent, { threadId, prompt: "Hello" });
 */
export async function saveMessage(
  ctx: MutationCtx,
  component: InstalledComponent,
  args: SaveMessageArgs & Author,
): Promise<{ messageId: string; message: MessageDoc }> {
  const { prompt, message, metadata, embedding, ...rest } = args;
  const { messages } = await saveMessages(ctx, component, {
    ...rest,
    messages: [message ?? { role: "user", content: prompt }],
    metadata: Array.isArray(metadata) ? metadata : metadata && [metadata],
    embeddings: embedding && { model: embedding.model, vectors: [embedding.vector] },
  });
  const saved = messages.at(-1);
  invariant(saved, "addMessages returns the message it was given");
  return { messageId: saved._id, message: saved };
}

/**
 * Replaces a saved message's content or state. From an action, data of more than 64 KiB goes to the file storage, as when
 * a message is saved. Files that only the old content showed are let go, unless `fileIds` says which ones to keep.
 */
export async function updateMessage(
  ctx: MutationCtx,
  component: InstalledComponent,
  args: {
    messageId: string;
    patch: {
      message?: ModelMessage | Message;
      status?: MessageStatus | "error";
      error?: string;
      fileIds?: string[];
    };
  },
): Promise<void> {
  const { message, status, ...rest } = args.patch;
  const content = message && { message: serializeMessage(message), fileIds: rest.fileIds };
  const stored = content && isActionCtx(ctx) ? await storeNewContent(ctx, apiOf(component), args.messageId, content) : content;
  await ctx.runMutation(apiOf(component).messages.updateMessage, {
    messageId: args.messageId,
    patch: {
      ...rest,
      ...stored,
      ...(status && { status: status === "error" ? "failed" : status }),
    },
  });
}

/** New content of a message that is there already, with those of its files that are still shown. */
async function storeNewContent(ctx: ActionCtx, component: AgentComponent, messageId: string, content: NewContent): Promise<NewContent> {
  const fileIds = [...(content.fileIds ?? [])];
  const shown = JSON.stringify(content.message);
  const [old] = content.fileIds ? [] : await ctx.runQuery(component.messages.getMessagesByIds, { messageIds: [messageId] });
  for (const fileId of old?.fileIds ?? []) {
    const file = await ctx.runQuery(component.files.get, { fileId });
    const url = file && (await ctx.storage.getUrl(file.storageId));
    if (url && shown.includes(url)) fileIds.push(fileId);
  }
  const [stored] = await storeLargeData(ctx, component, [{ ...content, fileIds }]);
  return { ...content, ...stored };
}

type NewContent = Pick<MessageWithMetadata, "message" | "fileIds">;

/** Deletes messages by their ids. */
export async function deleteMessages(
  ctx: MutationCtx,
  component: InstalledComponent,
  args: { messageIds: string[] },
): Promise<void> {
  await ctx.runMutation(apiOf(component).messages.deleteByIds, args);
}

/** A part of a thread: from `startOrder` (inclusive) to `endOrder` (exclusive), step orders likewise. */
export type MessageRange = {
  threadId: string;
  startOrder: number;
  startStepOrder?: number;
  endOrder: number;
  endStepOrder?: number;
};

/** Deletes a part of a thread. Where `isDone` is false, call again: a mutation deletes only so much. */
export async function deleteMessageRange(
  ctx: MutationCtx,
  component: InstalledComponent,
  range: MessageRange,
): Promise<{ isDone: boolean; lastOrder?: number; lastStepOrder?: number }> {
  return ctx.runMutation(apiOf(component).messages.deleteByOrder, range);
}

/**
 * The raw request and response of the model call that made a message, as an agent with `keepRawCalls` keeps them: JSON
 * texts, trimmed and without credentials. Null when nothing was kept. `rawCallId` of a message says whether something was.
 *
 * @example
 * const raw = await getRawCall(ctx, components.agent, { messageId });
 * console.log(raw && JSON.parse(raw.request));
 */
export async function getRawCall(ctx: QueryCtx, component: InstalledComponent, { messageId }: { messageId: string }): Promise<RawCall | null> {
  return ctx.runQuery(apiOf(component).messages.getRawCall, { messageId });
}
