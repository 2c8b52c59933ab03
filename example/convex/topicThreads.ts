/**
 * Conversations that belong to one page of the example. They are kept apart by the user that the agent component knows
 * them under, so that each page lists its own.
 */
import { createThread, updateThreadMetadata } from "convex-agent/queries";
import { paginationOptsValidator } from "convex/server";
import { v, type Infer } from "convex/values";
import { components } from "./_generated/api";
import { query, type MutationCtx } from "./_generated/server";
import { requireViewer } from "./access";

export const vTopicName = v.union(
  v.literal("workflow"), v.literal("rateLimits"), v.literal("usage"), v.literal("human"),
  v.literal("search"), v.literal("rag"), v.literal("httpStream"), v.literal("useChat"),
  v.literal("streaming"), v.literal("reasoning"), v.literal("tools"), v.literal("approval"), v.literal("files"), v.literal("objects"),
);
export type TopicName = Infer<typeof vTopicName>;

/** Whom the agent component knows a viewer as, within one topic. */
export function topicUserId(topic: TopicName, userId: string): string {
  return `${topic}/${userId}`;
}

/** Begins a conversation of a topic that belongs to the viewer; whoever has its link can read along. */
export async function createTopicThread(
  ctx: MutationCtx,
  { topic, userId, title }: { topic: TopicName; userId: string; title?: string },
): Promise<string> {
  const threadId = await createThread(ctx, components.agent, { userId: topicUserId(topic, userId), title });
  await ctx.db.insert("threadAccess", { threadId, ownerId: userId });
  return threadId;
}

const TITLE_CHARS = 60;

/** What a conversation is called that begins with this message. */
export function titleOf(prompt: string): string {
  const line = Array.from(prompt.trim().replace(/\s+/g, " "));
  return line.length <= TITLE_CHARS ? line.join("") : `${line.slice(0, TITLE_CHARS - 1).join("")}…`;
}

/** Names a conversation after its first message. */
export async function nameThread(ctx: MutationCtx, { threadId, prompt }: { threadId: string; prompt: string }): Promise<void> {
  await updateThreadMetadata(ctx, components.agent, { threadId, patch: { title: titleOf(prompt) } });
}

/** The viewer's own conversations of one topic, newest first. */
export const list = query({
  args: { viewerKey: v.string(), topic: vTopicName, paginationOpts: paginationOptsValidator },
  handler: async (ctx, { viewerKey, topic, paginationOpts }) => {
    const { userId } = await requireViewer(viewerKey);
    const threads = await ctx.runQuery(components.agent.threads.listThreadsByUserId, {
      userId: topicUserId(topic, userId), order: "desc", paginationOpts,
    });
    return { ...threads, page: threads.page.map(({ _id, title }) => ({ threadId: _id, title: title ?? null })) };
  },
});
