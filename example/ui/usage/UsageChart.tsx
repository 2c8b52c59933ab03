import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { Table, count } from "../topics/Table";

interface Call {
  timeMs: number;
  agentName: string;
  inputTokens: number;
  outputTokens: number;
}

const CHART_HEIGHT_PX = 190;

/** Tokens of each call as bars. The same numbers are in a table, for those who do not see the bars. */
export function UsageChart({ calls }: { calls: Call[] }) {
  const data = calls.map((call, index) => ({ ...call, name: String(index + 1) }));
  return (
    <figure>
      <div aria-hidden className="rounded-xl border border-line bg-raised p-2">
        <ResponsiveContainer width="100%" height={CHART_HEIGHT_PX}>
          <BarChart data={data} margin={{ top: 8, right: 8, bottom: 0, left: 0 }} accessibilityLayer={false}>
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis dataKey="name" tickLine={false} axisLine={false} tick={{ fill: "var(--muted)", fontSize: 12 }} />
            <YAxis width={44} tickLine={false} axisLine={false} tick={{ fill: "var(--muted)", fontSize: 12 }} />
            <Tooltip cursor={{ fill: "var(--bubble)" }} contentStyle={{ background: "var(--raised)", borderColor: "var(--line)", borderRadius: 10, color: "var(--ink)" }} labelFormatter={(name) => `Call ${String(name)}`} />
            <Bar dataKey="inputTokens" name="Tokens in" stackId="tokens" fill="var(--muted)" maxBarSize={28} isAnimationActive={false} />
            <Bar dataKey="outputTokens" name="Tokens out" stackId="tokens" fill="var(--accent)" maxBarSize={28} radius={[4, 4, 0, 0]} isAnimationActive={false} />
          </BarChart>
        </ResponsiveContainer>
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
