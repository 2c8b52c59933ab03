import type { LanguageModel } from "ai";

/** The AI SDK's newest language-model interface, taken from its own union. */
type Model = Extract<LanguageModel, { specificationVersion: "v4" }>;
type CallOptions = Parameters<Model["doStream"]>[0];
type StreamResult = Awaited<ReturnType<Model["doStream"]>>;
type StreamPart = StreamResult["stream"] extends ReadableStream<infer Part> ? Part : never;
type GenerateResult = Awaited<ReturnType<Model["doGenerate"]>>;
type Content = GenerateResult["content"][number];
type Usage = GenerateResult["usage"];

/** One thing the model does within a step. */
export type ScriptedPart =
  | string
  | { type: "reasoning"; text: string }
  | { type: "tool-call"; toolName: string; input: unknown; toolCallId?: string }
  | { type: "source"; url: string; title?: string }
  | { type: "file"; mediaType: string; data: string | Uint8Array }
  | { type: "wait"; until: PromiseLike<unknown> }
  | { type: "error"; error: unknown };

/** One model call: its parts in order; a thrown error (`throws`) fails the call before any part. */
export type ScriptedStep =
  | readonly ScriptedPart[]
  | { throws: unknown };

/** What a scripted model does and how it presents itself. */
export type ScriptedModelOptions = {
  /** One entry per model call, in order; the last entry repeats. A function sees the call and decides. */
  steps: readonly ScriptedStep[] | ((call: CallOptions, index: number) => ScriptedStep);
  /** Default: "scripted". */
  provider?: string;
  /** Default: "scripted-model". */
  modelId?: string;
};

/** A scripted model and the calls it has received. */
export type ScriptedModel = Model & { readonly calls: readonly CallOptions[] };

/**
 * A language model that says what a test tells it to, word by word, without a network. `calls` holds what it was
 * asked: the prompt, the tools and settings of each call, in order. Errors that a step throws or says reach the app
 * as those of a provider would.
 *
 * @example
 * import { scriptedModel } from "convex-agent/test";
 *
 * const model = scriptedModel({ steps: [
 *   [{ type: "tool-call", toolName: "weather", input: { city: "Oslo" } }],
 *   ["It is sunny in Oslo."],
 * ] });
 * const agent = new Agent(components.agent, { name: "Helper", languageModel: model, tools: { weather }, maxSteps: 2 });
 * await agent.generateText(ctx, { threadId }, { prompt: "Weather?" });
 * expect(model.calls).toHaveLength(2);
 */
export function scriptedModel(options: ScriptedModelOptions): ScriptedModel {
  const calls: CallOptions[] = [];
  const next = (call: CallOptions): readonly ScriptedPart[] => {
    call.abortSignal?.throwIfAborted();
    calls.push(call);
    const step = stepAt(options.steps, call, calls.length - 1);
    if ("throws" in step) throw step.throws;
    return step;
  };
  return {
    specificationVersion: "v4",
    provider: options.provider ?? "scripted",
    modelId: options.modelId ?? "scripted-model",
    // Takes files by their URL, as many models do: nothing is downloaded for it.
    supportedUrls: { "*/*": [/^https?:/u] },
    calls,
    doGenerate: async (call) => generate(next(call), call),
    doStream: async (call) => ({ stream: stream(next(call), call) }),
  };
}

function stepAt(steps: ScriptedModelOptions["steps"], call: CallOptions, index: number): ScriptedStep {
  if (typeof steps === "function") return steps(call, index);
  const step = steps[Math.min(index, steps.length - 1)];
  if (step === undefined) throw new Error("A scripted model needs at least one step");
  return step;
}

async function generate(parts: readonly ScriptedPart[], call: CallOptions): Promise<GenerateResult> {
  const content: Content[] = [];
  for (const [index, part] of parts.entries()) {
    if (typeof part === "string") content.push({ type: "text", text: part });
    else if (part.type === "wait") await untilOrAborted(part.until, call.abortSignal);
    else if (part.type === "error") throw part.error;
    else content.push(toContent(part, callId(index, call)));
  }
  return { content, finishReason: finishReason(parts), usage: usageOf(parts), warnings: [] };
}

