import type { Side } from "../harness/deployment.ts";
import { hookWork } from "../scenarios/hookWork.ts";
import { componentModules, listModule } from "../scenarios/modules.ts";
import { replyWork } from "../scenarios/replyWork.ts";
import { typeChecking } from "../scenarios/typeChecking.ts";
import type { Numbers, TimeScenario } from "./scenario.ts";

const KB = 1024;

async function both(measure: (side: Side) => Promise<Numbers>) {
  return { ours: await measure("ours"), peer: await measure("peer") };
}

/**
 * What is measured by the clock. A goal that was set in milliseconds is kept as a part of what the peer took when it
 * was set, for machines differ.
 */
export const timeScenarios: readonly TimeScenario[] = [
  {
    kind: "times", id: "listModule", title: "The module behind a list query, in an app that also has agents",
    figures: { bytes: { name: "pushed", unit: "B", goal: 110 * KB }, coldMs: { name: "evaluated cold", unit: "ms", goalRatio: 5 / 40 } },
    compare: () => both(listModule),
  },
  {
    kind: "times", id: "componentModules", title: "The component's modules",
    figures: { bytes: { name: "all, pushed", unit: "B", goal: 150 * KB }, slowestMs: { name: "the slowest, evaluated cold", unit: "ms", goalRatio: 6 / 14 } },
    compare: () => both(componentModules),
  },
  {
    kind: "times", id: "types", title: "Type-checking a minimal app, beside the same app over the AI SDK alone",
    figures: {
      timesBare: { name: "time, of the AI SDK's alone", unit: "×", goal: 1.3 },
      errors: { name: "errors, the newest AI SDK among them", unit: "", goal: 0 },
    },
    compare: typeChecking,
  },
  {
    kind: "times", id: "hook", title: "The hook's work for 5,000 deltas of 130 bytes, one by one",
    figures: { workMs: { name: "processor time beyond a bare page's", unit: "ms", goalRatio: 25 / 2600 } },
    compare: hookWork,
  },
  {
    kind: "times", id: "action", title: "The action's work for a streamed reply, beyond the AI SDK's",
    figures: { workMs: { name: "processor time per 1,000 deltas", unit: "ms", goalRatio: 15 / 50 } },
    compare: replyWork,
  },
];
