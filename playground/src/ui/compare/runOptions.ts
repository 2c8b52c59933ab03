import type { AgentDescription } from "convex-agent";
import { CONTEXT_NAMES, readValue, realChanges, toContextOptions, valuesOf, withoutGaps, type ContextChanges, type ContextName } from "../context/contextValues";

/** The settings of a model call that can be changed, with the values they can have. */
export const SETTINGS = {
  temperature: { label: "Temperature", min: 0, max: 2, step: 0.1 },
  topP: { label: "Top P", min: 0, max: 1, step: 0.05 },
  topK: { label: "Top K", min: 0, max: 1000, step: 1 },
  maxOutputTokens: { label: "Max output tokens", min: 1, max: 1_000_000, step: 1 },
  presencePenalty: { label: "Presence penalty", min: -2, max: 2, step: 0.1 },
  frequencyPenalty: { label: "Frequency penalty", min: -2, max: 2, step: 0.1 },
  seed: { label: "Seed", min: -2_147_483_648, max: 2_147_483_647, step: 1 },
} as const;
export type SettingName = keyof typeof SETTINGS;
export const SETTING_NAMES: readonly SettingName[] = ["temperature", "topP", "topK", "maxOutputTokens", "presencePenalty", "frequencyPenalty", "seed"];

export const TOOL_CHOICES = ["auto", "none", "required"] as const;
export type ToolChoice = (typeof TOOL_CHOICES)[number];

/** What is changed of an agent for one answer. What is left out is as the agent has it. */
export interface RunOptions {
  readonly agentName?: string | undefined;
  /** In place of the agent's instructions. */
  readonly instructions?: string | undefined;
  readonly settings?: { readonly [Name in SettingName]?: number | undefined } | undefined;
  readonly context?: ContextChanges | undefined;
  /** The tools that the model may call, by name. */
  readonly tools?: readonly string[] | undefined;
  readonly toolChoice?: ToolChoice | undefined;
  readonly maxSteps?: number | undefined;
  /** Nothing is saved. */
  readonly isUnsaved?: boolean | undefined;
}

/** Options as they stand in an address; undefined when nothing is changed. */
export function formatRunOptions(options: RunOptions): string | undefined {
  const json = JSON.stringify(parsed(JSON.parse(JSON.stringify(options))));
  return json === "{}" ? undefined : json;
}

/** Options from an address; what cannot be meant is left out. */
export function parseRunOptions(text: string | undefined): RunOptions {
  if (text === undefined) return {};
  try {
    return parsed(JSON.parse(text));
  } catch {
    // An address that was cut or written by hand: the same as one without options.
    return {};
  }
}

const MAX_STEPS = 100;

function parsed(json: unknown): RunOptions {
  if (!isRecord(json)) return {};
  const { agentName, instructions, settings, context, tools, toolChoice, maxSteps, isUnsaved } = json;
  const choice = TOOL_CHOICES.find((known) => known === toolChoice);
  const [knownSettings, knownContext] = [settingsOf(settings), contextOf(context)];
  return {
    ...(typeof agentName === "string" && agentName !== "" && { agentName }),
    ...(typeof instructions === "string" && { instructions }),
    ...(Object.keys(knownSettings).length > 0 && { settings: knownSettings }),
    ...(Object.keys(knownContext).length > 0 && { context: knownContext }),
    ...(Array.isArray(tools) && { tools: tools.filter((tool) => typeof tool === "string") }),
    ...(choice !== undefined && { toolChoice: choice }),
    ...(typeof maxSteps === "number" && Number.isInteger(maxSteps) && maxSteps >= 1 && maxSteps <= MAX_STEPS && { maxSteps }),
    ...(isUnsaved === true && { isUnsaved }),
  };
}

function settingsOf(value: unknown): NonNullable<RunOptions["settings"]> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(SETTING_NAMES.flatMap((name) => {
    const setting = readSetting(name, String(value[name] ?? ""));
    return setting === undefined ? [] : [[name, setting]];
  }));
}

/** A setting from what was typed; undefined when it is empty or out of its range. */
export function readSetting(name: SettingName, text: string): number | undefined {
  const { min, max, step } = SETTINGS[name];
  const number = Number(text.trim().replace(",", "."));
  if (text.trim() === "" || !Number.isFinite(number) || number < min || number > max) return undefined;
  return step === 1 && !Number.isInteger(number) ? undefined : number;
}

function contextOf(value: unknown): ContextChanges {
  if (!isRecord(value)) return {};
  return Object.fromEntries(CONTEXT_NAMES.flatMap((name: ContextName) => {
    const known = readValue(name, value[name] === undefined ? undefined : String(value[name]));
    return known === undefined ? [] : [[name, known]];
  }));
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** The agent that is to answer: the chosen one, else the one that a message is of, else the first. */
export function agentOf(agents: readonly AgentDescription[], ...names: readonly (string | undefined)[]): AgentDescription | undefined {
  for (const name of names) {
    const found = agents.find((agent) => agent.name === name);
    if (found !== undefined) return found;
  }
  return agents[0];
}

/** What the API's `generateText`, `streamText` and `regenerate` take for the options. */
export function overridesOf({ instructions, settings, context, tools, toolChoice, maxSteps }: RunOptions, agent: AgentDescription) {
  const base = valuesOf(agent.contextOptions);
  const changes = realChanges(context ?? {}, base);
  return {
    ...(instructions !== undefined && { system: instructions }),
    ...(settings !== undefined && Object.keys(settings).length > 0 && { callSettings: settings }),
    ...(Object.keys(changes).length > 0 && { contextOptions: toContextOptions(withoutGaps(base, changes)) }),
    ...(tools !== undefined && { activeTools: tools.filter((name) => agent.tools.some((tool) => tool.name === name)) }),
    ...(toolChoice !== undefined && { toolChoice }),
    ...(maxSteps !== undefined && { maxSteps }),
  };
}

/** What is changed, in a few words each, for those who have the controls closed. */
export function describeChanges({ instructions, settings = {}, context = {}, tools, toolChoice, maxSteps }: RunOptions, agent: AgentDescription | undefined): string[] {
  const contextChanges = Object.keys(agent === undefined ? context : realChanges(context, valuesOf(agent.contextOptions))).length;
  return [
    ...(instructions === undefined ? [] : ["instructions"]),
    ...SETTING_NAMES.flatMap((name) => (settings[name] === undefined ? [] : [`${SETTINGS[name].label.toLowerCase()} ${settings[name]}`])),
    ...(contextChanges === 0 ? [] : [`${contextChanges} of the context`]),
    ...(tools === undefined ? [] : [`${tools.length} of ${agent?.tools.length ?? tools.length} tools`]),
    ...(toolChoice === undefined ? [] : [`tool choice ${toolChoice}`]),
    ...(maxSteps === undefined ? [] : [`${maxSteps} steps`]),
  ];
}
