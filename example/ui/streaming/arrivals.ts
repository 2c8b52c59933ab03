import type { UIMessage } from "convex-agent/react";
import { useEffect, useState, useSyncExternalStore } from "react";

/** Text that reached this page at once, with one update of the subscription. */
export interface Arrival {
  text: string;
  /** Since the arrival before, milliseconds; 0 for the first. */
  afterMs: number;
}

export interface Arrivals {
  /** The whole text so far. */
  text: string;
  pieces: readonly Arrival[];
}

/** Follows a reply while it is written, from one version of its text to the next. No React, no clock of its own. */
export class ArrivalStore {
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  #key: string | undefined;
  #lastMs = 0;
  #seen: Arrivals | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): Arrivals | null => this.#seen;

  /** Another reply, or another text, begins anew; one that was complete when the page first saw it has no pieces. */
  follow({ key, text, status }: Pick<UIMessage, "key" | "text" | "status">): void {
    const goesOn = key === this.#key && this.#seen !== null && text.startsWith(this.#seen.text);
    if (!goesOn && status !== "streaming") return;
    const before = goesOn ? this.#seen : null;
    if (text === (before?.text ?? "")) return;
    const nowMs = this.#now();
    const piece = { text: text.slice(before?.text.length ?? 0), afterMs: before === null ? 0 : nowMs - this.#lastMs };
    this.#key = key;
    this.#lastMs = nowMs;
    this.#seen = { text, pieces: [...(before?.pieces ?? []), piece] };
    for (const listener of this.#listeners) listener();
  }
}

/** In which pieces the newest reply has reached this page, if it came while the page was looking. */
export function useArrivals(messages: readonly UIMessage[]): Arrivals | null {
  const [store] = useState(() => new ArrivalStore(() => performance.now()));
  const reply = messages.findLast(({ role }) => role === "assistant");
  useEffect(() => { if (reply !== undefined) store.follow(reply); }, [store, reply]);
  return useSyncExternalStore(store.subscribe, store.getSnapshot);
}
