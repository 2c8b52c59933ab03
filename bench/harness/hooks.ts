import type { Side } from "./deployment.ts";

interface Shown {
  readonly text: string;
}

/** What both packages' hooks have in common. */
export type ListHook = (query: unknown, args: object, options: { initialNumItems: number; stream: boolean }) => { results: Shown[] };
export type StreamsHook = (query: unknown, args: object) => readonly Shown[] | undefined;

async function hooksOf(side: Side): Promise<{ useUIMessages: ListHook; useStreamingUIMessages: StreamsHook }> {
  const module: object = side === "ours" ? await import("convex-agent/react") : await import("@convex-dev/agent/react");
  // Both have these, and both return messages with a text.
  return module as { useUIMessages: ListHook; useStreamingUIMessages: StreamsHook };
}

/** The package's own hook for a thread. */
export async function hookOf(side: Side): Promise<ListHook> {
  return (await hooksOf(side)).useUIMessages;
}

/** The package's own hook for streams alone. */
export async function streamsHookOf(side: Side): Promise<StreamsHook> {
  return (await hooksOf(side)).useStreamingUIMessages;
}
