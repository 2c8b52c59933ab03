import { createOpenAI } from "@ai-sdk/openai";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { DemoModel } from "./demoModel";
import { patientFetch } from "./patientFetch";

/** Which model answers, for people: `label` is one short line for a page. */
export interface ModelDescription {
  kind: "demo" | "openai";
  label: string;
}

interface OpenAISettings {
  apiKey: string;
  baseURL: string | undefined;
  modelName: string;
  /** How long the server may say nothing, milliseconds. */
  silenceMs: number;
}

const DEFAULT_MODEL = "gpt-5-mini";
/** A model that thinks first may take a minute or two for its first word. */
const DEFAULT_SILENCE_MS = 180_000;

/** An environment variable; a blank one counts as not set. */
function variable(name: "OPENAI_API_KEY" | "OPENAI_BASE_URL" | "OPENAI_MODEL" | "OPENAI_TIMEOUT_MS" | "DEMO_WORD_DELAY_MS"): string | undefined {
  const value = process.env[name]?.trim();
  return value === undefined || value === "" ? undefined : value;
}

function numberOf(name: "OPENAI_TIMEOUT_MS" | "DEMO_WORD_DELAY_MS"): number | undefined {
  const value = Number(variable(name) ?? Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}

function openAISettings(): OpenAISettings | null {
  const apiKey = variable("OPENAI_API_KEY");
  if (apiKey === undefined) return null;
  return { apiKey, baseURL: variable("OPENAI_BASE_URL"), modelName: variable("OPENAI_MODEL") ?? DEFAULT_MODEL, silenceMs: numberOf("OPENAI_TIMEOUT_MS") ?? DEFAULT_SILENCE_MS };
}

/** `DEMO_WORD_DELAY_MS` makes it speak faster or slower. */
function demoModel(): DemoModel {
  const wordDelayMs = numberOf("DEMO_WORD_DELAY_MS");
  return wordDelayMs === undefined ? new DemoModel() : new DemoModel({ wordDelayMs });
}

/**
 * The language model of the examples: OpenAI's, or that of any server that speaks its chat completions
 * (`OPENAI_BASE_URL`), when `OPENAI_API_KEY` is set; otherwise the scripted {@link DemoModel}.
 */
export function chooseModel(): LanguageModelV4 {
  const settings = openAISettings();
  if (settings === null) return demoModel();
  const openai = createOpenAI({ apiKey: settings.apiKey, baseURL: settings.baseURL, fetch: patientFetch(settings.silenceMs) });
  // Compatible servers (Ollama, LM Studio, vLLM) have chat completions; few have OpenAI's newer responses API.
  return settings.baseURL === undefined ? openai(settings.modelName) : openai.chat(settings.modelName);
}

/** What {@link chooseModel} chooses, without secrets. */
export function describeModel(): ModelDescription {
  const settings = openAISettings();
  if (settings === null) return { kind: "demo", label: "Scripted demo model. Set OPENAI_API_KEY to talk to a real one." };
  const where = settings.baseURL === undefined ? "OpenAI" : hostOf(settings.baseURL);
  return { kind: "openai", label: `${settings.modelName} (${where})` };
}

/** Host and port only: an address may hold a user name and a password. */
function hostOf(baseURL: string): string {
  return URL.canParse(baseURL) ? new URL(baseURL).host : "OPENAI_BASE_URL is not a URL";
}
