import type { StreamingOptions } from "convex-agent";
import { v, type Infer } from "convex/values";
import { z } from "zod";

/** Where a text is cut for writing; `model` cuts nothing: the pieces are those of the model. */
export const chunkings = ["model", "word", "sentence", "line"] as const;
/** Longest distance of two writes that a person may choose, milliseconds. */
const MAX_THROTTLE_MS = 2_000;

/** How a reply is written into the database. */
export const vStreamSettings = v.object({
  chunking: v.union(v.literal("model"), v.literal("word"), v.literal("sentence"), v.literal("line")),
  throttleMs: v.number(),
});
export type StreamSettings = Infer<typeof vStreamSettings>;

export const settingsSchema = z.object({
  chunking: z.enum(chunkings),
  throttleMs: z.number().int("Whole milliseconds only.").min(0, "The time between two writes cannot be negative.")
    .max(MAX_THROTTLE_MS, `At most ${MAX_THROTTLE_MS.toLocaleString("en")} ms between two writes: a reader would take the reply for stuck.`),
});

const SENTENCE = /[^.!?…]*[.!?…]+["”’)*]*\s*/u;

/** The library's options for what a person chose. */
export function streamingOptions({ chunking, throttleMs }: StreamSettings): StreamingOptions {
  switch (chunking) {
    case "model": return { throttleMs };
    case "word": case "line": return { chunking, throttleMs };
    case "sentence": return { chunking: SENTENCE, throttleMs };
    default: return chunking satisfies never;
  }
}
