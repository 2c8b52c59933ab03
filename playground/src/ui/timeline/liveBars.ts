import type { Bar } from "./turnTimeline";

/** A part of a message that is being written, as far as it tells of time. */
export interface LivePart {
  readonly type: string;
  readonly toolCallId?: string;
  readonly toolName?: string;
  /** Of a tool: `input-streaming`, `input-available`, `output-available`, `output-error`, `approval-requested` … */
  readonly state?: string;
  readonly preliminary?: boolean;
}

/**
 * Dates what a message shows while it is written: nothing is saved of a step before the next one begins, so until then
 * its times are those at which this viewer saw it happen.
 */
export class LiveWatch {
  readonly #seen = new Map<string, number>();

  /** The bars of steps that are not saved: `firstStep` were before them, and the first of them began at `sinceMs`. */
  bars(parts: readonly LivePart[], { nowMs, sinceMs, firstStep }: { nowMs: number; sinceMs: number; firstStep: number }): Bar[] {
    const steps = stepsOf(parts);
    const bars: Bar[] = [];
    let fromMs = sinceMs;
    for (const [index, step] of steps.entries()) {
      const number = firstStep + index + 1;
      const startMs = index === 0 ? sinceMs : Math.max(fromMs, this.#at(`step-${number}`, nowMs));
      const isLast = index === steps.length - 1;
      const tools = step.filter(({ toolCallId, state }) => toolCallId !== undefined && state !== "input-streaming");
      const started = tools.map((tool) => this.#at(`start-${tool.toolCallId}`, nowMs));
      const endMs = started.length > 0 ? Math.max(startMs, Math.min(...started)) : nowMs;
      bars.push(this.#bar({ id: `live-model-${number}`, kind: "model", label: `Model call ${number}`, startMs, endMs, isRunning: isLast && started.length === 0 }));
      fromMs = endMs;
      for (const [at, tool] of tools.entries()) {
        const toolEndMs = isOver(tool) ? this.#at(`end-${tool.toolCallId}`, nowMs) : nowMs;
        const toolStartMs = Math.max(endMs, started[at] ?? endMs);
        bars.push(this.#bar({ id: `live-tool-${tool.toolCallId}`, kind: "tool", label: nameOf(tool), startMs: toolStartMs, endMs: Math.max(toolStartMs, toolEndMs), isRunning: !isOver(tool) }));
        fromMs = Math.max(fromMs, toolEndMs);
      }
    }
    return bars;
  }

  #bar({ isRunning, ...bar }: Pick<Bar, "id" | "kind" | "label" | "startMs" | "endMs"> & { isRunning: boolean }): Bar {
    return { ...bar, endMs: Math.max(bar.startMs, bar.endMs), state: isRunning ? "running" : "done", isEstimated: true, facts: [["Times", "as seen from here; exact when the step is saved"]] };
  }

  /** When something was first seen. */
  #at(what: string, nowMs: number): number {
    const seen = this.#seen.get(what) ?? nowMs;
    this.#seen.set(what, seen);
    return seen;
  }
}

const isOver = ({ state = "", preliminary }: LivePart): boolean => (state.startsWith("output-") && preliminary !== true) || state === "approval-requested";

function nameOf({ type, toolName }: LivePart): string {
  return toolName ?? type.replace(/^tool-/, "");
}

/** Each model call's parts: a step begins with the part `step-start`. */
function stepsOf(parts: readonly LivePart[]): LivePart[][] {
  const steps: LivePart[][] = [];
  for (const part of parts) {
    if (part.type === "step-start" || steps.length === 0) steps.push([]);
    if (part.type !== "step-start") steps.at(-1)?.push(part);
  }
  return steps;
}
