import type { QueryArgs, QuerySource, QueryWatch } from "../store/queryGroup.js";

type Answer = { readonly value: unknown } | { readonly error: Error };

interface Subscription {
  readonly args: QueryArgs;
  readonly listeners: Set<() => void>;
  answer: Answer | undefined;
  json: string | undefined;
}

/**
 * A client without a network, for tests: it answers subscriptions from a function, all from one snapshot and only when
 * the test says `deliver()`, as the real client does with one transition. Equal arguments share one subscription.
 */
export class FakeClient implements QuerySource {
  readonly #answer: (args: QueryArgs) => unknown;
  readonly #subscriptions = new Map<string, Subscription>();
  /** Every result that was sent, in order: a re-run with an unchanged result sends nothing. */
  readonly sent: { readonly args: QueryArgs; readonly value: unknown }[] = [];
  /** Every subscription that was opened. */
  readonly opened: QueryArgs[] = [];

  constructor(answer: (args: QueryArgs) => unknown) {
    this.#answer = answer;
  }

  get active(): readonly QueryArgs[] {
    return [...this.#subscriptions.values()].map(({ args }) => args);
  }

  watch(args: QueryArgs): QueryWatch {
    const key = JSON.stringify(args);
    return {
      onUpdate: (callback) => {
        const subscription = this.#subscriptions.get(key) ?? this.#subscribe(key, args);
        subscription.listeners.add(callback);
        return () => {
          subscription.listeners.delete(callback);
          if (subscription.listeners.size === 0) this.#subscriptions.delete(key);
        };
      },
      localQueryResult: () => {
        const answer = this.#subscriptions.get(key)?.answer;
        if (answer !== undefined && "error" in answer) throw answer.error;
        return answer?.value;
      },
    };
  }

  /** Sends to every subscription what its query returns now: all results first, then all notifications. Returns how many changed. */
  deliver(): number {
    const changed: Subscription[] = [];
    for (const subscription of this.#subscriptions.values()) {
      const answer = this.#run(subscription.args);
      const json = "error" in answer ? `error: ${answer.error.message}` : JSON.stringify(answer.value);
      if (json === subscription.json) continue;
      subscription.json = json;
      subscription.answer = "error" in answer ? answer : { value: JSON.parse(json) };
      if ("value" in answer) this.sent.push({ args: subscription.args, value: answer.value });
      changed.push(subscription);
    }
    for (const subscription of changed) for (const listener of subscription.listeners) listener();
    return changed.length;
  }

  /** Delivers until nothing new is asked. */
  settle(): void {
    for (let round = 0; round < 20; round++) {
      if (this.deliver() === 0) return;
    }
    throw new Error("FakeClient: the store keeps asking after 20 rounds");
  }

  /** Overwrites the local result of the subscriptions that match, as an optimistic update does, until the next deliver. */
  override(change: (args: QueryArgs, value: unknown) => unknown): void {
    const changed: Subscription[] = [];
    for (const subscription of this.#subscriptions.values()) {
      if (subscription.answer === undefined || "error" in subscription.answer) continue;
      const value = change(subscription.args, subscription.answer.value);
      if (value === subscription.answer.value) continue;
      subscription.answer = { value };
      subscription.json = undefined;
      changed.push(subscription);
    }
    for (const subscription of changed) for (const listener of subscription.listeners) listener();
  }

  #subscribe(key: string, args: QueryArgs): Subscription {
    const subscription: Subscription = { args, listeners: new Set(), answer: undefined, json: undefined };
    this.#subscriptions.set(key, subscription);
    this.opened.push(args);
    return subscription;
  }

  #run(args: QueryArgs): Answer {
    try {
      return { value: this.#answer(args) };
    } catch (error) {
      return { error: error instanceof Error ? error : new Error(String(error)) };
    }
  }
}
