/** What is kept by key as long as the page is open, and who wants to know when any of it changes. */
export abstract class KeyedStore<State> {
  readonly #none: State;
  readonly #of = new Map<string, State>();
  readonly #listeners = new Set<() => void>();

  /** @param none What there is under a key that nothing was kept under. */
  constructor(none: State) {
    this.#none = none;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  get(key: string): State {
    return this.#of.get(key) ?? this.#none;
  }

  protected set(key: string, state: State): void {
    this.#of.set(key, state);
    for (const listener of this.#listeners) listener();
  }
}
