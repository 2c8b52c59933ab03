import { APICallError, RetryError } from "ai";
import type { RawCall } from "../../shared/validators/rawCall.js";
import type { MessageWithMetadata } from "../../shared/validators/messageDoc.js";
import { fitJson, withoutSecrets } from "./rawJson.js";

/** One model call as it was sent and answered, before it is trimmed. */
export type RawCallContent = { request: unknown; response: unknown };

/** How much is kept of each model call, and what not. */
export type RawCallOptions = {
  /** The most that is kept of a request, and of a response, bytes. From 1,000 to 400,000. Default: 65,536. */
  maxBytes?: number;
  /**
   * Sees what is to be kept of a call and returns what may be, or undefined to keep nothing of it. Credentials are left
   * out before: headers other than those that help to find a request again, and fields and words that look like keys.
   */
  redact?: (call: RawCallContent) => RawCallContent | undefined;
};

const DEFAULT_MAX_BYTES = 65_536;
/** Two of them and what Convex adds fit in one row. */
const LARGEST_MAX_BYTES = 400_000;
/** A streamed answer is as many pieces as words: how it began and how it ended say what it was. */
const KEPT_AT_EACH_END = 40;

type Exchange = { request: { url?: string | undefined; body?: unknown }; response: object };

/** Keeps what a provider is sent and answers, one call after the other. */
export class RawCallKeeper {
  readonly #maxBytes: number;
  readonly #redact: RawCallOptions["redact"];
  #first: unknown[] = [];
  #last: unknown[] = [];
  #pieces = 0;

  constructor({ maxBytes = DEFAULT_MAX_BYTES, redact }: RawCallOptions) {
    if (!Number.isInteger(maxBytes) || maxBytes < 1_000 || maxBytes > LARGEST_MAX_BYTES) {
      throw new Error(`keepRawCalls.maxBytes is ${maxBytes}: give a whole number from 1,000 to ${LARGEST_MAX_BYTES.toLocaleString("en")}`);
    }
    this.#maxBytes = maxBytes;
    this.#redact = redact;
  }

  /** A piece of a streamed answer, as the provider sent it. */
  saw(piece: unknown): void {
    this.#pieces += 1;
    if (this.#first.length < KEPT_AT_EACH_END) this.#first.push(piece);
    else {
      this.#last.push(piece);
      if (this.#last.length > KEPT_AT_EACH_END) this.#last.shift();
    }
  }

  /** What to keep of a call that has ended. The next pieces are of the next call. */
  take({ request, response }: Exchange): RawCall | undefined {
    const { messages: _messages, ...answered } = { messages: undefined, ...response };
    const streamed = this.#takePieces();
    const { url, body } = request;
    return this.#kept({ request: { url, body }, response: { ...answered, ...(streamed && { streamed }) } });
  }

  /** What to keep of a call that failed, as far as its error tells. */
  ofFailure(error: unknown): RawCall | undefined {
    const streamed = this.#takePieces();
    const cause = RetryError.isInstance(error) ? error.lastError : error;
    if (!APICallError.isInstance(cause)) return undefined;
    const { url, requestBodyValues, statusCode, responseHeaders, responseBody } = cause;
    const response = { status: statusCode, headers: responseHeaders, body: responseBody, ...(streamed && { streamed }) };
    // Some providers take their key in the address.
    return this.#kept({ request: { url: url.split("?")[0], body: requestBodyValues }, response });
  }

  #takePieces(): unknown[] | undefined {
    const left = this.#pieces - this.#first.length - this.#last.length;
    const pieces = [...this.#first, ...(left > 0 ? [`… ${left} more …`] : []), ...this.#last];
    [this.#first, this.#last, this.#pieces] = [[], [], 0];
    return pieces.length === 0 ? undefined : pieces;
  }

  #kept(call: RawCallContent): RawCall | undefined {
    const safe = { request: withoutSecrets(call.request), response: withoutSecrets(call.response) };
    const kept = this.#redact ? this.#redact(safe) : safe;
    return kept && { request: fitJson(kept.request, this.#maxBytes), response: fitJson(kept.response, this.#maxBytes) };
  }
}

/** The messages of a step with the raw call that they came of, which is kept with what the model said. */
export function withRawCall(messages: MessageWithMetadata[], rawCall: RawCall | undefined): MessageWithMetadata[] {
  const said = messages.find(({ message }) => message.role === "assistant");
  return rawCall === undefined ? messages : messages.map((message) => (message === said ? { ...message, rawCall } : message));
}

/** What keeps the raw calls of a generation, if the app wants them kept. */
export function rawCallKeeper(options: boolean | RawCallOptions | undefined): RawCallKeeper | undefined {
  return options === undefined || options === false ? undefined : new RawCallKeeper(options === true ? {} : options);
}
