import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";
import { answer } from "./answer";
import { solve, type Solution } from "./arithmetic";
import { LABEL, readConversation, type Conversation } from "./conversation";
import { readHints } from "./hints";
import { fillSchema } from "./schemaValue";
import { planTools, type PlannedCall, type ToolPlan } from "./toolPlan";
import { requestBody } from "./wire";
import { countTokens, shorten, spokenPieces } from "./words";

/** Settings of a {@link DemoModel}; each has a default that suits a page that people look at. */
export interface DemoModelOptions {
  /** Pause between two words, milliseconds. Default 36: 28 words a second. 0 waits nowhere. */
  wordDelayMs?: number;
  /** Waits; rejects with the signal's reason when it is aborted. Default: `setTimeout`. */
  sleep?: (delayMs: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Names tool calls and responses. Default: random UUIDs. */
  generateId?: () => string;
  /** Wall clock, milliseconds since the Unix epoch. Default: `Date.now`. */
  nowMs?: () => number;
}

/** Everything one call of the model says, before it is spoken. */
interface Script {
  reasoning: string;
  text: string;
  /** A structured answer has no words to be spoken one by one. */
  isJson: boolean;
  calls: (PlannedCall & { callId: string })[];
  finishReason: LanguageModelV4FinishReason;
  usage: LanguageModelV4Usage;
}

type Warnings = LanguageModelV4GenerateResult["warnings"];

const INPUT_CHUNK_CHARS = 12;
/** Words that ask for something to be made, and say nothing about it. */
const REQUEST_WORDS = "create draft generate make plan prepare propose suggest write";
const THINKS = /\bstep[ -]by[ -]step\b|\bthink (?:about|hard|first|it through|aloud|out loud)\b|\b(?:explain|show) your (?:reasoning|thinking)\b/i;

/**
 * A language model that is a script: it calls the tools it is given when the user's words ask for them, answers only
 * from the conversation it is shown, and says in each answer what it is. It stands in for a real model where there is
 * no key, so that everything around it can be seen working.
 *
 * @example
 * const { text } = await generateText({ model: new DemoModel(), prompt: "Hello" });
 */
export class DemoModel implements LanguageModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = "demo";
  readonly modelId = "scripted";
  readonly supportedUrls = {};
  private readonly options: Required<DemoModelOptions>;

  constructor(options: DemoModelOptions = {}) {
    this.options = { wordDelayMs: 36, sleep, generateId: () => crypto.randomUUID(), nowMs: () => Date.now(), ...options };
  }

  /** The whole answer at once, without pauses. */
  async doGenerate(call: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    call.abortSignal?.throwIfAborted();
    const script = writeScript(call, this.options);
    const content: LanguageModelV4Content[] = [];
    if (script.reasoning !== "") content.push({ type: "reasoning", text: script.reasoning });
    if (script.text !== "") content.push({ type: "text", text: script.text });
    for (const { callId, toolName, input } of script.calls) {
      content.push({ type: "tool-call", toolCallId: callId, toolName, input: JSON.stringify(input) });
    }
    const response = { id: this.options.generateId(), modelId: this.modelId, timestamp: new Date(this.options.nowMs()) };
    const { finishReason, usage } = script;
    const request = { body: requestBody(call, { modelId: this.modelId, isStreamed: false }) };
    return { content, finishReason, usage, request, response: { ...response, body: { content, finishReason, usage } }, warnings: warningsOf(call) };
  }

  /** The answer word by word. An abort ends the stream with the signal's reason at once, between two words or within a pause. */
  async doStream(call: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    call.abortSignal?.throwIfAborted();
    const parts = this.speak(call);
    const stream = new ReadableStream<LanguageModelV4StreamPart>({
      async pull(controller) {
        const { done, value } = await parts.next();
        if (done === true) return controller.close();
        if (call.includeRawChunks === true) controller.enqueue({ type: "raw", rawValue: value });
        controller.enqueue(value);
      },
      async cancel() {
        await parts.return();
      },
    });
    return { stream, request: { body: requestBody(call, { modelId: this.modelId, isStreamed: true }) } };
  }

