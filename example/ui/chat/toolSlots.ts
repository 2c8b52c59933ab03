import type { DynamicToolUIPart, ToolUIPart } from "ai";
import { createContext, type ReactNode } from "react";

export type AnyToolPart = ToolUIPart | DynamicToolUIPart;

/** What a page adds to the tool calls of its messages. Keep its identity from one render to the next. */
export interface ToolSlots {
  /** Shows what a tool gave, preliminary or not; null: the page has no view for it. */
  output?: (output: unknown, isPreliminary: boolean) => ReactNode;
  /** What a call waits for that no tool runs; null: nothing, it was broken off. */
  waitsFor?: (part: AnyToolPart) => string | null;
  /** Shown beneath the call: something to decide, something to add. */
  below?: (part: AnyToolPart) => ReactNode;
}

export const ToolSlotsContext = createContext<ToolSlots>({});
