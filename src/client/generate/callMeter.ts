import type { Instructions, LanguageModelUsage, ModelMessage } from "ai";
import type { ModelNames } from "../aiSdk/models.js";
import { plainUsage, usageReport, type UsageReport } from "../aiSdk/usage.js";
import { estimateTextTokens, estimateTokens } from "../../shared/estimateTokens.js";

/** What a model is asked. */
export type ModelInput = {
  instructions?: Instructions | undefined;
  messages: readonly ModelMessage[];
  tools?: unknown;
};

/** The start of a model call, as the SDK tells it. */
export type ModelCallStart = ModelInput & { provider: string; modelId: string };

/** The end of a model call, as the SDK tells it before any tool has run. */
export type ModelCallEnd = {
  provider: string;
  modelId: string;
  usage: LanguageModelUsage;
  providerMetadata?: object;
  performance?: { timeToFirstOutputMs: number | undefined };
};

/** What a model call took. */
export type CallReport = ModelNames & { usage: UsageReport; providerMetadata: object | undefined; isEstimate?: true };

/**
 * The tokens of the model call that is under way: those of a step that ends are told with it, and only a call whose step
 * never ends is asked for here. When the provider has not counted it either, it is estimated.
 */
export class CallMeter {
  #open: ModelCallStart | undefined;
  #ended: ModelCallEnd | undefined;
  #said: string | undefined;

  /** The model is asked, or asked again because an attempt has failed. */
  started(call: ModelCallStart): void {
    this.settle();
    this.#open = call;
  }

  /** The model has said or written more. */
  said(text: string): void {
    this.#said = (this.#said ?? "") + text;
  }

  ended(call: ModelCallEnd): void {
    this.settle();
    this.#ended = call;
  }

  /** The call is told of with its step. */
  settle(): void {
    this.#open = undefined;
    this.#ended = undefined;
    this.#said = undefined;
  }

  /**
   * The report of a call whose step never ended, once.
   *
   * @param options.wasCut The app ended it. A call that failed by itself before it said anything was refused, and cost nothing.
   */
  take({ wasCut }: { wasCut: boolean }): CallReport | undefined {
    const [open, ended, said] = [this.#open, this.#ended, this.#said];
    this.settle();
    if (ended) return { model: ended.modelId, provider: ended.provider, usage: usageReport(ended.usage), providerMetadata: ended.providerMetadata };
    if (!open || (said === undefined && !wasCut)) return undefined;
    return { model: open.modelId, provider: open.provider, ...estimatedReport(open, said) };
  }
}

/** What a model call took that its provider has not counted. `said` is undefined when it is not known. */
export function estimatedReport(input: ModelInput, said: string | undefined): Omit<CallReport, keyof ModelNames> {
  const { instructions, messages, tools } = input;
  const parts: unknown[] = [instructions ?? "", ...messages.map(({ content }) => content), ...(tools === undefined ? [] : [tools])];
  const inputTokens = parts.reduce<number>((sum, part) => sum + estimateTokens(part), 0);
  const outputTokens = said === undefined ? undefined : estimateTextTokens(said);
  return { usage: plainUsage({ inputTokens, outputTokens }), providerMetadata: undefined, isEstimate: true };
}
