import { Agent } from "convex-agent";
import { v } from "convex/values";
import { components } from "../_generated/api";
import { internalAction } from "../_generated/server";
import { chooseModel } from "../model/index";
import { recipeSchema } from "./recipe";

const cook = new Agent(components.agent, {
  name: "Cook",
  languageModel: chooseModel(),
  instructions: "You write recipes. A wish that goes on from an earlier recipe changes that one.",
});

/** Makes a recipe. Its JSON is streamed and saved like any reply; what does not fit the schema ends as a failed one. */
export const reply = internalAction({
  args: { threadId: v.string(), promptMessageId: v.string(), userId: v.string() },
  returns: v.null(),
  handler: async (ctx, { threadId, promptMessageId, userId }) => {
    await cook.streamObject(ctx, { threadId, userId }, { promptMessageId, schema: recipeSchema }, { saveStreamDeltas: { throttleMs: 100 } });
    return null;
  },
});
