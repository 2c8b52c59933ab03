import { Cloud, CloudRain, Snowflake, Sun, type LucideIcon } from "lucide-react";
import type { WeatherReport } from "../../convex/tools/weather";

type Day = WeatherReport["days"][number];

const skies: Record<Day["sky"], { Icon: LucideIcon; label: string }> = {
  sunny: { Icon: Sun, label: "mostly sunny" },
  mixed: { Icon: Cloud, label: "mixed" },
  wet: { Icon: CloudRain, label: "often wet" },
  snowy: { Icon: Snowflake, label: "often snow" },
};

/** True for what the tool `getWeather` gives, complete or on its way. */
export function isWeatherReport(output: unknown): output is WeatherReport {
  return typeof output === "object" && output !== null && "days" in output && Array.isArray(output.days)
    && "city" in output && typeof output.city === "string" && "totalDays" in output && typeof output.totalDays === "number";
}

/** The days of a report; those that are still to come keep their place. */
export function WeatherCard({ report }: { report: WeatherReport }) {
  const { days, totalDays } = report;
  const isComplete = days.length >= totalDays;
  return (
    <div className="border-t border-line px-4 py-3">
      <div className="flex items-baseline justify-between gap-3">
        <p className="font-medium">{report.city}, {report.country}</p>
        <p className="text-xs text-muted">{isComplete ? report.basis : `${days.length} of ${totalDays} days`}</p>
      </div>
      {!isComplete && <progress aria-label="Days that are ready" value={days.length} max={totalDays} className="mt-2 h-1 w-full overflow-hidden rounded-full [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent [&::-webkit-progress-value]:transition-[width]" />}
      <ol className="mt-3 grid grid-cols-3 gap-2 sm:grid-cols-5">
        {Array.from({ length: totalDays }, (_, index) => <DayCell key={index} day={days[index]} />)}
      </ol>
    </div>
  );
}

function DayCell({ day }: { day: Day | undefined }) {
  if (day === undefined) return <li aria-hidden className="h-27 rounded-lg border border-dashed border-line" />;
  const { Icon, label } = skies[day.sky];
  const weekday = new Date(`${day.date}T12:00:00Z`).toLocaleDateString("en", { weekday: "short", day: "numeric", timeZone: "UTC" });
  return (
    <li className="flex h-27 flex-col items-center justify-center gap-1 rounded-lg border border-line bg-raised text-center">
      <span className="text-xs text-muted">{weekday}</span>
      <Icon size={20} role="img" aria-label={label} className="text-accent" />
      <span className="font-medium tabular-nums">{day.highC}° <span className="font-normal text-muted">{day.lowC}°</span></span>
      <span className="text-xs text-muted tabular-nums">{day.rainPercent}% rain</span>
    </li>
  );
}
