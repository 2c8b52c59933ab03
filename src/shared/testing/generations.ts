import fc from "fast-check";
import type { StoredChunk } from "../validators/stream.js";
import type { Message } from "../validators/message.js";
import type { JsonRecord, JsonValue } from "../json.js";

/** A step of a generated run: its chunks as the AI SDK emits them, and the messages that are saved of it. */
export interface Step {
  chunks: StoredChunk[];
  messages: Message[];
}

interface Block {
  chunks: StoredChunk[];
  /** What the assistant's message holds of it. */
  said: JsonRecord[];
  /** What the message of the tools holds of it. */
  results: JsonRecord[];
}

const filled = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
const metadata = fc.option(fc.constant({ demo: { note: "kept" } }), { nil: undefined, freq: 4 });
// Field names that Convex refuses are escaped before they come here.
const scalar = fc.oneof(fc.string({ unit: "grapheme", maxLength: 12 }), fc.integer(), fc.boolean(), fc.constant(null));
const json: fc.Arbitrary<JsonValue> = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.dictionary(fc.constantFrom("x", "y", "long name"), scalar, { noNullPrototype: true }));

const defined = (fields: Record<string, unknown>): JsonRecord =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonRecord;

const chunk = (type: string, fields: Record<string, unknown> = {}): StoredChunk => ({ ...defined(fields), type });

/** Cuts a text into deltas. */
const pieces = (whole: fc.Arbitrary<string>) =>
  fc.tuple(whole, fc.integer({ min: 1, max: 7 })).map(([value, size]) => {
    const units = [...value];
    const cut: string[] = [];
    for (let start = 0; start < units.length; start += size) cut.push(units.slice(start, start + size).join(""));
    return { value, cut };
  });

const spoken = (kind: "text" | "reasoning", id: string): fc.Arbitrary<Block> =>
  fc.tuple(pieces(filled), metadata).map(([{ value, cut }, providerMetadata]) => ({
    chunks: [
      chunk(`${kind}-start`, { id, providerMetadata }),
      ...cut.map((delta) => chunk(`${kind}-delta`, { id, delta })),
      chunk(`${kind}-end`, { id, providerMetadata }),
    ],
    said: [defined({ type: kind, text: value, providerOptions: providerMetadata })],
    results: [],
  }));

const source = (id: string): fc.Arbitrary<Block> =>
  fc.boolean().map((isUrl) => ({
    chunks: [
      isUrl
        ? chunk("source-url", { sourceId: id, url: "https://example.com/", title: "A page" })
        : chunk("source-document", { sourceId: id, mediaType: "text/plain", title: "A file", filename: "a.txt" }),
    ],
    said: [
      isUrl
        ? { type: "source", sourceType: "url", id, url: "https://example.com/", title: "A page" }
        : { type: "source", sourceType: "document", id, mediaType: "text/plain", title: "A file", filename: "a.txt" },
    ],
    results: [],
  }));

const file = (): fc.Arbitrary<Block> =>
  fc.constantFrom("file", "reasoning-file").map((type) => ({
    chunks: [chunk(type, { url: "data:image/png;base64,AAAA", mediaType: "image/png" })],
    said: [{ type, data: "data:image/png;base64,AAAA", mediaType: "image/png" }],
    results: [],
  }));

/** Parts that are no model's: the app's data, and kinds that this version has never heard of. */
const opaque = (id: string): fc.Arbitrary<Block> =>
  fc.tuple(fc.constantFrom("data-progress", "hologram"), json).map(([type, data]) => ({
    chunks: [chunk(type, { id, data })],
    said: [{ type, id, data }],
    results: [],
  }));

const outcomes = ["output", "preliminary", "error", "input-error", "approved", "denied", "waits"] as const;

