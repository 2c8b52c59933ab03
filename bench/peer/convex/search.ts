import { Agent } from "@convex-dev/agent";
import { v } from "convex/values";
import { embedder, model } from "../../shared/model";
import { slowed } from "../../shared/latency";
import { action, components } from "./setup";

const DIMENSIONS = 1536;

const agent = new Agent(components.agent, {
  name: "bench",
  languageModel: model([{ words: 40, everyMs: 0 }]),
  embeddingModel: embedder(DIMENSIONS),
  contextOptions: { recentMessages: 10, searchOptions: { limit: 10, textSearch: true, vectorSearch: true, messageRange: { before: 2, after: 1 } } },
});

/** Saves turns with their vectors. */
export const fill = action({
  args: { threadId: v.string(), turns: v.number() },
  handler: async (ctx, { threadId, turns }) => {
    for (let turn = 0; turn < turns; turn += 1) {
      const { messages } = await agent.saveMessages(ctx, {
        threadId,
        userId: "user",
        messages: [
          { role: "user", content: `Question ${turn}: what did we say about topic ${turn % 37}?` },
          { role: "assistant", content: `Answer ${turn}: we said a few hundred characters about topic ${turn % 37}. `.repeat(4) },
        ],
        skipEmbeddings: true,
      });
      await agent.generateAndSaveEmbeddings(ctx, { messageIds: messages.map(({ _id }) => _id) });
    }
    return null;
  },
});

export const ask = action({
  args: { threadId: v.string(), prompt: v.string() },
  handler: async (ctx, { threadId, prompt }) => {
    await agent.generateText(slowed(ctx), { threadId, userId: "user" }, { prompt });
    return null;
  },
});
