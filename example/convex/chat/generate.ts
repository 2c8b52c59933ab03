import { v } from "convex/values";
import { internalAction } from "../_generated/server";
import { weatherAgent } from "../agents/weather";

/**
 * Answers a saved prompt and streams the answer into the database, where every viewer follows it. It runs on after the
 * sender has closed the page, and a failure ends up on the message, where everybody sees it.
 */
export const reply = internalAction({
  args: { threadId: v.string(), promptMessageId: v.string() },
  returns: v.null(),
  handler: async (ctx, { threadId, promptMessageId }) => {
    const result = await weatherAgent.streamText(
      ctx,
      { threadId },
      { promptMessageId },
      { saveStreamDeltas: { chunking: "word", throttleMs: 100 } },
    );
    await result.consumeStream();
    return null;
  },
});
