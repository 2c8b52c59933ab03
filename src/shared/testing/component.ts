/// <reference types="vite/client" />
import { convexTest } from "convex-test";
import type { FunctionReturnType } from "convex/server";
import { api } from "../../component/_generated/api.js";
import schema from "../../component/schema.js";
import type { StoredChunk } from "../validators/stream.js";

const modules = import.meta.glob(["../../component/**/*.ts", "!../../component/**/*.test.ts"]);

// Not in the component's folder: Convex pushes every file there.
/** The component, standing alone. */
export const setup = () => convexTest(schema, modules);
export type Component = ReturnType<typeof setup>;

export const textDelta = (delta: string, id = "1"): StoredChunk => ({ type: "text-delta", id, delta });

/** Chunks of a step that says `text`, one delta for each of its words. */
export const spokenStep = (text: string): StoredChunk[] => [
  { type: "start-step" },
  { type: "text-start", id: "1" },
  ...text.split(/(?<= )/u).map((word) => textDelta(word)),
  { type: "text-end", id: "1" },
  { type: "finish-step" },
];

export async function newThread(t: Component, userId?: string): Promise<string> {
  return (await t.mutation(api.threads.createThread, { userId }))._id;
}

export type Started = FunctionReturnType<typeof api.generations.start>;

/** Starts a streaming generation in answer to a new prompt. */
export async function startStream(t: Component, threadId: string, prompt = "Hello"): Promise<Started & { streamId: string }> {
  const started = await t.mutation(api.generations.start, {
    threadId,
    agentName: "tester",
    messages: [{ message: { role: "user", content: prompt } }],
    window: { recentMessages: 10, excludeToolMessages: false },
    stream: { format: "UIMessageChunk" },
  });
  if (started.streamId === undefined) throw new Error("a stream was asked for");
  return { ...started, streamId: started.streamId };
}

/** How many rows each table holds, but for tables that hold none. */
export async function countRows(t: Component): Promise<Record<string, number>> {
  return await t.run(async (ctx) => {
    const counts: Record<string, number> = {};
    // The keys of the schema's own tables: a new table is counted without anyone's doing.
    for (const table of Object.keys(schema.tables) as (keyof typeof schema.tables)[]) {
      const rows = await ctx.db.query(table).collect();
      // Files are the app's to clean up; what a thread must give back is its references to them.
      const count = table === "files" ? rows.reduce((sum, row) => sum + ("refcount" in row ? row.refcount : 0), 0) : rows.length;
      if (count > 0) counts[table] = count;
    }
    return counts;
  });
}

/** The failure that a call ends with. */
export async function failureOfCall(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    const data = typeof error === "object" && error !== null && "data" in error ? error.data : undefined;
    return typeof data === "string" ? JSON.parse(data) : (data ?? error);
  }
  return undefined;
}

/** All messages of a thread, as text. */
export async function textsOf(t: Component, threadId: string): Promise<(string | undefined)[]> {
  const { page } = await t.query(api.messages.listMessagesByThreadId, { threadId, order: "asc", paginationOpts: { cursor: null, numItems: 1000 } });
  return page.map(({ text }) => text);
}
