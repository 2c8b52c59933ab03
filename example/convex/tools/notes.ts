import { createTool } from "convex-agent";
import { z } from "zod";
import { internal } from "../_generated/api";

export interface WrittenNote {
  text: string;
  /** Notes there are now. */
  count: number;
}

/** A tool that reads and writes the database: it is given the action's ctx, and knows for whom it is called. */
export const addNote = createTool({
  title: "Add a note",
  description: "Writes a note into the person's notebook, to remember something.",
  args: z.object({ text: z.string().describe("The note") }),
  handler: async (ctx, { text }, { toolCallId }): Promise<WrittenNote> => {
    if (ctx.userId === undefined) throw new Error("A note needs somebody it is for: call the agent with a userId.");
    return await ctx.runMutation(internal.tools.notebook.insert, { userId: ctx.userId, text, toolCallId });
  },
});
