import { generateText } from "convex-agent";
import { Output } from "ai";
import { v } from "convex/values";
import { z } from "zod";
import { components } from "../_generated/api";
import { action, internalAction } from "../_generated/server";
import { authorizeThread } from "./access";
import { assistant } from "./agents";
import { languageModel } from "./models";

const recipe = z.object({ title: z.string(), minutes: z.number(), ingredients: z.array(z.string()) });

// #region agent
export const suggestRecipe = action({
  args: { threadId: v.string() },
  handler: async (ctx, { threadId }) => {
    await authorizeThread(ctx, threadId);
    const { object } = await assistant.generateObject(ctx, { threadId }, { schema: recipe, prompt: "Suggest a recipe." });
    return object.title;
  },
});
// #endregion

// #region withTools
export const recipeWithTools = action({
  args: { threadId: v.string() },
  handler: async (ctx, { threadId }) => {
    await authorizeThread(ctx, threadId);
    const { output } = await assistant.generateText(ctx, { threadId }, { prompt: "A recipe for today", output: Output.object({ schema: recipe }) });
    return output.ingredients;
  },
});
// #endregion

// #region withoutAgent
export const classify = internalAction({
  args: { threadId: v.string(), text: v.string() },
  returns: v.string(),
  handler: async (ctx, { threadId, text }) => {
    const { text: kind } = await generateText(ctx, components.agent, {
      args: { prompt: text, output: Output.choice({ options: ["praise", "complaint", "question"] }) },
      options: { threadId, agentName: "Classifier", languageModel, storageOptions: { saveMessages: "none" } },
    });
    return kind;
  },
});
// #endregion
