import { Agent } from "convex-agent";
import { v } from "convex/values";
import { components } from "../_generated/api";
import { internalAction } from "../_generated/server";
import { chooseModel } from "../model/index";
import { readsTextFiles } from "./textFiles";

const reader = new Agent(components.agent, {
  name: "Reader",
  languageModel: fileModel(),
  instructions: "You answer questions about the files that people show you. Say so when a file does not hold the answer.",
});

/** The demo model reads text files itself. */
function fileModel() {
  const model = chooseModel();
  return model.provider === "demo" ? model : readsTextFiles(model);
}

/** Answers a question about files. The library gives the model the bytes of a file that only this machine can reach. */
export const reply = internalAction({
  args: { threadId: v.string(), promptMessageId: v.string(), userId: v.string() },
  returns: v.null(),
  handler: async (ctx, { threadId, promptMessageId, userId }) => {
    const result = await reader.streamText(ctx, { threadId, userId }, { promptMessageId }, { saveStreamDeltas: { chunking: "word", throttleMs: 100 } });
    await result.consumeStream();
    return null;
  },
});
