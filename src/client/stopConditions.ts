import type { StopCondition, ToolSet } from "ai";

/**
 * Stops when the newest step has a result of this tool. A call that failed (its input was invalid, or the tool threw)
 * does not count, so the model may try again. For `stopWhen`.
 */
export function hasSuccessfulToolCall(toolName: string): StopCondition<ToolSet> {
  return ({ steps }) => steps.at(-1)?.toolResults.some((result) => result.toolName === toolName) ?? false;
}
