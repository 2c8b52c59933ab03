import { Agent, createTool } from "convex-agent";
import { z } from "zod";
import { components } from "../_generated/api";
import { chooseModel } from "../model/index";

/** What a colleague has said so far. */
export interface ColleagueAnswer {
  colleague: string;
  text: string;
}

const colleague = new Agent(components.agent, {
  name: "Colleague",
  languageModel: chooseModel(),
  instructions: "You answer another agent's question in one short paragraph.",
});

/** Another agent as a tool. It answers without a thread of its own; its words are the tool's progress. */
export const askColleague = createTool({
  title: "Ask a colleague",
  description: "Asks a colleague, another agent, a question.",
  args: z.object({ question: z.string().describe("The question for the colleague") }),
  handler: async function* (ctx, { question }, { abortSignal }): AsyncGenerator<ColleagueAnswer> {
    const answer: ColleagueAnswer = { colleague: "Colleague", text: "" };
    const { textStream } = await colleague.streamText(ctx, { userId: ctx.userId }, { prompt: question, abortSignal });
    for await (const piece of textStream) {
      answer.text += piece;
      yield { ...answer };
    }
  },
  // The page is shown who answers; to the model only the answer matters.
  toModelOutput: (_ctx, { output }) => ({ type: "text", value: output.text }),
});
