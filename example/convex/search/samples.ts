/** Conversations to look for something in, for a viewer who has none yet. */
import { saveMessages } from "convex-agent/queries";
import { v } from "convex/values";
import { components, internal } from "../_generated/api";
import { internalAction, mutation, type MutationCtx } from "../_generated/server";
import { requireViewer } from "../access";
import { alreadyDone } from "../errors";
import { createTopicThread, topicUserId } from "../topicThreads";
import { rememberer } from "./reply";

const samples = [
  {
    title: "Biscuit the dog",
    said: [
      ["My dog is called Biscuit and he is afraid of thunder.", "Poor Biscuit. A quiet room without windows helps many dogs."],
      ["He gets dry food in the morning and a walk at six.", "Noted: dry food in the morning, a walk at six."],
    ],
  },
  {
    title: "Lisbon in May",
    said: [
      ["For our trip to Lisbon we booked a hotel in Alfama, the second week of May.", "Alfama is old and steep: take shoes that grip."],
      ["Anna does not eat fish, so we need restaurants with a vegetarian menu.", "There are many around Príncipe Real."],
    ],
  },
  {
    title: "The balcony garden",
    said: [
      ["The tomatoes on the balcony need water twice a day in July.", "In the evening the soil keeps more of it."],
      ["The basil wants shade at noon.", "Then it goes behind the tomatoes."],
    ],
  },
] as const;

/** Saves the sample conversations as the viewer's own. */
export const add = mutation({
  args: { viewerKey: v.string() },
  returns: v.null(),
  handler: async (ctx, { viewerKey }) => {
    const { userId } = await requireViewer(viewerKey);
    const { page } = await ctx.runQuery(components.agent.threads.listThreadsByUserId, {
      userId: topicUserId("search", userId), order: "asc", paginationOpts: { cursor: null, numItems: 50 },
    });
    if (page.some(({ title }) => title === samples[0].title)) throw alreadyDone("The sample conversations are in your list already.");
    const messageIds: string[] = [];
    for (const sample of samples) messageIds.push(...await addOne(ctx, userId, sample));
    await ctx.scheduler.runAfter(0, internal.search.samples.embed, { messageIds });
    return null;
  },
});

async function addOne(ctx: MutationCtx, viewerId: string, { title, said }: (typeof samples)[number]): Promise<string[]> {
  const threadId = await createTopicThread(ctx, { topic: "search", userId: viewerId, title });
  const ids: string[] = [];
  for (const [prompt, answer] of said) {
    const { messages } = await saveMessages(ctx, components.agent, {
      threadId, userId: topicUserId("search", viewerId), messages: [{ role: "user", content: prompt }, { role: "assistant", content: answer }],
      agentName: "Rememberer",
    });
    ids.push(...messages.map(({ _id }) => _id));
  }
  return ids;
}

/** Messages that no generation has saved have no vectors yet. */
export const embed = internalAction({
  args: { messageIds: v.array(v.string()) },
  returns: v.null(),
  handler: async (ctx, { messageIds }) => {
    await rememberer.generateAndSaveEmbeddings(ctx, { messageIds });
    return null;
  },
});
