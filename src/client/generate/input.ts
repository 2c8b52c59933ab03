import type { ModelMessage } from "ai";
import type { Message } from "../../shared/validators/message.js";
import { toModelMessage } from "../aiSdk/messages.js";
import type { StorageOptions } from "../agentOptions.js";
import type { AgentPrompt } from "./args.js";

/** The messages a call was given: context, then what is to be answered. */
export type CallInput = { messages: ModelMessage[]; prompt: ModelMessage[] };

/** Reads a call's `messages`, `prompt` and `message`. */
export function inputOf({ messages = [], prompt, message }: AgentPrompt): CallInput {
  if (prompt !== undefined && message !== undefined) {
    throw new Error("Give either `prompt` or `message`, not both: each is what the model is to answer");
  }
  return { messages: messages.map(toModelMessage), prompt: promptMessages(message ?? prompt).map(toModelMessage) };
}

/**
 * The input that is saved when the generation starts. An answer to a saved prompt saves no input; otherwise the last
 * message, which is the prompt, or all of them.
 */
export function inputToSave(
  { messages, prompt }: CallInput,
  promptMessageId: string | undefined,
  save: NonNullable<StorageOptions["saveMessages"]>,
): ModelMessage[] {
  if (promptMessageId !== undefined || save === "none") return [];
  const all = [...messages, ...prompt];
  return save === "all" ? all : all.slice(-1);
}

type Prompt = string | Message | ModelMessage | Array<ModelMessage | Message> | undefined;

function promptMessages(prompt: Prompt): Array<ModelMessage | Message> {
  if (prompt === undefined) return [];
  if (typeof prompt === "string") return [{ role: "user", content: prompt }];
  return Array.isArray(prompt) ? prompt : [prompt];
}
