import type { Side } from "./deployment.ts";

/** What both packages' hooks have in common. */
export type Hook = (query: unknown, args: object, options: { initialNumItems: number; stream: boolean }) => { results: { text: string }[] };

/** The package's own hook. */
export async function hookOf(side: Side): Promise<Hook> {
  const module: object = side === "ours" ? await import("convex-agent/react") : await import("@convex-dev/agent/react");
  // Both have it, and both return messages with a text.
  return (module as { useUIMessages: Hook }).useUIMessages;
}
