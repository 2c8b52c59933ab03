import type { LanguageModelV4Message, LanguageModelV4Prompt, LanguageModelV4ToolResultOutput } from "@ai-sdk/provider";
import { takeContext } from "./givenContext";
import { givenFile, type GivenFile } from "./givenFiles";
import { startOf } from "./words";

export type ToolOutput =
  | { kind: "value"; value: unknown }
  | { kind: "error"; text: string }
  | { kind: "denied"; reason: string | undefined };

/** One call of a tool; `output` is null until its result is in the conversation. */
export interface ToolUse {
  callId: string;
  name: string;
  input: unknown;
  output: ToolOutput | null;
}

/** What a person wrote and everything said and done in answer to it. */
export interface Turn {
  user: string;
  files: GivenFile[];
  assistant: string;
  tools: ToolUse[];
}

export interface Conversation {
  system: string;
  /** Turns before the one that is to be answered. */
  earlier: Turn[];
  current: Turn;
}

/** Nobody reads more than this of one message; it keeps a message of a megabyte cheap. */
const MAX_READ_CHARS = 20_000;
/** What the demo model writes before each of its answers. */
export const LABEL = "*(scripted demo model)*";

function newTurn(): Turn {
  return { user: "", files: [], assistant: "", tools: [] };
}

function joined(before: string, text: string): string {
  const readable = startOf(text, MAX_READ_CHARS);
  return before === "" ? readable : `${before}\n${readable}`;
}

/** Puts the messages of a prompt in turns. */
export function readConversation(prompt: LanguageModelV4Prompt): Conversation {
  const turns: Turn[] = [];
  let system = "";
  for (const message of prompt) {
    if (message.role === "system") system = joined(system, message.content);
    else if (message.role === "user" || turns.length === 0) turns.push(newTurn());
    const turn = turns.at(-1);
    if (turn !== undefined) addMessage(turn, message);
  }
  const current = turns.at(-1) ?? newTurn();
  return { system: joined(system, takeContext(current) ?? ""), earlier: turns.slice(0, -1), current };
}

function addMessage(turn: Turn, message: LanguageModelV4Message): void {
  switch (message.role) {
    case "system": return;
    case "user": return addUser(turn, message);
    case "assistant": return addAssistant(turn, message);
    case "tool":
      for (const part of message.content) if (part.type === "tool-result") addResult(turn, part.toolCallId, part.output);
      return;
    default: message satisfies never;
  }
}

function addUser(turn: Turn, message: Extract<LanguageModelV4Message, { role: "user" }>): void {
  for (const part of message.content) {
    if (part.type === "text") turn.user = joined(turn.user, part.text);
    else turn.files.push(givenFile(part));
  }
}

function addAssistant(turn: Turn, message: Extract<LanguageModelV4Message, { role: "assistant" }>): void {
  for (const part of message.content) {
    if (part.type === "text") turn.assistant = joined(turn.assistant, part.text.replace(LABEL, "").trim());
    if (part.type === "tool-call") turn.tools.push({ callId: part.toolCallId, name: part.toolName, input: part.input, output: null });
    if (part.type === "tool-result") addResult(turn, part.toolCallId, part.output);
  }
}

function addResult(turn: Turn, callId: string, output: LanguageModelV4ToolResultOutput): void {
  const use = turn.tools.find((tool) => tool.callId === callId);
  if (use !== undefined) use.output = readOutput(output);
}

function readOutput(output: LanguageModelV4ToolResultOutput): ToolOutput {
  switch (output.type) {
    case "text": case "json": return { kind: "value", value: output.value };
    case "error-text": return { kind: "error", text: output.value };
    case "error-json": return { kind: "error", text: JSON.stringify(output.value) };
    case "execution-denied": return { kind: "denied", reason: output.reason };
    case "content": return { kind: "value", value: output.value.map((part) => (part.type === "text" ? part.text : `[${part.type}]`)).join("\n") };
    default: return output satisfies never;
  }
}
