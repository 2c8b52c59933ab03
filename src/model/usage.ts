import { v, type Infer } from "convex/values";
import { fail } from "../shared/errors.js";
import type { Doc } from "../component/_generated/dataModel.js";
import type { QueryCtx } from "../component/_generated/server.js";
import { rowBytes } from "./overflow.js";

/** What one transaction reads at most. */
const MAX_ROWS = 2000;
const MAX_BYTES = 8 * 1024 * 1024;

const tokenFields = {
  promptTokens: v.number(),
  completionTokens: v.number(),
  totalTokens: v.number(),
  reasoningTokens: v.number(),
  cachedInputTokens: v.number(),
};

/** Tokens of one day (UTC, `YYYY-MM-DD`), user, agent and model, and in how many messages. */
export const vUsageRow = v.object({
  day: v.string(),
  userId: v.optional(v.string()),
  agentName: v.optional(v.string()),
  model: v.optional(v.string()),
  provider: v.optional(v.string()),
  messages: v.number(),
  ...tokenFields,
});
export type UsageRow = Infer<typeof vUsageRow>;

interface UsageArgs {
  sinceMs: number;
  untilMs?: number;
  userId?: string;
  cursor: string | null;
}

/** One page of the sums; see `usage.byDay`. Creation times of neighbours may be equal, so a cursor holds an id too. */
export async function usageByDay(ctx: Pick<QueryCtx, "db">, args: UsageArgs): Promise<{ rows: UsageRow[]; isDone: boolean; continueCursor: string }> {
  const { sinceMs, untilMs = Infinity, userId, cursor } = args;
  const after = cursor === null ? null : parseCursor(cursor);
  const rows = new Map<string, UsageRow>();
  let last: Doc<"messages"> | null = null;
  let read = 0;
  let bytes = 0;
  const messages = ctx.db.query("messages").withIndex("by_creation_time", (q) => q.gte("_creationTime", after?.timeMs ?? sinceMs));
  for await (const row of messages) {
    if (row._creationTime >= untilMs) break;
    if (after !== null && row._creationTime === after.timeMs && row._id <= after.id) continue;
    if (last !== null && (read >= MAX_ROWS || bytes > MAX_BYTES)) return { rows: [...rows.values()], isDone: false, continueCursor: `${last._creationTime}|${last._id}` };
    read += 1;
    bytes += rowBytes(row);
    last = row;
    if (row.usage !== undefined && (userId === undefined || row.userId === userId)) add(rows, row);
  }
  return { rows: [...rows.values()], isDone: true, continueCursor: last === null ? (cursor ?? `${sinceMs}|`) : `${last._creationTime}|${last._id}` };
}

function add(rows: Map<string, UsageRow>, { _creationTime, userId, agentName, model, provider, usage }: Doc<"messages">): void {
  const day = new Date(_creationTime).toISOString().slice(0, 10);
  const key = JSON.stringify([day, userId, agentName, model, provider]);
  const sum = rows.get(key) ?? {
    day, userId, agentName, model, provider,
    messages: 0, promptTokens: 0, completionTokens: 0, totalTokens: 0, reasoningTokens: 0, cachedInputTokens: 0,
  };
  rows.set(key, {
    ...sum,
    messages: sum.messages + 1,
    promptTokens: sum.promptTokens + (usage?.promptTokens ?? 0),
    completionTokens: sum.completionTokens + (usage?.completionTokens ?? 0),
    totalTokens: sum.totalTokens + (usage?.totalTokens ?? 0),
    reasoningTokens: sum.reasoningTokens + (usage?.reasoningTokens ?? 0),
    cachedInputTokens: sum.cachedInputTokens + (usage?.cachedInputTokens ?? 0),
  });
}

function parseCursor(cursor: string): { timeMs: number; id: string } {
  const [time, id] = cursor.split("|");
  if (time === undefined || id === undefined || !Number.isFinite(Number(time))) {
    fail({ code: "invalid_cursor", cursor, message: `"${cursor}" is not a cursor of a list of usage.` });
  }
  return { timeMs: Number(time), id };
}
