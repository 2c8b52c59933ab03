import type { ModelMessage } from "ai";
import type { Message } from "../../shared/validators/message.js";
import { serializeMessage as serialize } from "../aiSdk/messages.js";
import { apiOf, isActionCtx, type InstalledComponent, type MutationCtx } from "../ctx.js";
import { storeLargeData } from "./largeData.js";

/** A message as it is stored, and the files that hold what was too large for it. */
export type SerializedMessage = { message: Message; fileIds?: string[] };

/**
 * A message as Convex stores it: URLs as text, bytes as ArrayBuffers, everything else JSON. With a ctx and the component,
 * data above 64 KiB goes to the file storage as well (in an action; nothing else may write there): save the `fileIds`
 * with the message, for they keep the files.
 */
export function serializeMessage(message: ModelMessage | Message): Message;
export function serializeMessage(ctx: MutationCtx, component: InstalledComponent, message: ModelMessage | Message): Promise<SerializedMessage>;
export function serializeMessage(
  ...args: [ModelMessage | Message] | [MutationCtx, InstalledComponent, ModelMessage | Message]
): Message | Promise<SerializedMessage> {
  if (args.length === 1) return serialize(args[0]);
  const [ctx, component, given] = args;
  return withFiles(ctx, component, { message: serialize(given) });
}

async function withFiles(ctx: MutationCtx, component: InstalledComponent, input: SerializedMessage): Promise<SerializedMessage> {
  if (!isActionCtx(ctx)) return input;
  const [stored = input] = await storeLargeData(ctx, apiOf(component), [input]);
  return { message: stored.message, ...(stored.fileIds && { fileIds: stored.fileIds }) };
}
