import { embedMany as sdkEmbedMany, type EmbeddingModel, type ModelMessage } from "ai";
import { extractText } from "../../shared/extractText.js";
import type { Message } from "../../shared/validators/message.js";
import type { Config, GenerationScope } from "../agentOptions.js";
import { modelNames } from "../aiSdk/models.js";
import { embeddingUsage } from "../aiSdk/usage.js";
import type { ActionCtx } from "../ctx.js";

/** Longer texts are cut: models take some 8,000 tokens, and the beginning says what a message is about. */
const MAX_EMBEDDED_CHARS = 10_000;

/** For whom, with which model and handlers texts are embedded. */
export type EmbedOptions = Partial<GenerationScope> &
  Pick<Config, "embeddingModel" | "textEmbeddingModel" | "usageHandler" | "callSettings">;

/** Vectors of messages, null for messages without text. */
export type MessageEmbeddings = { model: string; dimension: number; vectors: Array<number[] | null> };

/** Embeds texts and tells the usage handler. The vectors come in the order of the texts. */
export async function embedMany(
  ctx: ActionCtx,
  { values, abortSignal, ...options }: EmbedOptions & { values: string[]; abortSignal?: AbortSignal },
): Promise<{ embeddings: number[][] }> {
  const model = mustHaveEmbeddingModel(options);
  const { maxRetries, headers = {} } = options.callSettings ?? {};
  const sentHeaders = Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  const { embeddings, usage } = await sdkEmbedMany({ model, values, abortSignal, maxRetries, headers: sentHeaders });
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
 * Embeds the text of messages, in one call. Saves nothing. Tool calls and messages without text get no vector.
 *
 * @returns undefined when there is no embedding model or no text.
 */
export async function embedMessages(
  ctx: ActionCtx,
  options: EmbedOptions,
  messages: ReadonlyArray<ModelMessage | Message>,
): Promise<MessageEmbeddings | undefined> {
  const model = options.embeddingModel ?? options.textEmbeddingModel;
  const texts = messages.map((message) => extractText(message)?.trim().slice(0, MAX_EMBEDDED_CHARS) ?? "");
  const values = texts.filter((text) => text !== "");
  if (model === undefined || values.length === 0) return undefined;
  const { embeddings } = await embedMany(ctx, { ...options, values });
  const found = embeddings.values();
  const vectors = texts.map((text) => (text === "" ? null : (found.next().value ?? null)));
  return { model: modelNames(model).model, dimension: embeddings[0]?.length ?? 0, vectors };
}

function mustHaveEmbeddingModel({ embeddingModel, textEmbeddingModel, agentName }: EmbedOptions): EmbeddingModel {
  const model = embeddingModel ?? textEmbeddingModel;
  if (model !== undefined) return model;
  throw new Error(`${agentName ? `The agent "${agentName}"` : "This call"} has no embedding model: set \`embeddingModel\``);
}
