import type { JSONObject, JSONValue, LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from "@ai-sdk/provider";
import type { Conversation, Turn } from "./conversation";
import { readHints } from "./hints";
import { fillSchema } from "./schemaValue";
import { keyStems, wordsOf } from "./words";

export interface PlannedCall {
  toolName: string;
  input: JSONObject;
}

export interface ToolPlan {
  calls: PlannedCall[];
  /** A tool that the person seems to want, and what they did not say. */
  incomplete: { toolName: string; fields: string[] } | null;
  /** The reasons, for the reasoning part. */
  trace: string[];
}

type Tool = LanguageModelV4FunctionTool;

const MAX_PARALLEL_CALLS = 4;
const NAME_WEIGHT = 3;
const FOLLOW_UP = /^\s*(?:and|or|ok(?:ay)?,? and|what about|how about|and what about|same for)\b/i;
const REQUEST = /\?|^\s*(?:please\s|what|which|who|when|where|why|how|is|are|do|does|did|can|could|will|would|should|use|call|get|give|show|tell|find|search|look|check|calculate|compute|compare|convert|count|ask|add|create|make|send|write|save|remember|delete|remove|list|open|pay|set|start|stop|translate|generate|draw|book|order|plan|i (?:want|need|would like)|let)\b/i;
const SHORT_WORDS = 5;

/** Which tools the current turn asks for, with which input, and that were not called in it before. */
export function planTools(conversation: Conversation, options: Pick<LanguageModelV4CallOptions, "tools" | "toolChoice">, nowMs: number): ToolPlan {
  const tools = (options.tools ?? []).filter((tool): tool is Tool => tool.type === "function");
  const choice = options.toolChoice ?? { type: "auto" };
  const none: ToolPlan = { calls: [], incomplete: null, trace: [] };
  if (choice.type === "none" || tools.length === 0) return none;
  const { current } = conversation;
  if (choice.type !== "auto") {
    const named = choice.type === "tool" ? tools.find((tool) => tool.name === choice.toolName) : undefined;
    const tool = named ?? bestTool(current.user, tools)?.tool ?? tools[0];
    return tool === undefined ? none : forcedCall(tool, current.user, nowMs);
  }
  const wanted = wantedTool(conversation, tools);
  if (wanted === null) return none;
  return freshCalls(planCalls(wanted.tool, wanted.reason, { text: current.user, nowMs }), current);
}

function forcedCall(tool: Tool, text: string, nowMs: number): ToolPlan {
  const { calls } = planCalls(tool, "", { text, nowMs });
  const call = calls[0] ?? { toolName: tool.name, input: inputFor(tool, text, nowMs).input };
  return { calls: [call], incomplete: null, trace: [`I was told to call ${tool.name}.`] };
}

function wantedTool({ earlier, current }: Conversation, tools: readonly Tool[]): { tool: Tool; reason: string } | null {
  const before = earlier.at(-1)?.tools.at(-1)?.name;
  const again = FOLLOW_UP.test(current.user) && wordsOf(current.user).length <= 8 ? tools.find((tool) => tool.name === before) : undefined;
  const best = bestTool(current.user, tools);
  if (best !== null && isRequest(current.user)) {
    return { tool: best.tool, reason: `Words of the message (${best.words.join(", ")}) are those of the tool ${best.tool.name}.` };
  }
  return again === undefined ? null : { tool: again, reason: `The message goes on from the last one, which used the tool ${again.name}.` };
}

function isRequest(text: string): boolean {
  return REQUEST.test(text) || wordsOf(text).length <= SHORT_WORDS;
}

/** The tool whose name and description the text shares most words with, if it shares enough. */
function bestTool(text: string, tools: readonly Tool[]): { tool: Tool; words: string[] } | null {
  const said = keyStems(text);
  let best: { tool: Tool; words: string[]; score: number } | null = null;
  for (const tool of tools) {
    const inName = [...keyStems(tool.name)].filter((word) => said.has(word));
    const inDescription = [...keyStems(tool.description ?? "")].filter((word) => said.has(word) && !inName.includes(word));
    const score = inName.length * NAME_WEIGHT + inDescription.length + (saysName(text, tool.name) ? 2 * NAME_WEIGHT : 0);
    if (score >= NAME_WEIGHT && score > (best?.score ?? 0)) best = { tool, words: [...inName, ...inDescription], score };
  }
  return best;
}

function saysName(text: string, name: string): boolean {
  return text.toLowerCase().includes(name.toLowerCase());
}

interface Source {
  text: string;
  nowMs: number;
}

/** One call, or one for each thing the text names when the tool takes one thing at a time. */
function planCalls(tool: Tool, reason: string, { text, nowMs }: Source): ToolPlan {
  const { input, missing, names, numbers } = inputFor(tool, text, nowMs);
  if (missing.length > 0) return { calls: [], incomplete: { toolName: tool.name, fields: missing }, trace: [reason, `It needs ${missing.join(" and ")}, which I cannot find.`] };
  const [first, ...others] = names;
  const field = Object.keys(input).find((name) => input[name] === first);
  // `500 to Ann and 50 to Bob`: each name with its own number.
  const count = numbers.length === names.length ? Object.keys(input).find((name) => input[name] === numbers[0]) : undefined;
  const calls: PlannedCall[] = [{ toolName: tool.name, input }];
  if (field !== undefined) {
    for (const [index, other] of others.slice(0, MAX_PARALLEL_CALLS - 1).entries()) {
      calls.push({ toolName: tool.name, input: { ...input, [field]: other, ...(count === undefined ? {} : { [count]: numbers[index + 1] }) } });
    }
  }
  return { calls, incomplete: null, trace: [reason, ...calls.map((call) => `I call it with ${JSON.stringify(call.input)}.`)] };
}

function inputFor(tool: Tool, text: string, nowMs: number): { input: JSONObject; missing: string[]; names: string[]; numbers: number[] } {
  const hints = readHints(text, { commandWords: `${tool.name} ${tool.description ?? ""}`, nowMs });
  const { value, missing } = fillSchema(tool.inputSchema, hints, "tool");
  return { input: isObject(value) ? value : {}, missing, names: hints.names, numbers: hints.numbers };
}

function isObject(value: JSONValue): value is JSONObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Leaves out what was called in this turn already, so that results lead to an answer. */
function freshCalls(plan: ToolPlan, current: Turn): ToolPlan {
  const done = new Set(current.tools.map((tool) => `${tool.name} ${JSON.stringify(tool.input)}`));
  const calls = plan.calls.filter((call) => !done.has(`${call.toolName} ${JSON.stringify(call.input)}`));
  return current.tools.length > 0 && calls.length < plan.calls.length ? { calls: [], incomplete: null, trace: [] } : { ...plan, calls };
}
