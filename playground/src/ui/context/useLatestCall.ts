import { useEffect, useRef, useState } from "react";

/** What a call that is made again when its arguments change came to. */
export interface LatestCall<Result> {
  /** Of the newest call that has ended well; the one before stays while a new one is under way. */
  readonly result: Result | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly retry: () => void;
}

/** Arguments that follow one another faster than this are not asked about: somebody types or slides. */
const SETTLED_MS = 250;

/**
 * Calls an action for `args`, and again when they change. Only what the newest call came to is shown. Null: not now.
 *
 * @param args Compared as JSON.
 */
export function useLatestCall<Args, Result>(call: (args: Args) => Promise<Result>, args: Args | null): LatestCall<Result> {
  const key = JSON.stringify(args);
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<{ key: string; result: Result | undefined; error: unknown }>({ key: "", result: undefined, error: null });
  const isFirst = useRef(true);
  const asked = `${attempt} ${key}`;
  useEffect(() => {
    if (key === "null") return;
    let isCurrent = true;
    // The key is the arguments.
    const given = JSON.parse(key) as Args;
    const run = async () => {
      try {
        const result = await call(given);
        if (isCurrent) setState({ key: asked, result, error: null });
      } catch (error) {
        if (isCurrent) setState(({ result }) => ({ key: asked, result, error }));
      }
    };
    const timer = setTimeout(() => void run(), isFirst.current ? 0 : SETTLED_MS);
    isFirst.current = false;
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [call, key, asked]);
  const isLoading = key !== "null" && state.key !== asked;
  return { result: state.result, error: isLoading ? null : state.error, isLoading, retry: () => setAttempt((count) => count + 1) };
}
