import { abortStream, saveMessage } from "convex-agent/queries";
import { components } from "./_generated/api";
import type { Id } from "./_generated/dataModel";
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

/** Schedules the reply to a turn; the id that the scheduler gives for it. */
type Schedule<Turn> = (turn: Turn) => Promise<Id<"_scheduled_functions">>;

interface OldTurn {
  threadId: string;
  order: number;
  promptMessageId: string;
}

/** Has a message of a topic answered again. `schedule` is not called when its reply is on its way already. */
export async function reopenTurn(
  ctx: MutationCtx,
  { topic, viewerKey, threadId, order, promptMessageId }: OldTurn & { topic: TopicName; viewerKey: string },
  schedule: Schedule<OpenTurn>,
): Promise<void> {
  const { userId } = await requireThreadAccess(ctx, { viewerKey, threadId, permission: "write" });
  const turn = { threadId, promptMessageId, order };
  await answerAgain(ctx, turn, () => schedule({ ...turn, userId: topicUserId(topic, userId) }));
}

/**
 * Drops what was said in answer to a message and has it answered again. Two who ask for that at once, or one who clicks
 * twice, get one reply: the second finds the first one's on its way. The caller has checked who may.
 */
export async function answerAgain(ctx: MutationCtx, turn: OldTurn, schedule: Schedule<void>): Promise<void> {
  const { threadId, order, promptMessageId } = turn;
  const [prompt] = await ctx.runQuery(components.agent.messages.getMessagesByIds, { messageIds: [promptMessageId] });
  if (!prompt || prompt.threadId !== threadId || prompt.order !== order) throw notFound("The message to answer is no longer there.");
  const earlier = await ctx.db.query("repeatedReplies").withIndex("by_turn", (q) => q.eq("threadId", threadId).eq("order", order)).unique();
  const wasBeingWritten = await abortStream(ctx, components.agent, { threadId, order, reason: "retried" });
  const isComing = earlier !== null && !wasBeingWritten && await isStillToCome(ctx, turn, earlier.replyId);
  await ctx.runMutation(components.agent.messages.deleteByOrder, {
    threadId, startOrder: order, startStepOrder: prompt.stepOrder + 1, endOrder: order + 1,
  });
  if (isComing) return;
  const replyId = await schedule();
  if (earlier === null) await ctx.db.insert("repeatedReplies", { threadId, order, replyId });
  else await ctx.db.patch(earlier._id, { replyId });
}

/** Whether a reply that was scheduled has said nothing yet and will: a second beside it would be one too many. */
async function isStillToCome(ctx: MutationCtx, { threadId, promptMessageId }: OldTurn, replyId: Id<"_scheduled_functions">): Promise<boolean> {
  const state = (await ctx.db.system.get(replyId))?.state.kind;
  if (state !== "pending" && state !== "inProgress") return false;
  const { page: [newest] } = await ctx.runQuery(components.agent.messages.listMessagesByThreadId, { threadId, order: "desc", paginationOpts: { cursor: null, numItems: 1 } });
  // A stop before the first word leaves a message that no agent has signed. It goes, and so does the stop.
  return newest?._id === promptMessageId || (newest?.status === "failed" && newest.agentName === undefined);
}
