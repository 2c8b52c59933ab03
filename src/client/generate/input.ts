import type { ModelMessage } from "ai";
import type { Message } from "../../shared/validators/message.js";
import type { MessageWithMetadata } from "../../shared/validators/messageDoc.js";
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
 * The input that is saved when the generation starts. An answer to a saved prompt saves no input; otherwise the prompt
 * (the last of `messages` when there is none), or all of it.
 */
export function inputToSave(
  { messages, prompt }: CallInput,
  promptMessageId: string | undefined,
  save: NonNullable<StorageOptions["saveMessages"]>,
): ModelMessage[] {
  if (promptMessageId !== undefined || save === "none") return [];
  if (save === "all") return [...messages, ...prompt];
  return prompt.length > 0 ? prompt : messages.slice(-1);
}

/**
 * The input as a model is shown it: where saving has put data into the file storage, its URL stands in its place, as it
 * will when the message is shown again. `saved` are the last messages of the input.
 */
export function asSaved({ messages, prompt }: CallInput, saved: readonly MessageWithMetadata[]): CallInput {
  const all = [...messages, ...prompt];
  const shown = all.map((message, index) => {
    const stored = saved[index - (all.length - saved.length)];
    return stored?.fileIds === undefined ? message : toModelMessage(stored.message);
  });
  return { messages: shown.slice(0, messages.length), prompt: shown.slice(messages.length) };
}

type Prompt = string | Message | ModelMessage | Array<ModelMessage | Message> | undefined;

function promptMessages(prompt: Prompt): Array<ModelMessage | Message> {
  if (prompt === undefined) return [];
  if (typeof prompt === "string") return [{ role: "user", content: prompt }];
  return Array.isArray(prompt) ? prompt : [prompt];
}
