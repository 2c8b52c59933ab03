import { listStreams, syncStreams } from "../../client/streaming/syncStreams.js";
import { emptyReduction, reduceChunks, type Reduction } from "../reduceChunks.js";
import { component, type Ctx } from "./app.js";

const everyStatus = ["streaming", "finished", "aborted"] as const;

/** The chunks of a thread's streams, as one who joins late reads them: from the first on, to the end. */
export async function readStreams(ctx: Pick<Ctx, "runQuery">, threadId: string, statuses: readonly ("streaming" | "finished" | "aborted")[] = everyStatus): Promise<Reduction> {
  const chunks = [];
  for (const { streamId } of await listStreams(ctx, component, { threadId, includeStatuses: [...statuses] })) {
    for (let cursor = 0; ; ) {
      const streams = await syncStreams(ctx, component, { threadId, streamArgs: { kind: "deltas", cursors: [{ streamId, cursor }] } });
      if (streams?.kind !== "deltas" || streams.deltas.length === 0) break;
      chunks.push(...streams.deltas.flatMap(({ parts }) => parts));
      cursor = streams.deltas.at(-1)?.end ?? cursor;
    }
  }
  return reduceChunks(emptyReduction, chunks);
}

/** What a viewer of the thread sees of replies that run, as JSON to look for words and states in. */
export async function watched(ctx: Pick<Ctx, "runQuery">, threadId: string): Promise<string> {
  return JSON.stringify((await readStreams(ctx, threadId, ["streaming"])).parts);
}

type Prompt = readonly { readonly role: string; readonly content: string | readonly object[] }[];
type ToolPart = { type?: string; toolCallId?: string };

/** The ids of calls without a result right after them and of results without a call: strict providers refuse these. */
export function unpaired(prompt: Prompt): unknown[] {
  const wrong: unknown[] = [];
  let open: unknown[] = [];
  for (const { role, content } of prompt) {
    if (role !== "tool") wrong.push(...open.splice(0));
    const parts: readonly ToolPart[] = typeof content === "string" ? [] : content;
    for (const { type, toolCallId } of parts) {
      if (type === "tool-call") open.push(toolCallId);
      if (type !== "tool-result") continue;
      if (!open.includes(toolCallId)) wrong.push(toolCallId);
      open = open.filter((id) => id !== toolCallId);
    }
  }
  return [...wrong, ...open];
}