function stream(parts: readonly ScriptedPart[], call: CallOptions): ReadableStream<StreamPart> {
  const source = streamParts(parts, call);
  return new ReadableStream<StreamPart>(
    {
      async pull(controller) {
        const { done, value } = await source.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await source.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

async function* streamParts(
  parts: readonly ScriptedPart[],
  call: CallOptions,
): AsyncGenerator<StreamPart, void, undefined> {
  yield { type: "stream-start", warnings: [] };
  for (const [index, part] of parts.entries()) {
    call.abortSignal?.throwIfAborted();
    if (typeof part === "string") yield* spoken("text", String(index), part);
    else if (part.type === "reasoning") yield* spoken("reasoning", String(index), part.text);
    else if (part.type === "wait") await untilOrAborted(part.until, call.abortSignal);
    else if (part.type === "error") yield { type: "error", error: part.error };
    else if (part.type === "tool-call") yield* toolCall(part, callId(index, call));
    else if (part.type === "file") yield toFile(part);
    else yield toSource(part, callId(index, call));
  }
  yield { type: "finish", finishReason: finishReason(parts), usage: usageOf(parts) };
}

function* spoken(kind: "text" | "reasoning", id: string, text: string): Generator<StreamPart> {
  yield { type: `${kind}-start`, id };
  for (const delta of words(text)) yield { type: `${kind}-delta`, id, delta };
  yield { type: `${kind}-end`, id };
}

function* toolCall(part: Extract<ScriptedPart, { type: "tool-call" }>, id: string): Generator<StreamPart> {
  const call = toContent(part, id);
  if (call.type !== "tool-call") return;
  yield { type: "tool-input-start", id: call.toolCallId, toolName: call.toolName };
  yield { type: "tool-input-delta", id: call.toolCallId, delta: call.input };
  yield { type: "tool-input-end", id: call.toolCallId };
  yield call;
}

type Said = Exclude<ScriptedPart, string | { type: "wait" } | { type: "error" }>;
type NamedSource = Extract<ScriptedPart, { type: "source" }>;

function toSource({ url, title }: NamedSource, id: string): Extract<Content, { type: "source" }> {
  return { type: "source", sourceType: "url", id, url, ...(title ? { title } : {}) };
}

function toFile({ mediaType, data }: Extract<ScriptedPart, { type: "file" }>): Extract<Content, { type: "file" }> {
  return { type: "file", mediaType, data: { type: "data", data } };
}

function toContent(part: Said, id: string): Extract<Content, { type: "reasoning" | "tool-call" | "source" | "file" }> {
  switch (part.type) {
    case "reasoning":
      return { type: "reasoning", text: part.text };
    case "tool-call":
      return {
        type: "tool-call",
        toolCallId: part.toolCallId ?? id,
        toolName: part.toolName,
        // A string goes out as it is, so that a test can have the model produce invalid JSON.
        input: typeof part.input === "string" ? part.input : JSON.stringify(part.input),
      };
    case "source":
      return toSource(part, id);
    case "file":
      return toFile(part);
    default:
      return part satisfies never;
  }
}

/** Unique within one conversation: the calls of later steps see longer prompts. */
function callId(index: number, call: CallOptions): string {
  return `call-${call.prompt.length}-${index}`;
}

function words(text: string): string[] {
  return text.match(/\s*\S+|\s+/gu) ?? [];
}

function finishReason(parts: readonly ScriptedPart[]): GenerateResult["finishReason"] {
  const kinds = parts.map((part) => (typeof part === "string" ? "text" : part.type));
  const unified = kinds.includes("error") ? "error" : kinds.includes("tool-call") ? "tool-calls" : "stop";
  return { unified, raw: unified };
}

/** One token per word spoken and ten for the prompt: numbers a test can foresee. */
function usageOf(parts: readonly ScriptedPart[]): Usage {
  const spokenWords = parts.reduce((sum, part) => sum + (typeof part === "string" ? words(part).length : 1), 0);
  return {
    inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: spokenWords, text: spokenWords, reasoning: 0 },
  };
}

async function untilOrAborted(until: PromiseLike<unknown>, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  if (!signal) {
    await until;
    return;
  }
  const ended = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true, signal: ended.signal });
  });
  try {
    await Promise.race([until, aborted]);
  } finally {
    ended.abort();
  }
}
