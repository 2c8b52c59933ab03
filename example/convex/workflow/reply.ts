import { v } from "convex/values";
import { internal } from "../_generated/api";
import { internalAction } from "../_generated/server";
import { stageAgents } from "./agents";
import { vStageName } from "./tables";

// #region reply
/** One agent's answer, streamed for everybody who follows the trip. It reports its end; what fails, `stages.watch` sees. */
export const reply = internalAction({
  args: { stageId: v.id("tripStages"), name: vStageName, threadId: v.string(), promptMessageId: v.string(), attempt: v.number() },
  returns: v.null(),
  handler: async (ctx, { stageId, name, threadId, promptMessageId, attempt }) => {
    const result = await stageAgents[name].streamText(ctx, { threadId }, { promptMessageId }, { saveStreamDeltas: { chunking: "word", throttleMs: 100 } });
    await result.consumeStream();
    await ctx.runMutation(internal.workflow.stages.complete, { stageId, attempt });
    return null;
  },
});
// #endregion
