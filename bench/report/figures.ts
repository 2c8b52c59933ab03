import type { Side } from "../harness/deployment.ts";
import { beginning, deletion, pageOfMessages, reply, search } from "../scenarios/generations.ts";
import { componentModules, listModule } from "../scenarios/modules.ts";
import { joining, streamedReply } from "../scenarios/streamedReply.ts";

/** One number of a scenario. */
export interface Figure {
  readonly name: string;
  readonly unit: "" | "B" | "ms" | "µ$";
  /** At most this, for ours. */
  readonly goal?: number;
}

/** What is done, and the figures that are read off it. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly figures: Readonly<Record<string, Figure>>;
  /** Whether it gives the same numbers in every run: then they are kept, and a change fails the tests. */
  readonly isExact: boolean;
  measure(side: Side): Promise<Readonly<Record<string, number>>>;
}

const KB = 1024;
const short = { words: 600, everyMs: 10, viewers: 1 };

async function streamed(side: Side, options: typeof short) {
  const { writer, runs, cleanUp, viewer, price, modelAfterMs, seenAfterMs } = await streamedReply(side, options);
  const io = [writer, runs, cleanUp].reduce((sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten, 0);
  const { bytesDown, bytesUp, renders, subscriptions } = viewer;
  return { writes: writer.calls, cleanUps: cleanUp.calls, runs: runs.calls, subscriptions, bytesDown, bytesUp, renders, io, price, modelAfterMs, seenAfterMs };
}

export const scenarios: readonly Scenario[] = [
  {
    id: "begin", title: "A thread and its first prompt, in one mutation", isExact: true,
    figures: { ranges: { name: "index ranges and gets", unit: "", goal: 2 }, documentsRead: { name: "documents read", unit: "", goal: 1 } },
    measure: async (side) => ({ ...(await beginning(side)) }),
  },
  ...[100, 10_000].map((earlierTurns): Scenario => ({
    id: `reply${earlierTurns * 2}`, title: `A reply of one step after ${(earlierTurns * 2).toLocaleString("en")} messages`, isExact: true,
    figures: {
      calls: { name: "calls", unit: "", goal: 3 },
      bytesRead: { name: "bytes read", unit: "B", goal: 68 * KB },
      bytesWritten: { name: "bytes written", unit: "B", goal: 1.6 * KB },
    },
    measure: (side) => reply(side, { earlierTurns, toolSteps: 0 }),
  })),
  {
    id: "tools", title: "Three steps with tools and a text, each step durable", isExact: true,
    figures: {
      calls: { name: "calls", unit: "", goal: 6 },
      documentsWritten: { name: "documents written", unit: "", goal: 6 },
      io: { name: "bytes read and written", unit: "B", goal: 11 * KB },
    },
    async measure(side) {
      const counts = await reply(side, { earlierTurns: 0, toolSteps: 3 });
      return { ...counts, io: counts.bytesRead + counts.bytesWritten };
    },
  },
  {
    id: "streamed", title: "A streamed reply: 600 tokens in 6 s, one viewer, 20 messages before", isExact: true,
    figures: {
      writes: { name: "calls of the writer", unit: "", goal: 30 },
      cleanUps: { name: "calls to clean up", unit: "", goal: 1 },
      runs: { name: "runs per viewer", unit: "", goal: 30 },
      subscriptions: { name: "new subscriptions per viewer", unit: "", goal: 2 },
      bytesDown: { name: "bytes to a viewer", unit: "B", goal: 20 * KB },
      bytesUp: { name: "bytes from a viewer", unit: "B", goal: KB },
      renders: { name: "renders", unit: "", goal: 34 },
      io: { name: "bytes read and written", unit: "B", goal: 80 * KB },
      price: { name: "price with 1 viewer", unit: "µ$", goal: 130 },
      modelAfterMs: { name: "until the model is called", unit: "ms", goal: 48 },
      seenAfterMs: { name: "first word, from the model to the eye", unit: "ms", goal: 58 },
    },
    measure: (side) => streamed(side, short),
  },
  {
    id: "long", title: "A long one: 6,000 tokens in 60 s, one viewer", isExact: true,
    figures: { bytesDown: { name: "bytes to a viewer", unit: "B", goal: 150 * KB }, price: { name: "price", unit: "µ$", goal: 1000 } },
    measure: (side) => streamed(side, { words: 6000, everyMs: 10, viewers: 1 }),
  },
  {
    id: "joining", title: "Joining a reply after 3 s", isExact: true,
    figures: {
      calls: { name: "runs", unit: "", goal: 18 },
      bytesDown: { name: "bytes to the viewer", unit: "B", goal: 20 * KB },
      firstTextAfterMs: { name: "until the first text", unit: "ms", goal: 110 },
    },
    measure: async (side) => await joining(side),
  },
  {
    id: "page", title: "A page of 50 stored messages with tools", isExact: true,
    figures: { ranges: { name: "index ranges", unit: "", goal: 2 }, bytesPerBubble: { name: "bytes read per bubble", unit: "B", goal: 0.85 * KB } },
    measure: async (side) => await pageOfMessages(side),
  },
  {
    id: "search", title: "Context by words and meaning, 2,000 messages of 1,536 numbers", isExact: true,
    figures: { calls: { name: "calls", unit: "", goal: 5 }, bytesRead: { name: "bytes read", unit: "B", goal: 85 * KB } },
    measure: async (side) => ({ ...(await search(side, { messages: 2000 })) }),
  },
  {
    id: "deletion", title: "Deleting a thread of 2,000 messages", isExact: true,
    figures: { calls: { name: "transactions", unit: "", goal: 3 }, bytesRead: { name: "bytes read", unit: "B", goal: 1.7 * KB * KB } },
    measure: async (side) => ({ ...(await deletion(side, { messages: 2000 })) }),
  },
  {
    id: "listModule", title: "The module behind a list query, in an app that also has agents", isExact: false,
    figures: { bytes: { name: "pushed", unit: "B", goal: 110 * KB }, coldMs: { name: "evaluated cold", unit: "ms", goal: 5 } },
    measure: async (side) => await listModule(side),
  },
  {
    id: "componentModules", title: "The component's modules", isExact: false,
    figures: { bytes: { name: "all, pushed", unit: "B", goal: 150 * KB }, slowestMs: { name: "the slowest, evaluated cold", unit: "ms", goal: 6 } },
    measure: async (side) => await componentModules(side),
  },
];
