import type { ModelMessage } from "ai";
import { expect, test } from "vitest";
import type { AgentPrompt } from "./args.js";
import { inputOf, inputToSave } from "./input.js";

const said = (content: string, role: "user" | "assistant" = "user"): ModelMessage => ({ role, content });
const [context, reply, question, more] = [said("context"), said("reply", "assistant"), said("question"), said("more")];

test.each<[string, AgentPrompt, Record<"all" | "promptAndOutput" | "none", string[]>]>([
  ["a text", { prompt: "question" }, { all: ["question"], promptAndOutput: ["question"], none: [] }],
  ["a message", { message: question }, { all: ["question"], promptAndOutput: ["question"], none: [] }],
  ["a prompt of several messages", { prompt: [question, more] }, { all: ["question", "more"], promptAndOutput: ["question", "more"], none: [] }],
  ["messages, the last of which is the prompt", { messages: [context, reply, question] }, { all: ["context", "reply", "question"], promptAndOutput: ["question"], none: [] }],
  ["a prompt after messages", { messages: [context, reply], prompt: "question" }, { all: ["context", "reply", "question"], promptAndOutput: ["question"], none: [] }],
  ["nothing", {}, { all: [], promptAndOutput: [], none: [] }],
])("%s: of the input, the storage option says what is saved; beside a saved prompt nothing is", (_name, prompt, expected) => {
  const input = inputOf(prompt);
  const saved = (save: "all" | "promptAndOutput" | "none", promptMessageId?: string) => inputToSave(input, promptMessageId, save).map(({ content }) => content);
  const options = ["all", "promptAndOutput", "none"] as const;
  expect(Object.fromEntries(options.map((save) => [save, saved(save)]))).toEqual(expected);
  expect(options.flatMap((save) => saved(save, "m"))).toEqual([]);
});
