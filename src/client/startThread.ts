import type { ModelMessage } from "ai";
import { invariant } from "../shared/errors.js";
import type { Message } from "../shared/validators/message.js";
import { serializeMessage } from "./aiSdk/messages.js";
import { apiOf, isActionCtx, type InstalledComponent, type MutationCtx } from "./ctx.js";
import { storeLargeData } from "./files/largeData.js";
import type { NewThread } from "./threads.js";

/** What {@link startThread} takes: what the thread begins with, and its first message. */
export type StartThreadArgs = NewThread & ({ prompt: string; message?: undefined } | { prompt?: undefined; message: ModelMessage | Message });

/**
 * Creates a thread with its first message, in one call: `createThread` and `saveMessage` are two.
 *
 * @returns the thread's id, the message's, and its `order`, which is 0.
 * @example
 * const { threadId, messageId } = await startThread(ctx, components.agent, { userId, prompt: "Hello" });
 */
export async function startThread(ctx: MutationCtx, component: InstalledComponent, args: StartThreadArgs): Promise<{ threadId: string; messageId: string; order: number }> {
  const { userId, title, summary, prompt, message } = args;
  const messages = [{ message: serializeMessage(message ?? { role: "user", content: prompt }) }];
  const { threadId, messages: [saved] } = await ctx.runMutation(apiOf(component).threads.startThread, {
    userId: userId ?? undefined, title, summary,
    // Only an action may write to the file storage. Elsewhere data stays in the message, up to what a row holds.
    messages: isActionCtx(ctx) ? await storeLargeData(ctx, apiOf(component), messages) : messages,
  });
  invariant(saved, "startThread returns the message it was given");
  return { threadId, messageId: saved._id, order: saved.order };
}