const toolCall = (toolCallId: string): fc.Arbitrary<Block> =>
  fc.record({ input: fc.dictionary(fc.constantFrom("a", "b", "city"), json, { noNullPrototype: true }), output: json, outcome: fc.constantFrom(...outcomes), streams: fc.boolean(), isDynamic: fc.boolean() })
    .chain(({ input, ...rest }) => pieces(fc.constant(JSON.stringify(input))).map(({ cut }) => ({ ...rest, input, cut })))
    .map(({ input, output, outcome, streams, isDynamic, cut }) => {
      const toolName = "weather";
      const dynamic = isDynamic ? { dynamic: true } : {};
      const streamed = [chunk("tool-input-start", { toolCallId, toolName, ...dynamic }), ...cut.map((inputTextDelta) => chunk("tool-input-delta", { toolCallId, inputTextDelta }))];
      const complete = outcome === "input-error" ? chunk("tool-input-error", { toolCallId, toolName, input, errorText: "bad", ...dynamic }) : chunk("tool-input-available", { toolCallId, toolName, input, ...dynamic });
      const approvalId = `approval-${toolCallId}`;
      const call = { type: "tool-call", toolCallId, toolName, input, ...dynamic };
      const result = (value: JsonRecord): JsonRecord => ({ type: "tool-result", toolCallId, toolName, output: value });
      const good = result({ type: "json", value: output });
      const asks = { type: "tool-approval-request", approvalId, toolCallId };
      const available = chunk("tool-output-available", { toolCallId, output });
      const request = chunk("tool-approval-request", { approvalId, toolCallId });
      const answer = (approved: boolean) => ({ type: "tool-approval-response", approvalId, approved });
      const ends: Record<(typeof outcomes)[number], Block> = {
        output: { chunks: [available], said: [call], results: [good] },
        preliminary: { chunks: [chunk("tool-output-available", { toolCallId, output: "soon", preliminary: true }), available], said: [call], results: [good] },
        error: { chunks: [chunk("tool-output-error", { toolCallId, errorText: "no" })], said: [call], results: [result({ type: "error-text", value: "no" })] },
        "input-error": { chunks: [], said: [call], results: [result({ type: "error-text", value: "bad" })] },
        waits: { chunks: [request], said: [call, asks], results: [] },
        approved: { chunks: [request, chunk("tool-approval-response", { approvalId, approved: true }), available], said: [call, asks], results: [answer(true), good] },
        denied: {
          chunks: [request, chunk("tool-approval-response", { approvalId, approved: false }), chunk("tool-output-denied", { toolCallId })],
          said: [call, asks],
          results: [answer(false), result({ type: "execution-denied" })],
        },
      };
      const end = ends[outcome];
      return { ...end, chunks: [...(streams ? streamed : []), complete, ...end.chunks] };
    });

const block = (id: string): fc.Arbitrary<Block> =>
  fc.oneof({ weight: 3, arbitrary: spoken("text", id) }, spoken("reasoning", id), { weight: 2, arbitrary: toolCall(id) }, source(id), file(), opaque(id));

const step = (index: number): fc.Arbitrary<Step> =>
  fc.integer({ min: 0, max: 3 })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, place) => block(`s${index}-${place}`))))
    .map((blocks) => {
      const results = blocks.flatMap((each) => each.results);
      const messages = [{ role: "assistant", content: blocks.flatMap((each) => each.said) }, ...(results.length > 0 ? [{ role: "tool", content: results }] : [])];
      return {
        chunks: [chunk("start-step"), ...blocks.flatMap((each) => each.chunks), chunk("finish-step")],
        // Built above from the kinds of parts that a message of that role holds, and from unknown ones.
        messages: messages as unknown as Message[],
      };
    });

/** A generation as a list of steps: what the AI SDK emits of each, and what is saved of it. */
export const steps: fc.Arbitrary<Step[]> = fc.integer({ min: 1, max: 3 }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => step(index))));

/** The whole log of a generation. */
export function logOf(generation: readonly Step[]): StoredChunk[] {
  return [chunk("start"), ...generation.flatMap((each) => each.chunks), chunk("finish", { finishReason: "stop" })];
}

/** Divides a list into batches, in order; empty batches included. */
export const divided = <T>(items: readonly T[]): fc.Arbitrary<T[][]> =>
  fc.array(fc.nat(items.length), { maxLength: 6 }).map((cuts) => {
    const edges = [0, ...cuts.sort((a, b) => a - b), items.length];
    return edges.slice(1).map((edge, index) => items.slice(edges[index], edge));
  });
