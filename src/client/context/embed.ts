import { embedMany as sdkEmbedMany, type EmbeddingModel, type ModelMessage } from "ai";
import type { Message } from "../../shared/validators/message.js";
import type { MessageDoc } from "../../shared/validators/messageDoc.js";
import { wellFormed } from "../../shared/convexJson.js";
import { packVector } from "../../shared/vectors.js";
import type { Config, GenerationScope } from "../agentOptions.js";
import { modelNames } from "../aiSdk/models.js";
import { embeddingUsage } from "../aiSdk/usage.js";
import { apiOf, type ActionCtx, type InstalledComponent } from "../ctx.js";
import { embeddedText } from "./embedText.js";

/** For whom, with which model and handlers texts are embedded. */
export type EmbedOptions = Partial<GenerationScope> &
  Pick<Config, "embeddingModel" | "textEmbeddingModel" | "usageHandler" | "callSettings">;

/** Vectors of messages, null for messages without text. */
export type MessageEmbeddings = { model: string; dimension: number; vectors: Array<number[] | null> };

/** Embeds texts and tells the usage handler. The vectors come in the order of the texts. */
export async function embedMany(
  ctx: ActionCtx,
  { values, abortSignal, ...options }: EmbedOptions & { values: string[]; abortSignal?: AbortSignal; headers?: Record<string, string> },
): Promise<{ embeddings: number[][] }> {
  const model = mustHaveEmbeddingModel(options);
  const { maxRetries, headers = {} } = options.callSettings ?? {};
  const sentHeaders = Object.fromEntries(Object.entries({ ...headers, ...options.headers }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  const { embeddings, usage } = await sdkEmbedMany({ model, values: values.map(wellFormed), abortSignal, maxRetries, headers: sentHeaders });
  const { userId, threadId, agentName } = options;
  await options.usageHandler?.(ctx, {
    userId,
    threadId,
    agentName,
    ...modelNames(model),
    usage: embeddingUsage(usage.tokens),
    providerMetadata: undefined,
  });
  return { embeddings };
}

/**
 * Embeds the text of messages, in one call. Saves nothing. Instructions, tool calls and messages without text get no
 * vector.
 *
 * @returns undefined when there is no embedding model or no text.
 * @example
 * const embeddings = await embedMessages(ctx, { userId, threadId, embeddingModel }, [{ role: "user", content: "What is love?" }]);
 */
export async function embedMessages(
  ctx: ActionCtx,
  options: EmbedOptions,
  messages: ReadonlyArray<ModelMessage | Message>,
): Promise<MessageEmbeddings | undefined> {
  const model = options.embeddingModel ?? options.textEmbeddingModel;
  const texts = messages.map(embeddedText);
  const values = texts.filter((text) => text !== "");
  if (model === undefined || values.length === 0) return undefined;
  const { embeddings } = await embedMany(ctx, { ...options, values });
  const found = embeddings.values();
  const vectors = texts.map((text) => (text === "" ? null : (found.next().value ?? null)));
  return { model: modelNames(model).model, dimension: embeddings[0]?.length ?? 0, vectors };
}

/** A mutation of so many vectors stays well below what one may be given. */
const MAX_VECTORS_PER_CALL = 200;

/**
 * Embeds saved messages and saves their vectors. Messages that have a vector, and those without text, are left as they
 * are.
 *
 * @returns the new vectors, null for messages that got none; undefined when none got one.
 */
export async function generateAndSaveEmbeddings(
  ctx: ActionCtx,
  component: InstalledComponent,
  options: EmbedOptions,
  messages: readonly MessageDoc[],
): Promise<MessageEmbeddings | undefined> {
  mustHaveEmbeddingModel(options);
  const wanted = messages.map(({ message, embeddingId }) => (message === undefined || embeddingId !== undefined ? NOTHING : message));
  const made = await embedMessages(ctx, options, wanted);
  if (made === undefined) return undefined;
  const { model, dimension } = made;
  const vectors = made.vectors.flatMap((vector, index) => {
    const messageId = messages[index]?._id;
    return vector === null || messageId === undefined ? [] : [{ model, table: "messages", vector: packVector(vector), messageId }];
  });
  for (let start = 0; start < vectors.length; start += MAX_VECTORS_PER_CALL) {
    await ctx.runMutation(apiOf(component).vector.index.insertBatch, { vectorDimension: dimension, vectors: vectors.slice(start, start + MAX_VECTORS_PER_CALL) });
  }
  return made;
}

/** Stands in for a message that is not to be embedded. */
const NOTHING: Message = { role: "system", content: "" };

function mustHaveEmbeddingModel({ embeddingModel, textEmbeddingModel, agentName }: EmbedOptions): EmbeddingModel {
  const model = embeddingModel ?? textEmbeddingModel;
  if (model !== undefined) return model;
  throw new Error(`${agentName ? `The agent "${agentName}"` : "This call"} has no embedding model: set \`embeddingModel\``);
}
