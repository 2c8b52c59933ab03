import { use, type ComponentType } from "react";

/**
 * A part of the screen whose code is fetched when the browser has nothing else to do, or when it is needed before. Once
 * its code is here it is shown at once; with React's `lazy` everybody sees the fallback first, for 300 ms at least.
 *
 * @example const Chart = lazyPart(async () => (await import("./Chart")).Chart);
 */
export function lazyPart<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let Part: ComponentType<Props> | undefined;
  let loading: Promise<ComponentType<Props>> | undefined;
  const begin = () => (loading ??= load().then((loaded) => (Part = loaded)));
  // What cannot be fetched now is told when it is needed.
  whenIdle(() => void begin().catch(() => { loading = undefined; }));
  return function LazyPart(props: Props) {
    const Shown = Part ?? use(begin());
    return <Shown {...props} />;
  };
}

function whenIdle(work: () => void): void {
  // Safari has no requestIdleCallback.
  if ("requestIdleCallback" in window) window.requestIdleCallback(work);
  else setTimeout(work, 200);
}
