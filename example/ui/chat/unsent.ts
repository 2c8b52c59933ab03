import { turnState, type TurnState, type UIMessage } from "convex-agent/react";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { restoreDraft } from "./drafts";

/** A message that was sent, from then until it is seen in its conversation. */
export interface Unsent {
  readonly text: string;
  /** The newest turn when it was sent; -1: there was none. Only a later one can hold it. */
  readonly afterOrder: number;
}

/** The part of a shown message that tells whether it is the one that was sent. */
export interface Said {
  readonly role: string;
  readonly order: number;
  readonly text: string;
}

interface Entry extends Unsent {
  /** The backend has said that it is saved: nothing to be kept for another page any more. */
  isAcknowledged: boolean;
}

const PREFIX = "unsent:";
const NONE: readonly Entry[] = [];

/** What this page has sent, by conversation. */
const sent = new Map<string, readonly Entry[]>();
/** What a page that was here before has sent and nobody has acknowledged: that page was reloaded first. */
const leftBehind = readStored();
const listeners = new Set<() => void>();

function readStored(): Map<string, readonly Unsent[]> {
  const keys = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  return new Map(keys.map((key) => [key.slice(PREFIX.length), parse(sessionStorage.getItem(key))]));
}

function parse(stored: string | null): readonly Unsent[] {
  const list: unknown = JSON.parse(stored ?? "[]");
  return Array.isArray(list) ? list.filter(isUnsent) : [];
}

function isUnsent(value: unknown): value is Unsent {
  return typeof value === "object" && value !== null && "text" in value && typeof value.text === "string" && "afterOrder" in value && typeof value.afterOrder === "number";
}

function set(conversation: string, entries: readonly Entry[]): void {
  sent.set(conversation, entries);
  store(conversation);
  for (const listener of listeners) listener();
}

function store(conversation: string): void {
  const open = (sent.get(conversation) ?? NONE).filter(({ isAcknowledged }) => !isAcknowledged);
  const kept = [...(leftBehind.get(conversation) ?? []), ...open].map(({ text, afterOrder }) => ({ text, afterOrder }));
  if (kept.length === 0) sessionStorage.removeItem(PREFIX + conversation);
  else sessionStorage.setItem(PREFIX + conversation, JSON.stringify(kept));
}

/** One message on its way. */
export interface Sending {
  /** It goes into another conversation than it was written in: the one that begins with it. */
  moveTo: (conversation: string) => void;
  /** It is saved. It counts as on its way until it is seen. */
  acknowledge: () => void;
  /** It was refused: the one who sent it has the text. */
  giveUp: () => void;
}

/** Keeps a message that is being sent: a reload before it has arrived does not lose it. */
export function holdUnsent(conversation: string, unsent: Unsent): Sending {
  let at = conversation;
  let entry: Entry = { ...unsent, isAcknowledged: false };
  const without = (): readonly Entry[] => (sent.get(at) ?? NONE).filter((other) => other !== entry);
  set(at, [...without(), entry]);
  return {
    moveTo: (target) => {
      set(at, without());
      at = target;
      set(at, [...without(), entry]);
    },
    acknowledge: () => {
      const others = without();
      entry = { ...entry, isAcknowledged: true };
      set(at, [...others, entry]);
    },
    giveUp: () => set(at, without()),
  };
}

/** Whether a message stands in its conversation. */
export function isSaid({ text, afterOrder }: Unsent, messages: readonly Said[]): boolean {
  return messages.some((message) => message.role === "user" && message.order > afterOrder && message.text === text);
}

/** Puts what was left behind back into the field, unless it did go out. */
function takeBack(conversation: string, messages: readonly Said[]): void {
  const lost = leftBehind.get(conversation);
  if (lost === undefined) return;
  leftBehind.delete(conversation);
  store(conversation);
  const texts = lost.filter((unsent) => !isSaid(unsent, messages)).map(({ text }) => text);
  if (texts.length > 0) restoreDraft(conversation, texts.join("\n"));
}

function isDone(entry: Entry, messages: readonly Said[]): boolean {
  return entry.isAcknowledged && isSaid(entry, messages);
}

function dropSeen(conversation: string, messages: readonly Said[]): void {
  set(conversation, (sent.get(conversation) ?? NONE).filter((entry) => !isDone(entry, messages)));
}

/** Where the newest turn is when these were sent after it. */
export function turnWith(unsent: readonly Unsent[], messages: readonly UIMessage[]): TurnState {
  return unsent.length === 0 ? turnState(messages) : { kind: "waiting", order: (messages.at(-1)?.order ?? -1) + 1, isSaved: false };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What is on its way into a conversation. */
interface OnTheWay {
  /** What is not among the messages yet. */
  unsent: readonly Unsent[];
  /** Grows when one is sent, also when it is shown at once. */
  sendingCount: number;
}

/**
 * What was sent to a conversation; `messages` is undefined while they load. What a page before this one has sent in
 * vain comes back into the field.
 */
export function useUnsent(conversation: string, messages: readonly Said[] | undefined): OnTheWay {
  const entries = useSyncExternalStore(subscribe, () => sent.get(conversation) ?? NONE);
  useEffect(() => { if (messages !== undefined) takeBack(conversation, messages); }, [conversation, messages]);
  const isOneSeen = entries.some((entry) => isDone(entry, messages ?? []));
  useEffect(() => { if (isOneSeen) dropSeen(conversation, messages ?? []); }, [conversation, messages, isOneSeen]);
  return useMemo(() => ({ unsent: entries.filter((entry) => !isSaid(entry, messages ?? [])), sendingCount: entries.length }), [entries, messages]);
}
