import { Agent } from "@convex-dev/agent";
import { v } from "convex/values";
import { slowed } from "../../shared/latency";
import { embedder, model } from "../../shared/model";
import { action, components } from "./setup";

const DIMENSIONS = 1536;

const agent = new Agent(components.agent, {
  name: "bench",
  languageModel: model([{ words: 40, everyMs: 0 }]),
  embeddingModel: embedder(DIMENSIONS),
  contextOptions: { searchOptions: { limit: 10, textSearch: true, vectorSearch: true } },
});

/** Saves turns with their vectors. */
export const fill = action({
  args: { threadId: v.string(), from: v.number(), turns: v.number(), characters: v.number() },
  handler: async (ctx, { threadId, from, turns, characters }) => {
    const { messages } = await agent.saveMessages(ctx, {
      threadId,
      userId: "user",
      messages: Array.from({ length: turns }, (_, index) => [
        { role: "user" as const, content: said("Question", from + index, characters) },
        { role: "assistant" as const, content: said("Answer", from + index, characters) },
      ]).flat(),
      skipEmbeddings: true,
    });
    await agent.generateAndSaveEmbeddings(ctx, { messageIds: messages.map(({ _id }) => _id) });
    return null;
  },
});

function said(what: string, turn: number, characters: number): string {
  return `${what} ${turn} about topic ${turn % 37}: ${"what is known of it, ".repeat(characters)}`.slice(0, characters);
}

/** Answers a prompt that is saved, as a mutation schedules it. */
export const answer = action({
  args: { threadId: v.string(), promptMessageId: v.string() },
  handler: async (ctx, { threadId, promptMessageId }) => {
    await agent.generateText(slowed(ctx), { threadId, userId: "user" }, { promptMessageId });
    return null;
  },
});
