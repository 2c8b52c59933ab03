import { parseFailure, type FailureReason } from "../../shared/failureReason.js";
import { isRecord } from "../../shared/json.js";

/** What a person can do in a chat. */
export type ChatActionKind = "send" | "stop" | "retry" | "approve" | "deny";

/** Something a person did that did not happen. */
export interface ChatFailure<Input> {
  readonly action: ChatActionKind;
  /** What kind of failure, in words to show. */
  readonly reason: FailureReason;
  /** What was to be sent, so that nothing typed is lost; only for `send`. */
  readonly input: Input | undefined;
  /** What the app's function threw. */
  readonly cause: unknown;
}

export interface ChatActionsSnapshot<Input> {
  /** What is under way. */
  readonly pending: ReadonlySet<ChatActionKind>;
  /** Tool calls whose decision is being sent. */
  readonly deciding: ReadonlySet<string>;
  readonly failure: ChatFailure<Input> | undefined;
}

/**
 * Runs what a person does, and remembers what is under way and what failed. A failure is a value to show, never an
 * unhandled rejection; it goes with the next try of the same action. Decisions on one tool call run once at a time.
 */
export class ChatActions<Input> {
  readonly #listeners = new Set<() => void>();
  readonly #running: { readonly action: ChatActionKind; readonly approvalId: string | undefined }[] = [];
  #snapshot: ChatActionsSnapshot<Input> = { pending: new Set(), deciding: new Set(), failure: undefined };

  readonly getSnapshot = (): ChatActionsSnapshot<Input> => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** True when it was done; false when it failed, or is under way already (all but `send`). */
  async run(
    action: ChatActionKind, perform: () => Promise<unknown>, about: { input?: Input; approvalId?: string } = {},
  ): Promise<boolean> {
    const { input, approvalId } = about;
    if (action !== "send" && this.#isRunning(action, approvalId)) return false;
    const run = { action, approvalId };
    this.#running.push(run);
    this.#publish(this.#snapshot.failure?.action === action ? undefined : this.#snapshot.failure);
    let failure = this.#snapshot.failure;
    try {
      await perform();
      failure = this.#snapshot.failure;
      return true;
    } catch (cause) {
      failure = { action, reason: failureReasonOf(cause), input, cause };
      return false;
    } finally {
      this.#running.splice(this.#running.indexOf(run), 1);
      this.#publish(failure);
    }
  }

  readonly dismissFailure = (): void => this.#publish(undefined);

  #isRunning(action: ChatActionKind, approvalId: string | undefined): boolean {
    return this.#running.some((run) => (approvalId === undefined ? run.action === action : run.approvalId === approvalId));
  }

  #publish(failure: ChatFailure<Input> | undefined): void {
    this.#snapshot = {
      pending: new Set(this.#running.map(({ action }) => action)),
      deciding: new Set(this.#running.flatMap(({ approvalId }) => approvalId ?? [])),
      failure,
    };
    for (const listener of this.#listeners) listener();
  }
}

/**
 * What a thrown value says, typed. The data of a `ConvexError` (a text, or an object with `code` and `message`) is
 * what the app wanted to be read; the message of any other error is all there is.
 */
export function failureReasonOf(thrown: unknown): FailureReason {
  const data = isRecord(thrown) ? thrown.data : undefined;
  if (typeof data === "string") return parseFailure(data);
  if (isRecord(data) && typeof data.message === "string") {
    const known = typeof data.code === "string" ? parseFailure(`${data.code}: ${data.message}`) : parseFailure(data.message);
    return known.code === "error" ? { ...known, message: data.message } : known;
  }
  return parseFailure(thrown instanceof Error ? thrown.message : String(thrown));
}