  private async *speak(call: LanguageModelV4CallOptions): AsyncGenerator<LanguageModelV4StreamPart, void, undefined> {
    const script = writeScript(call, this.options);
    const pause = () => this.pause(call.abortSignal);
    yield { type: "stream-start", warnings: warningsOf(call) };
    yield { type: "response-metadata", id: this.options.generateId(), modelId: this.modelId, timestamp: new Date(this.options.nowMs()) };
    yield* speakBlock("reasoning", spokenPieces(script.reasoning), pause);
    yield* speakBlock("text", script.isJson ? jsonPieces(script.text) : spokenPieces(script.text), pause);
    for (const planned of script.calls) yield* speakCall(planned, pause);
    yield { type: "finish", finishReason: script.finishReason, usage: script.usage };
  }

  private async pause(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.options.wordDelayMs > 0) await this.options.sleep(this.options.wordDelayMs, signal);
  }
}

function sleep(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, delayMs);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

async function* speakBlock(kind: "text" | "reasoning", pieces: readonly string[], pause: () => Promise<void>): AsyncGenerator<LanguageModelV4StreamPart> {
  if (pieces.length === 0) return;
  const id = kind;
  yield { type: `${kind}-start`, id };
  for (const delta of pieces) {
    await pause();
    yield { type: `${kind}-delta`, id, delta };
  }
  yield { type: `${kind}-end`, id };
}

async function* speakCall(planned: Script["calls"][number], pause: () => Promise<void>): AsyncGenerator<LanguageModelV4StreamPart> {
  const { callId, toolName } = planned;
  const input = JSON.stringify(planned.input);
  yield { type: "tool-input-start", id: callId, toolName };
  for (const delta of jsonPieces(input)) {
    await pause();
    yield { type: "tool-input-delta", id: callId, delta };
  }
  yield { type: "tool-input-end", id: callId };
  yield { type: "tool-call", toolCallId: callId, toolName, input };
}

/** JSON in pieces of whole characters. */
function jsonPieces(json: string): string[] {
  return json.match(new RegExp(`[^]{1,${INPUT_CHUNK_CHARS}}`, "gu")) ?? [];
}

function warningsOf(call: LanguageModelV4CallOptions): Warnings {
  return (call.tools ?? []).flatMap((tool) =>
    tool.type === "function" ? [] : [{ type: "unsupported" as const, feature: `provider tool ${tool.id}` }]);
}

/** Decides what to say: tool calls, or a structured value, or a text. */
function writeScript(call: LanguageModelV4CallOptions, { generateId, nowMs }: Required<DemoModelOptions>): Script {
  const conversation = readConversation(call.prompt);
  const plan = planTools(conversation, call, nowMs());
  const calls = plan.calls.map((planned) => ({ ...planned, callId: generateId() }));
  const isJson = call.responseFormat?.type === "json";
  const full = calls.length > 0 ? "" : isJson ? structured(conversation, call, nowMs()) : spoken(conversation, call, plan);
  const { text, reason } = limited(full, call);
  const reasoning = wantsReasoning(conversation, call) ? reasons(conversation, plan, call) : "";
  return { reasoning, text, isJson, calls, finishReason: finishOf(calls.length > 0 ? "tool-calls" : reason), usage: usageOf(call, { reasoning, text, calls }) };
}

function spoken(conversation: Conversation, call: LanguageModelV4CallOptions, plan: ToolPlan): string {
  const toolNames = (call.tools ?? []).flatMap((tool) => (tool.type === "function" ? [tool.name] : []));
  return `${LABEL} ${answer(conversation, { plan, toolNames })}`;
}

