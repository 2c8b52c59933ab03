import { beginning, deletion, earlierMessages, pageOfMessages, reply, search } from "../scenarios/storedMessages.ts";
import { firstWord, httpReply, joining, streamedReply } from "../scenarios/streamedReply.ts";
import type { Side } from "../harness/deployment.ts";
import type { CountScenario, Figure, Numbers } from "./scenario.ts";

const KB = 1024;
const MB = KB * KB;

const calls = (goal: number, name = "calls"): Figure => ({ name, unit: "", goal });
const bytes = (name: string, goal: number): Figure => ({ name, unit: "B", goal });
const price = (name: string, goal?: number): Figure => ({ name, unit: "µ$", goal });
const ms = (name: string, goal: number): Figure => ({ name, unit: "ms", goal });

const oneStep = { calls: calls(3), bytesRead: bytes("bytes read", 68 * KB), bytesWritten: bytes("bytes written", 1.6 * KB) };

const scenarios: readonly CountScenario[] = [
  {
    kind: "counts", id: "begin", title: "A thread and its first prompt, in one mutation",
    figures: { nestedCalls: calls(1, "nested calls"), ranges: calls(2, "index ranges and gets"), documentsRead: calls(1, "documents read") },
    measure: async (side) => ({ ...(await beginning(side)) }),
  },
  {
    kind: "counts", id: "reply", title: "A reply of one step after 200 messages", figures: oneStep,
    measure: (side) => reply(side, { earlierTurns: 100, toolSteps: 0 }),
  },
  {
    kind: "counts", id: "reply20000", title: "A reply of one step after 20,000 messages", figures: oneStep,
    async measure(side) {
      const [measured] = await earlierMessages(side, [20_000]);
      return { ...measured?.counts };
    },
  },
  {
    kind: "counts", id: "tools", title: "Three steps with tools and a text, each step durable",
    figures: { calls: calls(6), documentsWritten: calls(6, "documents written"), io: bytes("bytes read and written", 11 * KB) },
    measure: (side) => reply(side, { earlierTurns: 0, toolSteps: 3 }),
  },
  {
    kind: "counts", id: "streamed", title: "A streamed reply: 600 tokens in 6 s, 20 messages before",
    figures: {
      writes: calls(30, "calls of the writer"), cleanUps: calls(1, "calls to clean up"), runs: calls(30, "runs per viewer"),
      subscriptions: calls(2, "new subscriptions per viewer"),
      bytesDown: bytes("bytes to a viewer", 20 * KB), bytesUp: bytes("bytes from a viewer", KB), renders: calls(34, "renders"),
      io: bytes("bytes read and written", 80 * KB), price: price("price with 1 viewer", 130), toModelMs: ms("from sending until the model is called", 48),
    },
    measure: (side) => streamedReply(side, { words: 600 }),
  },
  ...[10, 100].map((viewers): CountScenario => ({
    kind: "counts", id: `viewers${viewers}`, title: `The same with ${viewers} viewers`,
    figures: { price: price(`price with ${viewers} viewers`, viewers === 10 ? 640 : undefined), io: { name: "bytes read and written", unit: "B" } },
    measure: (side) => streamedReply(side, { words: 600, viewers }),
  })),
  {
    kind: "counts", id: "long", title: "A long one: 6,000 tokens in 60 s, one viewer",
    figures: { bytesDown: bytes("bytes to a viewer", 150 * KB), price: price("price", 1000) },
    measure: (side) => streamedReply(side, { words: 6000 }),
  },
  {
    kind: "counts", id: "http", title: "The sender reads HTTP, deltas are stored for others every 2 s",
    figures: { price: price("price", 40), withReader: price("price when one other person reads them") },
    measure: (side) => httpReplies(side, 600),
  },
  {
    kind: "counts", id: "firstWord", title: "The first word, from the model to the eye",
    figures: { soonestMs: ms("soonest", 58), latestMs: ms("latest, at any phase of the throttle", 58) },
    measure: firstWord,
  },
  {
    kind: "counts", id: "joining", title: "Joining a reply after 3 s",
    figures: { calls: calls(18, "runs"), bytesDown: bytes("bytes to the viewer", 20 * KB), firstTextAfterMs: ms("until the first text", 110) },
    measure: joining,
  },
  {
    kind: "counts", id: "page", title: "A page of 50 stored messages with tools",
    figures: { ranges: calls(2, "index ranges"), bytesPerBubble: bytes("bytes read per bubble shown", 0.85 * KB) },
    measure: pageOfMessages,
  },
  {
    kind: "counts", id: "search", title: "Context by words and meaning: 2,000 messages, vectors of 1,536",
    figures: {
      calls: calls(5), embeddings: calls(2, "embedding calls"), bytesRead: bytes("bytes read", 85 * KB), bytesBetween: bytes("bytes between calls", 130 * KB),
    },
    measure: (side) => search(side, { messages: 2000 }),
  },
  ...[false, true].map((withVectors): CountScenario => ({
    kind: "counts", id: withVectors ? "deletionWithVectors" : "deletion",
    title: `Deleting a thread of 2,000 messages${withVectors ? " with vectors" : ""}`,
    figures: { calls: calls(withVectors ? 5 : 3, "transactions"), bytesRead: bytes("bytes read", (withVectors ? 31 : 1.7) * MB) },
    measure: async (side) => ({ ...(await deletion(side, { messages: 2000, withVectors })) }),
  })),
];

async function httpReplies(side: Side, words: number): Promise<Numbers> {
  const [alone, read] = [await httpReply(side, { words, readers: 0 }), await httpReply(side, { words, readers: 1 })];
  return { price: alone.price, withReader: read.price };
}

/** Too long for a test, or guarded by another: the costs of long threads and of many viewers grow as a shorter one's do. */
const UNGUARDED: readonly string[] = ["reply20000", "viewers100", "deletionWithVectors"];

/** What a scenario is guarded with where the whole of it would make the tests slow. */
const lessOf: Readonly<Record<string, () => Promise<Numbers>>> = {
  search: () => search("ours", { messages: 60 }),
  deletion: async () => ({ ...(await deletion("ours", { messages: 400, withVectors: false })) }),
  viewers10: () => streamedReply("ours", { words: 200, viewers: 3 }),
  long: () => streamedReply("ours", { words: 2000 }),
  http: () => httpReplies("ours", 300),
};

/** What is done, and the figures that are read off it, each with its goal. */
export const countScenarios: readonly CountScenario[] = scenarios.map((scenario) =>
  UNGUARDED.includes(scenario.id) ? scenario : { ...scenario, guard: lessOf[scenario.id] ?? (() => scenario.measure("ours")) });
