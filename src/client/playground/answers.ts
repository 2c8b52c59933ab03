import type { FinishReason, StepResult, ToolSet } from "ai";
import { toReturnedJson, type ConvexJson } from "../../shared/convexJson.js";
import { fail } from "../../shared/errors.js";
import type { MessageDoc, MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import { stepMessages } from "../aiSdk/steps.js";
import type { AgentComponent, MutationCtx, QueryCtx } from "../ctx.js";

/** An answer, whether it was saved or not. */
export type PlaygroundAnswer = {
  text: string;
  finishReason: FinishReason;
  /** Its stream was stopped before its end. What was said is saved, and not here. */
  isStopped?: true;
  promptMessageId?: string;
  order?: number;
  /** The messages that were saved for it, with the prompt's unless that was saved before. */
  messages: MessageDoc[];
  /** The messages of an answer that was not saved, as `keepAnswer` takes them. */
  unsaved: MessageWithMetadata[];
  /** Each model call: its content (text, reasoning, tool calls and results, sources), tokens and why it ended. */
  steps: Array<{ content: ConvexJson; finishReason: FinishReason; usage: ConvexJson }>;
  durationMs: number;
};

type Step = StepResult<ToolSet>;

/** The messages that would be saved of steps, dated by how long the SDK says each took. */
export function unsavedMessages(steps: readonly Step[], startMs: number): MessageWithMetadata[] {
  let atMs = startMs;
  return steps.flatMap((step) => {
    const startedMs = Math.round(atMs);
    const endedMs = Math.round(atMs + step.performance.responseTimeMs);
    atMs += step.performance.stepTimeMs;
    return stepMessages(step).map((message) => {
      if (message.message.role === "assistant") return { ...message, timing: { startedMs, endedMs } };
      const tools = Object.entries(step.performance.toolExecutionMs).map(([toolCallId, ms]) => ({ toolCallId, startedMs: endedMs, endedMs: Math.round(endedMs + ms) }));
      return tools.length === 0 ? message : { ...message, timing: { startedMs: endedMs, endedMs: Math.max(...tools.map((tool) => tool.endedMs)), tools } };
    });
  });
}

/** Steps as the playground shows them. */
export function shownSteps(steps: readonly Step[]): PlaygroundAnswer["steps"] {
  return steps.map(({ content, finishReason, usage }) => ({ content: toReturnedJson(content), finishReason, usage: toReturnedJson(usage) }));
}

/** All messages of a turn, in its order; as much as one transaction reads. */
export async function listTurn(ctx: QueryCtx, component: AgentComponent, { threadId, order }: { threadId: string; order: number }): Promise<MessageDoc[]> {
  // The page between the cursors of two turns that follow one another is the second of them.
  const paginationOpts = { cursor: String(order + 1), endCursor: String(order), numItems: 1 };
  const { page } = await ctx.runQuery(component.messages.listMessagesByThreadId, { threadId, order: "desc", paginationOpts });
  return page.filter((doc) => doc.order === order).toReversed();
}

/** An answer that was made and not saved, and where it is to go. */
export type KeptAnswer = {
  threadId: string;
  agentName: string;
  /** The message that began the turn that it answers; undefined: `prompt` was not saved either. */
  promptMessageId?: string;
  /** What it answers, to be saved as the prompt of a new turn. */
  prompt?: string;
  messages: MessageWithMetadata[];
  /** `replace`: what the turn said is deleted for it. `newTurn`: the prompt is asked (again) at the end of the thread. */
  place: "replace" | "newTurn";
};

/** Saves an answer that was made without saving. One mutation: there is never half of it. */
export async function keepAnswer(ctx: MutationCtx, component: AgentComponent, kept: KeptAnswer): Promise<MessageDoc[]> {
  const { threadId, agentName, promptMessageId, messages, place } = kept;
  if (promptMessageId === undefined) return keepNewTurn(ctx, component, kept);
  const [prompt] = await ctx.runQuery(component.messages.getMessagesByIds, { messageIds: [promptMessageId] });
  if (!prompt?.message || prompt.threadId !== threadId) {
    return fail({ code: "message_not_found", messageId: promptMessageId, message: `There is no prompt with the id "${promptMessageId}" in this thread any more.` });
  }
  if (place === "newTurn") {
    const { messages: saved } = await ctx.runMutation(component.messages.addMessages, { threadId, agentName, messages: [{ message: prompt.message }, ...messages] });
    return saved;
  }
  const said = (await listTurn(ctx, component, { threadId, order: prompt.order })).filter(({ stepOrder }) => stepOrder > prompt.stepOrder);
  await ctx.runMutation(component.messages.deleteByIds, { messageIds: said.map(({ _id }) => _id) });
  const { messages: saved } = await ctx.runMutation(component.messages.addMessages, { threadId, agentName, promptMessageId, messages });
  return saved;
}

async function keepNewTurn(ctx: MutationCtx, component: AgentComponent, { threadId, agentName, prompt, messages, place }: KeptAnswer): Promise<MessageDoc[]> {
  if (prompt === undefined || place !== "newTurn") {
    return fail({ code: "invalid_argument", argument: "promptMessageId", message: "What does the answer answer? Give the `promptMessageId` of a saved message, or the text of a `prompt` that is saved with it as a new turn." });
  }
  const { messages: saved } = await ctx.runMutation(component.messages.addMessages, { threadId, agentName, messages: [{ message: { role: "user", content: prompt } }, ...messages] });
  return saved;
}
