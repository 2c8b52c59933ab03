import type { JSONValue, ModelMessage, ToolSet } from "ai";
import { toConvexJson } from "../../shared/convexJson.js";
import { invariant } from "../../shared/errors.js";
import { isRecord } from "../../shared/json.js";
import { MAX_CHUNK_BYTES } from "../../shared/liveLog.js";
import { sizeBytesOf } from "../../shared/storedMessage.js";
import type { MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import { errorToString } from "../aiSdk/failures.js";
import { resultMessages } from "../aiSdk/steps.js";

type ToolPart = Extract<ModelMessage, { role: "tool" }>["content"][number];
type ResultPart = Extract<ToolPart, { type: "tool-result" }>;

/** What a tool gave, as the SDK tells it. */
export type GivenResult = { toolCallId: string; toolName: string; input: unknown; output: unknown; providerMetadata?: ResultPart["providerOptions"] };

/** A result, of a call that was made before the generation or in it, and whether viewers were shown it. */
type Given = GivenResult & { isBefore: boolean; isShown: boolean };

/**
 * What tools gave since the last saved step, so that a generation which ends early saves it as a whole step would: as
 * the tool gave it, and in the form that a model is shown.
 */
export class ToolResults {
  readonly #tools: ToolSet | undefined;
  readonly #given = new Map<string, Given>();
  /** What the SDK made of the results of approved calls, before the first step. */
  #before: readonly ResultPart[] = [];
  #hasBegun = false;

  /** @param tools Those that the SDK runs. */
  constructor(tools: ToolSet | undefined) {
    this.#tools = tools;
  }

  /** The first step begins: what was given until now is of calls that were approved. */
  began(before: readonly ModelMessage[]): void {
    this.#hasBegun = true;
    this.#before = before.flatMap(({ role, content }) => (role === "tool" ? content.filter((part) => part.type === "tool-result") : []));
  }

  /** A tool has run. */
  add(result: GivenResult): void {
    this.#put(result, false);
  }

  /** A result is shown; of a tool that the provider runs itself nothing else is heard. */
  shown(result: GivenResult): void {
    this.#put(result, true);
  }

  #put(result: GivenResult, isShown: boolean): void {
    const isBefore = this.#given.get(result.toolCallId)?.isBefore ?? !this.#hasBegun;
    this.#given.set(result.toolCallId, { ...result, isBefore, isShown });
  }

  /** What the tool gave for a call. */
  readonly outputOf = (toolCallId: string): unknown => this.#given.get(toolCallId)?.output;

  /** All of them are saved. */
  clear(): void {
    this.#given.clear();
    this.#before = [];
  }

  /**
   * A message for each result; those of calls that were made before the generation are marked as successes. With
   * `isLogged` those are left out that the log of a stream tells as well.
   */
  async messages({ isLogged }: { isLogged: boolean }): Promise<MessageWithMetadata[]> {
    const made = new Set(this.#before.map(({ toolCallId }) => toolCallId));
    const before = this.#before.filter((part) => !(isLogged && this.#isTold(part)));
    const others = [...this.#given.values()].filter((given) => !made.has(given.toolCallId) && !(isLogged && this.#isTold(given)));
    return Promise.all([
      ...before.map((part) => this.#message(part, true)),
      ...others.map(async (given) => this.#message(await this.#partOf(given), given.isBefore)),
    ]);
  }

  /** Whether a log tells all of a result: a model is shown what the tool gave, and it fits. */
  #isTold({ toolCallId, toolName, output }: GivenResult | ResultPart): boolean {
    const given = this.#given.get(toolCallId);
    if (this.#toolOf(toolName)?.toModelOutput || (given && !given.isShown)) return false;
    // The chunk that shows it is a little larger. A decision against a call is told without its reason.
    return given ? sizeBytesOf(toConvexJson(given.output)) < MAX_CHUNK_BYTES / 2 : isShort(output);
  }

  #message(part: ResultPart, isBefore: boolean): MessageWithMetadata {
    const [made] = resultMessages([{ role: "tool", content: [part] }], this.outputOf);
    invariant(made, "a message is made of each message");
    return isBefore ? made : { message: made.message };
  }

  async #partOf({ toolCallId, toolName, input, output, providerMetadata }: Given): Promise<ResultPart> {
    const part = { type: "tool-result", toolCallId, toolName, output: await this.#modelOutput({ toolCallId, toolName, input, output }) } as const;
    return providerMetadata === undefined ? part : { ...part, providerOptions: providerMetadata };
  }

  async #modelOutput({ toolCallId, toolName, input, output }: GivenResult): Promise<ResultPart["output"]> {
    try {
      const made = await this.#toolOf(toolName)?.toModelOutput?.({ toolCallId, input, output });
      if (made) return made;
    } catch (error) {
      // A generation ends whatever its tools do: the model is shown what the tool gave.
      // oxlint-disable-next-line no-console
      console.warn(`A model will be shown what the tool "${toolName}" gave, for its toModelOutput failed: ${errorToString(error)}`);
    }
    // Bytes, which are no JSON, are kept as such in what is stored.
    return typeof output === "string" ? { type: "text", value: output } : { type: "json", value: toConvexJson(output) as JSONValue };
  }

  #toolOf(name: string): ToolSet[string] | undefined {
    return this.#tools && Object.hasOwn(this.#tools, name) ? this.#tools[name] : undefined;
  }
}

function isShort(output: unknown): boolean {
  const isExplained = isRecord(output) && output.type === "execution-denied" && output.reason !== undefined;
  return !isExplained && sizeBytesOf(toConvexJson(output)) < MAX_CHUNK_BYTES / 2;
}
