import type { StepResult, TextStreamPart, ToolSet, UIMessageChunk } from "ai";
import { extractText } from "../../shared/extractText.js";
import { abortReason } from "../../shared/failureReason.js";
import { emptyReduction, reduceChunks } from "../../shared/reduceChunks.js";
import { reductionToMessages } from "../../shared/reductionToMessages.js";
import type { MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import type { Agent } from "../agent.js";
import { toChunk, toStoredChunk } from "../aiSdk/chunks.js";
import { errorToString } from "../aiSdk/failures.js";
import { modelNames } from "../aiSdk/models.js";
import { compressUIMessageChunks } from "../streaming/compress.js";
import { DeltaStreamer } from "../streaming/deltaStreamer.js";
import type { Playground } from "./access.js";
import { asideOrder, STOPPED } from "./asideOrder.js";
import { shownSteps, unsavedMessages, type PlaygroundAnswer } from "./answers.js";
import { agentCall, type AnswerCall, type AnswerCtx } from "./makeAnswer.js";

/**
 * Makes an answer of which no message comes. Who chose its `liveId` follows it while it is written, and may stop it. Its
 * stream is removed half a minute after its end, as any other.
 */
export async function asideAnswer({ component, timers }: Playground, ctx: AnswerCtx, { agent, call, liveId }: { agent: Agent; call: AnswerCall; liveId: number }): Promise<PlaygroundAnswer> {
  const startMs = timers.now();
  const { target, args, options } = agentCall({ ...call, storageOptions: { saveMessages: "none" } });
  const model = agent.options.languageModel ?? agent.options.chat;
  const streamer = new DeltaStreamer<UIMessageChunk>(
    component,
    ctx,
    // It stops by the signal of the streamer; there is nobody else to tell.
    { onAsyncAbort: async () => {}, compress: compressUIMessageChunks, timers },
    { ...target, order: asideOrder(liveId), stepOrder: 0, format: "UIMessageChunk", agentName: agent.name, ...(model && modelNames(model)), savesOutput: false },
  );
  // Before the model is asked: who waits for its first word can stop it.
  await streamer.getStreamId();
  const aside = new Aside(agent.options.tools);
  try {
    const result = await agent.streamText(ctx, target, { ...args, ...aside.callbacks, abortSignal: streamer.abortController.signal }, options);
    await streamer.consumeStream(aside.chunks(result.fullStream));
  } catch (error) {
    await streamer.fail(errorToString(error));
    throw error;
  }
  return { ...aside.answer(startMs), messages: [], durationMs: timers.now() - startMs };
}

type Step = StepResult<ToolSet>;

/** What was said of an answer so far. */
class Aside {
  readonly #tools: ToolSet | undefined;
  readonly #steps: Step[] = [];
  readonly #chunks: UIMessageChunk[] = [];
  #failure: { error: unknown } | undefined;
  #isWhole = false;

  constructor(tools: ToolSet | undefined) {
    this.#tools = tools;
  }

  readonly callbacks = {
    onStepEnd: (step: Step) => void this.#steps.push(step),
    onError: (event: { error: unknown }) => void (this.#failure ??= event),
  };

  async *chunks(parts: AsyncIterable<TextStreamPart<ToolSet>>): AsyncGenerator<UIMessageChunk> {
    for await (const part of parts) {
      if (part.type === "finish") this.#isWhole = part.finishReason !== "error";
      const chunk = toChunk(part, { tools: this.#tools, sendSources: true });
      if (chunk === undefined) continue;
      this.#chunks.push(chunk);
      yield chunk;
    }
  }

  /** What came of it. An end before its time that nobody wished is thrown. */
  answer(startMs: number): Pick<PlaygroundAnswer, "text" | "finishReason" | "isStopped" | "unsaved" | "steps"> {
    if (!this.#isWhole && this.#failure) throw this.#failure.error;
    const steps = shownSteps(this.#steps);
    const whole = unsavedMessages(this.#steps, startMs);
    const last = this.#steps.at(-1);
    if (this.#isWhole && last) return { text: last.text, finishReason: last.finishReason, unsaved: whole, steps };
    const cut = this.#cutMessages();
    return { text: cut.map(({ text }) => text).join(""), finishReason: "other", isStopped: true, unsaved: [...whole, ...cut], steps };
  }

  /** What was shown of the step that did not end. */
  #cutMessages(): (MessageWithMetadata & { text: string })[] {
    const error = abortReason(STOPPED);
    const reduction = reduceChunks(emptyReduction, this.#chunks.map(toStoredChunk));
    const said = reductionToMessages(reduction, { reason: error, skipSteps: this.#steps.length });
    const messages = said.length > 0 ? said : [{ role: "assistant" as const, content: "" }];
    return messages.map((message) => ({ message, text: extractText(message) ?? "", status: "failed" as const, error }));
  }
}
