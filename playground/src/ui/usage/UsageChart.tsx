import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { formatCount, formatShort } from "../app/format";
import type { Measure, UsageChartData } from "./aggregate";
import { formatMoney, formatShortMoney } from "./prices";

const HEIGHT_PX = 240;
const dayMonth = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });

const nameOfDay = (day: string): string => dayMonth.format(new Date(day));

const CHARACTER_PX = 7.5;
const TICK_PX = 14;

/** As wide as the longest label of the axis can be: its ticks are round numbers up to the highest column. */
function axisWidthPx({ days, series }: UsageChartData, format: (value: number) => string): number {
  const highest = Math.max(0, ...days.map((day) => series.reduce((sum, { field }) => sum + Number(day[field] ?? 0), 0)));
  const labels = [0.25, 0.5, 0.75, 1, 1.25].map((part) => format(Number((highest * part).toPrecision(2))));
  return Math.ceil(Math.max(...labels.map(({ length }) => length)) * CHARACTER_PX) + TICK_PX;
}

/** Days as columns, stacked by series. The table beside it has the same numbers, for those who do not see the columns. */
export function UsageChart({ data, measure }: { data: UsageChartData; measure: Measure }) {
  const format = measure === "cost" ? formatMoney : formatCount;
  const short = measure === "cost" ? formatShortMoney : formatShort;
  return (
    <figure className="rounded-xl border border-line bg-raised p-3">
      <figcaption className="sr-only">{measure === "cost" ? "Cost" : "Tokens"} by day; the table below has the numbers.</figcaption>
      <div aria-hidden>
        <ResponsiveContainer width="100%" height={HEIGHT_PX}>
          {/* Charts of the library take arrays that may be written to; this one is made for it alone. */}
          <BarChart data={[...data.days]} margin={{ top: 8, right: 4, bottom: 0, left: 0 }} accessibilityLayer={false}>
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis dataKey="day" tickFormatter={nameOfDay} tickLine={false} axisLine={false} minTickGap={24} tick={{ fill: "var(--muted)", fontSize: 12 }} />
            <YAxis width={axisWidthPx(data, short)} tickFormatter={short} tickLine={false} axisLine={false} tick={{ fill: "var(--muted)", fontSize: 12 }} />
            <Tooltip cursor={{ fill: "var(--bubble)" }} labelFormatter={(day) => nameOfDay(String(day))} formatter={(value) => format(Number(value))}
              contentStyle={{ background: "var(--raised)", borderColor: "var(--line)", borderRadius: 10, color: "var(--ink)", fontSize: 13 }} itemStyle={{ color: "var(--ink)" }} />
            {data.series.map(({ field, label }, index) => (
              <Bar key={field} dataKey={field} name={label} stackId="all" fill={`var(--series-${index + 1})`} maxBarSize={48} isAnimationActive={false} stroke="var(--raised)" strokeWidth={1} />
            ))}
          </BarChart>
        </ResponsiveContainer>
      </div>
      <ul className="mt-2 flex flex-wrap justify-center gap-x-4 gap-y-1 text-xs text-muted">
        {data.series.map(({ field, label }, index) => (
          <li key={field} className="flex items-center gap-1.5"><span aria-hidden className="size-2.5 rounded-sm" style={{ background: `var(--series-${index + 1})` }} />{label}</li>
        ))}
      </ul>
    </figure>
  );
}
