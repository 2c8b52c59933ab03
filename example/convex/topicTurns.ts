import { abortStream, saveMessage } from "convex-agent/queries";
import { components } from "./_generated/api";
import type { MutationCtx } from "./_generated/server";
import { requireThreadAccess, requireViewer } from "./access";
import { notFound } from "./errors";
import { parseInput } from "./input";
import { promptSchema } from "./promptInput";
import { createTopicThread, nameThread, topicUserId, type TopicName } from "./topicThreads";

/** A saved message that waits for an answer. */
export interface OpenTurn {
  threadId: string;
  promptMessageId: string;
  order: number;
  /** Who asked, as the agent component knows them within the topic: whose usage and limits it is. */
  userId: string;
}

interface NewTurn {
  topic: TopicName;
  viewerKey: string;
  /** Without one a conversation begins. */
  threadId?: string | undefined;
  prompt: string;
}

/**
 * Checks who writes, where and what, and saves the message. The caller schedules the answer in the same transaction,
 * so that there is never one without the other.
 */
export async function beginTurn(ctx: MutationCtx, { topic, viewerKey, threadId: given, prompt }: NewTurn): Promise<OpenTurn> {
  const { userId: viewerId } = given === undefined
    ? await requireViewer(viewerKey)
    : await requireThreadAccess(ctx, { viewerKey, threadId: given, permission: "write" });
  const text = parseInput(promptSchema, prompt, "prompt");
  const threadId = given ?? await createTopicThread(ctx, { topic, userId: viewerId });
  const userId = topicUserId(topic, viewerId);
  const { messageId, message } = await saveMessage(ctx, components.agent, { threadId, userId, prompt: text });
  if (message.order === 0) await nameThread(ctx, { threadId, prompt: text });
  return { threadId, promptMessageId: messageId, order: message.order, userId };
}

interface OldTurn {
  topic: TopicName;
  viewerKey: string;
  threadId: string;
  order: number;
  promptMessageId: string;
}

/** Drops what was said in answer to a message, for it to be answered again. */
export async function reopenTurn(ctx: MutationCtx, { topic, viewerKey, threadId, order, promptMessageId }: OldTurn): Promise<OpenTurn> {
  const { userId } = await requireThreadAccess(ctx, { viewerKey, threadId, permission: "write" });
  const [prompt] = await ctx.runQuery(components.agent.messages.getMessagesByIds, { messageIds: [promptMessageId] });
  if (!prompt || prompt.threadId !== threadId || prompt.order !== order) throw notFound("The message to answer is no longer there.");
  await abortStream(ctx, components.agent, { threadId, order, reason: "retried" });
  await ctx.runMutation(components.agent.messages.deleteByOrder, {
    threadId, startOrder: order, startStepOrder: prompt.stepOrder + 1, endOrder: order + 1,
  });
  return { threadId, promptMessageId, order, userId: topicUserId(topic, userId) };
}
