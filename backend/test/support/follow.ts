import type { ConvexClient } from "convex/browser";
import type { FunctionArgs, FunctionReference, FunctionReturnType } from "convex/server";

/** A subscription as a test looks at it. */
export interface Followed<T> {
  /** Everything it was told, oldest first. */
  readonly values: readonly T[];
  /** The newest value that matches, now or when one comes. Rejects with the query's error. */
  until(matches: (value: T) => boolean): Promise<T>;
  stop(): void;
}

/** Subscribes to a query. */
export function follow<Query extends FunctionReference<"query">>(client: ConvexClient, query: Query, args: FunctionArgs<Query>): Followed<FunctionReturnType<Query>> {
  type Value = FunctionReturnType<Query>;
  const values: Value[] = [];
  const waiting = new Set<{ look(value: Value): void; fail(error: unknown): void }>();
  let failure: { readonly error: unknown } | null = null;
  const stop = client.onUpdate(
    query,
    args,
    (value) => {
      values.push(value);
      for (const { look } of waiting) look(value);
    },
    (error) => {
      failure = { error };
      for (const { fail } of waiting) fail(error);
    },
  );
  return {
    values,
    until(matches) {
      const latest = values.at(-1);
      if (values.length > 0 && latest !== undefined && matches(latest)) return Promise.resolve(latest);
      if (failure !== null) return Promise.reject(failure.error);
      return new Promise<Value>((resolve, reject) => {
        const waiter = {
          look(value: Value) {
            if (!matches(value)) return;
            waiting.delete(waiter);
            resolve(value);
          },
          fail: reject,
        };
        waiting.add(waiter);
      });
    },
    stop,
  };
}
