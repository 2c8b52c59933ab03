import type { MessageDoc, MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import { MAX_DIMENSION, MIN_DIMENSION, packVector } from "../../shared/vectors.js";
import type { TextEmbedder } from "../context/embedder.js";
import { embeddedText } from "../context/embedText.js";
import { errorToString } from "../aiSdk/failures.js";

/** Vectors as the component saves them with a step. */
export type StepVectors = {
  model: string;
  /** Of the step's messages, in the same places. */
  messages: Array<ArrayBuffer | null>;
  /** Of messages that were saved before. */
  earlier: Array<{ messageId: string; vector: ArrayBuffer }>;
};

/**
 * The vectors of all that a turn has said: its last step's messages, and what was saved before without a vector, the
 * prompt included. One call of the model, for texts that the search has not embedded already.
 *
 * @returns undefined when there is nothing to embed, or when the model fails: an answer is not lost for its vector.
 */
export async function vectorsOf(
  embedder: TextEmbedder,
  { last, earlier }: { last: readonly MessageWithMetadata[]; earlier: readonly MessageDoc[] },
): Promise<StepVectors | undefined> {
  const before = earlier.flatMap((doc) => {
    const text = doc.embeddingId === undefined && doc.status === "success" ? embeddedText(doc.message) : "";
    return text === "" ? [] : [{ messageId: doc._id, text }];
  });
  const texts = last.map(({ message }) => embeddedText(message));
  const values = [...before.map(({ text }) => text), ...texts.filter((text) => text !== "")];
  if (values.length === 0) return undefined;
  try {
    const vectors = await embedder.embed(values);
    for (const { length } of vectors) {
      if (length < MIN_DIMENSION || length > MAX_DIMENSION) throw new Error(`a vector of ${length} numbers cannot be searched, only ${MIN_DIMENSION} to ${MAX_DIMENSION}`);
    }
    const made = vectors.map(packVector).values();
    const next = (): ArrayBuffer => made.next().value ?? packVector([]);
    return {
      model: embedder.model,
      earlier: before.map(({ messageId }) => ({ messageId, vector: next() })),
      messages: texts.map((text) => (text === "" ? null : next())),
    };
  } catch (error) {
    // The app's log is the one place left to tell: the answer is good, and a caller can embed it later.
    // oxlint-disable-next-line no-console
    console.warn(`The messages are saved without embeddings, which ${embedder.model} failed to make: ${errorToString(error)}`);
    return undefined;
  }
}
