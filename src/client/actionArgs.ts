import { v, type Infer } from "convex/values";
import { vMessage, vProviderOptions, vSystemMessage, type Message } from "../shared/validators/message.js";
import { vTyped } from "../shared/validators/tolerant.js";
import { vCallSettings, vContextOptions, vStorageOptions } from "./functionArgs.js";

/** A message, its text, or what a text action returned: its text is then what is to be answered. */
export type MessageArg = string | Message | { text: string };

const promptFields = {
  userId: v.optional(v.string()),
  threadId: v.optional(v.string()),
  system: v.optional(v.union(v.string(), vSystemMessage, v.array(vSystemMessage))),
  prompt: v.optional(v.union(v.string(), v.array(vMessage))),
  message: v.optional(vTyped<MessageArg>()),
  messages: v.optional(v.array(vMessage)),
  promptMessageId: v.optional(v.string()),
  contextOptions: v.optional(vContextOptions),
  storageOptions: v.optional(vStorageOptions),
  providerOptions: v.optional(vProviderOptions),
  callSettings: v.optional(vCallSettings),
};

/** Validator of the arguments of an agent's text action. */
export const vTextArgs = v.object({
  ...promptFields,
  /** Store the stream while it is spoken. */
  stream: v.optional(v.boolean()),
  toolChoice: v.optional(
    v.union(
      v.literal("auto"),
      v.literal("none"),
      v.literal("required"),
      v.object({ type: v.literal("tool"), toolName: v.string() }),
    ),
  ),
  maxSteps: v.optional(v.number()),
});
/** The arguments of an agent's text action. */
export type TextActionArgs = Infer<typeof vTextArgs>;

/** Validator of the arguments of an agent's object action. */
export const vObjectArgs = v.object(promptFields);
/** The arguments of an agent's object action. */
export type ObjectActionArgs = Infer<typeof vObjectArgs>;
