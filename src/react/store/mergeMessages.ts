import type { UIStatus } from "../wireTypes.js";
import type { LiveMessage } from "./streamStore.js";

/** What merging must know about a listed message; `UIMessage` and `MessageDoc` both fit. */
export interface Positioned {
  readonly order: number;
  readonly stepOrder: number;
  readonly status: UIStatus;
  readonly role?: string;
  readonly agentName?: string;
  readonly message?: { readonly role: string };
}

/** The place of a message in its thread. One place holds one message. */
export function placeOf(message: Pick<Positioned, "order" | "stepOrder">): string {
  return `${message.order}-${message.stepOrder}`;
}

export function comparePlaces(a: Pick<Positioned, "order" | "stepOrder">, b: Pick<Positioned, "order" | "stepOrder">): number {
  return a.order - b.order || a.stepOrder - b.stepOrder;
}

/**
 * One list in the order of the thread, from what is saved and what is live.
 *
 * While a stream runs, it is the truth about its generation: the rows its steps have saved so far are hidden. Once it
 * has ended, the saved rows are the truth, and it shows only where nothing is saved. Both stand at the same place and
 * have the same key, so the change from one to the other is a change of content, in one step.
 *
 * A stream that continues a turn (after an approval) joins the message that it continues: one message, one key.
 */
export function mergeMessages<M extends Positioned>(options: {
  saved: readonly M[];
  live: readonly LiveMessage[];
  /** The live message in the form of the saved ones; `before` is the saved message that it continues. */
  fromLive: (live: LiveMessage, before: M | undefined) => readonly M[];
  /** False while older messages are still to be loaded: a stream above the loaded part is not shown. */
  isWholeThread: boolean;
}): M[] {
  const { saved, live, fromLive, isWholeThread } = options;
  const oldest = saved.reduce((min, message) => Math.min(min, message.order), Number.POSITIVE_INFINITY);
  const shown = live.filter(({ message }) => isWholeThread || message.order >= oldest)
    .filter((stream) => isLiveShown(stream, saved));
  const messages = saved.filter((message) => !shown.some((stream) => covers(stream, message)));
  for (const stream of shown) insertLive(messages, stream, fromLive);
  return messages;
}

function insertLive<M extends Positioned>(
  messages: M[],
  stream: LiveMessage,
  fromLive: (live: LiveMessage, before: M | undefined) => readonly M[],
): void {
  let at = messages.length;
  for (let above = messages[at - 1]; above !== undefined && comparePlaces(above, stream.message) >= 0; above = messages[at - 1]) at--;
  const before = messages[at - 1];
  const forms = fromLive(stream, before !== undefined && isContinuedBy(before, stream) ? before : undefined);
  // A message that is continued gives way to the one that continues it, which stands at the same place.
  const replaces = before !== undefined && forms.some((form) => comparePlaces(form, before) === 0);
  messages.splice(replaces ? at - 1 : at, replaces ? 1 : 0, ...forms);
}

function isLiveShown(stream: LiveMessage, saved: readonly Positioned[]): boolean {
  const savedSome = saved.some((message) => covers(stream, message));
  // A stream that runs but whose beginning is not here yet has less to show than what is saved.
  if (stream.streamStatus === "streaming") return stream.isCaughtUp || !savedSome;
  return !savedSome;
}

function roleOf({ role, message }: Positioned): string | undefined {
  return role ?? message?.role;
}

/** Whether a saved message may be of the stream's generation. Another agent's answer beside it is not. */
function covers(stream: LiveMessage, message: Positioned): boolean {
  const role = roleOf(message);
  return message.order === stream.message.order && message.stepOrder >= stream.message.stepOrder
    && role !== "user" && role !== "system" && message.agentName === stream.message.agentName;
}

function isContinuedBy(message: Positioned, stream: LiveMessage): boolean {
  return stream.streamStatus === "streaming" && message.order === stream.message.order
    && roleOf(message) === "assistant" && message.agentName === stream.message.agentName;
}
