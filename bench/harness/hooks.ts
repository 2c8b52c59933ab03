import { useUIMessages as peerHook } from "@convex-dev/agent/react";
import { useUIMessages as ourHook } from "convex-agent/react";
import type { Side } from "./deployment.ts";

type Hook = (query: unknown, args: object, options: { initialNumItems: number; stream: boolean }) => { results: { text: string }[] };

/** Each package's own hook; both return messages with a text. */
export const hooks: Readonly<Record<Side, Hook>> = { ours: ourHook as unknown as Hook, peer: peerHook as unknown as Hook };