function structured(conversation: Conversation, call: LanguageModelV4CallOptions, nowMs: number): string {
  const { current } = conversation;
  const outputs = current.tools.flatMap((tool) => (tool.output?.kind === "value" ? [JSON.stringify(tool.output.value)] : []));
  const hints = readHints([current.user, ...outputs].join("\n"), { commandWords: REQUEST_WORDS, nowMs });
  const schema = call.responseFormat?.type === "json" ? call.responseFormat.schema : undefined;
  return JSON.stringify(schema === undefined ? { text: hints.text, note: "scripted demo model" } : fillSchema(schema, hints, "answer").value);
}

/** Cuts at the first stop sequence and at `maxOutputTokens`. */
function limited(text: string, call: LanguageModelV4CallOptions): { text: string; reason: "stop" | "length" } {
  const stops = (call.stopSequences ?? []).map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  const stopped = stops.length > 0 ? text.slice(0, Math.min(...stops)) : text;
  if (call.maxOutputTokens === undefined || countTokens(stopped) <= call.maxOutputTokens) return { text: stopped, reason: "stop" };
  let kept = "";
  let tokens = 0;
  for (const piece of spokenPieces(stopped)) {
    tokens += countTokens(piece);
    if (tokens > call.maxOutputTokens) break;
    kept += piece;
  }
  return { text: kept, reason: "length" };
}

function finishOf(unified: "stop" | "length" | "tool-calls"): LanguageModelV4FinishReason {
  return { unified, raw: unified };
}

function wantsReasoning({ current }: Conversation, { reasoning = "provider-default" }: LanguageModelV4CallOptions): boolean {
  if (reasoning === "none") return false;
  return reasoning !== "provider-default" || THINKS.test(current.user);
}

/** How the answer was in fact decided on; with more effort in more detail. */
function reasons({ current, earlier }: Conversation, plan: ToolPlan, { reasoning: effort, tools = [] }: LanguageModelV4CallOptions): string {
  const results = current.tools.filter((tool) => tool.output !== null).map((tool) => tool.name);
  const solution = solve(current.user);
  if (plan.calls.length === 0 && results.length === 0 && solution !== null) return workOut(solution, effort);
  return [
    `The message to answer is “${shorten(current.user, 160)}”, after ${earlier.length} earlier ${earlier.length === 1 ? "turn" : "turns"}.`,
    effort === "high" ? `The tools that I could call: ${tools.map(({ name }) => name).join(", ") || "none"}.` : "",
    ...plan.trace,
    results.length > 0 ? `I have the results of ${results.join(", ")} and answer from them.` : "",
    plan.calls.length === 0 && results.length === 0 ? "No tool is to be called, so I answer from the conversation alone." : "",
  ].filter((line) => line !== "").join("\n");
}

function workOut({ expression, steps, check, result }: Solution, effort: LanguageModelV4CallOptions["reasoning"]): string {
  if (effort === "low") return `${expression}: ${steps.length} ${steps.length === 1 ? "step" : "steps"}, the last is ${steps.at(-1) ?? ""}.`;
  return [
    `The message asks for ${expression}.`,
    "Brackets come first, then times and divided by, then plus and minus, from left to right.",
    ...steps.map((step, index) => `${index + 1}. ${step}`),
    effort === "high" && check !== null ? `The other way round, the last step is ${check}: it fits.` : "",
    result === null ? "Nothing can be divided by zero, so there is no result." : `So the result is ${result}.`,
  ].filter((line) => line !== "").join("\n");
}

function usageOf(call: LanguageModelV4CallOptions, said: Pick<Script, "reasoning" | "text" | "calls">): LanguageModelV4Usage {
  const input = countTokens(JSON.stringify(call.prompt.map(({ role, content }) => ({ role, content })))) + countTokens(JSON.stringify(call.tools ?? []));
  const reasoning = countTokens(said.reasoning);
  const text = countTokens(said.text) + said.calls.reduce((sum, planned) => sum + countTokens(planned.toolName + JSON.stringify(planned.input)), 0);
  return {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: text + reasoning, text, reasoning },
  };
}
