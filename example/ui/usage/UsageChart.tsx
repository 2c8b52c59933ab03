import { lazy, Suspense } from "react";
import { Dots } from "../app/controls";
import { Table, count } from "../topics/Table";

interface Call {
  timeMs: number;
  agentName: string;
  inputTokens: number;
  outputTokens: number;
}

const CHART_HEIGHT_PX = 190;
const TokenBars = lazy(async () => ({ default: (await import("./TokenBars")).TokenBars }));

/** Tokens of each call as bars. The same numbers are in a table, for those who do not see the bars. */
export function UsageChart({ calls }: { calls: Call[] }) {
  const data = calls.map((call, index) => ({ ...call, name: String(index + 1) }));
  return (
    <figure>
      <div aria-hidden className="rounded-xl border border-line bg-raised p-2">
        <div style={{ height: CHART_HEIGHT_PX }}>
          <Suspense fallback={<p className="grid h-full place-items-center"><Dots /></p>}><TokenBars data={data} heightPx={CHART_HEIGHT_PX} /></Suspense>
        </div>
        <p className="flex justify-center gap-4 pb-1 text-xs text-muted">
          <span className="flex items-center gap-1.5"><span className="size-2.5 rounded-sm bg-muted" />Tokens in</span>
          <span className="flex items-center gap-1.5"><span className="size-2.5 rounded-sm bg-accent" />Tokens out</span>
        </p>
      </div>
      <details className="mt-2 text-sm">
        <summary className="rounded text-muted">The same numbers as a table</summary>
        <Table caption="Tokens of the latest calls" head={["Call", "Time", "In", "Out"]}
          rows={data.map((call) => [`${call.name}. ${call.agentName}`, new Date(call.timeMs).toLocaleTimeString("en", { hour12: false }), count(call.inputTokens), count(call.outputTokens)])} />
      </details>
    </figure>
  );
}
