import type { UIMessageChunk } from "ai";
import type { StreamingOptions } from "../agentOptions.js";

/** The leading part of a text that may go, or nothing. */
type Split = (buffer: string) => string | null | undefined;

type SpokenDelta = Extract<UIMessageChunk, { type: "text-delta" | "reasoning-delta" }>;

/**
 * Holds text back until a unit (word, line, match of a pattern) is complete, and lets everything else through.
 * Whatever is held leaves before the next chunk of another kind or part, so the order never changes.
 */
export class TextChunker {
  readonly #split: Split | undefined;
  #held: SpokenDelta | undefined;

  constructor(chunking: StreamingOptions["chunking"]) {
    this.#split = chunking === undefined ? undefined : splitter(chunking);
  }

  /** The chunks that may go now that `chunk` has come. */
  push(chunk: UIMessageChunk): UIMessageChunk[] {
    // Nothing is ever held: most streams, for each of their deltas.
    if (!this.#split) return [chunk];
    if (chunk.type !== "text-delta" && chunk.type !== "reasoning-delta") return [...this.rest(), chunk];
    const before = this.#held;
    const continues = before?.type === chunk.type && before.id === chunk.id && !chunk.providerMetadata;
    const released = continues ? [] : this.rest();
    const whole: SpokenDelta = continues ? { ...before, delta: before.delta + chunk.delta } : chunk;
    const ready = this.#leadingUnits(whole.delta);
    this.#held = ready.length === whole.delta.length ? undefined : { ...whole, delta: whole.delta.slice(ready.length) };
    return ready.length > 0 ? [...released, { ...whole, delta: ready }] : released;
  }

  /** What is held back; nothing is afterwards. */
  rest(): UIMessageChunk[] {
    const held = this.#held;
    this.#held = undefined;
    return held ? [held] : [];
  }

  #leadingUnits(text: string): string {
    let length = 0;
    for (;;) {
      const unit = this.#split?.(text.slice(length));
      if (!unit) return text.slice(0, length);
      if (!text.startsWith(unit, length)) {
        throw new Error(`chunking must return a leading part of the text it is given, not ${JSON.stringify(unit)}`);
      }
      length += unit.length;
    }
  }
}

function splitter(chunking: NonNullable<StreamingOptions["chunking"]>): Split {
  if (typeof chunking === "function") return chunking;
  const pattern = chunking === "word" ? /\S+\s+/u : chunking === "line" ? /\n+/u : chunking;
  // A pattern with the g flag would go on from its last match.
  const once = new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/gu, ""));
  return (buffer) => {
    const match = once.exec(buffer);
    return match ? buffer.slice(0, match.index + match[0].length) : undefined;
  };
}
