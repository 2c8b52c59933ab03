/**
 * Sizes of messages in the bench, in characters. Nobody's messages have one size; these are sizes at which the peer
 * reads and sends what it was measured to read and send when the goals were set, so that goals and figures are of the
 * same threads. A deployment's price grows with them for both sides alike.
 */
export const SIZES = {
  /** Threads whose whole context is read: a paragraph. */
  context: 360,
  /** Threads that are searched: their hundred newest messages are read beside what is found. */
  searched: 220,
  /** The twenty messages on a page that somebody looks at: a sentence or two. */
  viewed: 150,
  /** Messages of threads that are deleted. */
  deleted: 245,
  /** Questions and answers around a tool, and what the tool found. */
  withTools: { text: 310, found: 310 },
} as const;

const SENTENCE = "what people say to a model and what a model says to people, ";

/** Prose of exactly this many characters. */
export function filler(characters: number): string {
  return SENTENCE.repeat(Math.ceil(characters / SENTENCE.length)).slice(0, characters);
}
