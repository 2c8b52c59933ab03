import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";

interface TokenBarsProps {
  data: readonly { name: string; inputTokens: number; outputTokens: number }[];
  heightPx: number;
}

/** The bars alone, in a file of their own: the library that draws them is as large as all else on the page. */
export function TokenBars({ data, heightPx }: TokenBarsProps) {
  return (
    <ResponsiveContainer width="100%" height={heightPx}>
      <BarChart data={[...data]} margin={{ top: 8, right: 8, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis dataKey="name" tickLine={false} axisLine={false} tick={{ fill: "var(--muted)", fontSize: 12 }} />
        <YAxis width={44} tickLine={false} axisLine={false} tick={{ fill: "var(--muted)", fontSize: 12 }} />
        <Tooltip cursor={{ fill: "var(--bubble)" }} contentStyle={{ background: "var(--raised)", borderColor: "var(--line)", borderRadius: 10, color: "var(--ink)" }} labelFormatter={(name) => `Call ${String(name)}`} />
        <Bar dataKey="inputTokens" name="Tokens in" stackId="tokens" fill="var(--muted)" maxBarSize={28} isAnimationActive={false} />
        <Bar dataKey="outputTokens" name="Tokens out" stackId="tokens" fill="var(--accent)" maxBarSize={28} radius={[4, 4, 0, 0]} isAnimationActive={false} />
      </BarChart>
    </ResponsiveContainer>
  );
}
