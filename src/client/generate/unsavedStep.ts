import { emptyReduction, reduceChunks, type Reduction } from "../../shared/reduceChunks.js";
import { reductionToMessages } from "../../shared/reductionToMessages.js";
import type { MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import type { StoredChunk } from "../../shared/validators/stream.js";

/** What a generation without a stored stream has said since its last saved step, so that an early end keeps it. */
export class UnsavedStep {
  #reduction: Reduction = emptyReduction;

  add(chunks: readonly StoredChunk[]): void {
    this.#reduction = reduceChunks(this.#reduction, chunks);
  }

  clear(): void {
    this.#reduction = emptyReduction;
  }

  /** The messages to save, if anything was said. A call without a result gets `reason` as its result. */
  messages(reason: string): MessageWithMetadata[] {
    return reductionToMessages(this.#reduction, { reason, skipSteps: 0 }).map((message) => ({ message }));
  }
}
