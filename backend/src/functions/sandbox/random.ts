import { createCipheriv, type Cipheriv } from "node:crypto";

const BLOCK_BYTES = 1024;
const NONE = Buffer.alloc(0);

/**
 * A stream of bytes that a 32-byte seed determines (the ChaCha20 key stream). Unpredictable to anyone who does not
 * know the seed, so ids and tokens made in a mutation are safe.
 */
export class SeededRandom {
  readonly #seed: () => Uint8Array;
  #cipher: Cipheriv | null = null;
  #block: Buffer = NONE;
  #offset = 0;

  /** `seed` is asked for at the first use only: most executions draw nothing. */
  constructor(seed: () => Uint8Array) {
    this.#seed = seed;
  }

  bytes(length: number): Buffer {
    const out = Buffer.allocUnsafe(length);
    for (let filled = 0; filled < length; ) {
      if (this.#offset === this.#block.length) this.#refill();
      const copied = this.#block.copy(out, filled, this.#offset);
      this.#offset += copied;
      filled += copied;
    }
    return out;
  }

  /** A float in [0, 1) with 53 random bits, like `Math.random()`. */
  float(): number {
    const bytes = this.bytes(8);
    return ((bytes.readUInt32LE(0) >>> 5) * 67_108_864 + (bytes.readUInt32LE(4) >>> 6)) / 9_007_199_254_740_992;
  }

  #refill(): void {
    // The 16 bytes are ChaCha20's block counter and nonce; a seed is used for one stream only.
    this.#cipher ??= createCipheriv("chacha20", this.#seed(), Buffer.alloc(16));
    this.#block = this.#cipher.update(Buffer.alloc(BLOCK_BYTES));
    this.#offset = 0;
  }
}
