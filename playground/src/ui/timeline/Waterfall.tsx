import { formatDuration } from "../app/format";
import { timeScale, type Scale } from "./scale";
import type { Bar, BarKind, TurnTimeline } from "./turnTimeline";

/** How each kind is drawn and called. */
export const KINDS: Readonly<Record<BarKind, { label: string; fill: string }>> = {
  model: { label: "Model", fill: "bg-series-1" },
  tool: { label: "Tools", fill: "bg-series-2" },
  approval: { label: "Approval", fill: "bg-series-3" },
  idle: { label: "Idle", fill: "bg-series-5" },
};

interface Props {
  timeline: TurnTimeline;
  shortensWaits: boolean;
  selectedId: string | undefined;
  onSelect: (id: string | undefined) => void;
}

/** The stretches of a turn under one axis, each on a line of its own, in the order in which they began. */
export function Waterfall({ timeline, shortensWaits, selectedId, onSelect }: Props) {
  const scale = timeScale(timeline, timeline.bars, { shortensWaits });
  return (
    <div className="rounded-xl border border-line bg-raised">
      <Axis scale={scale} />
      <ol aria-label="What happened, by when it began" className="relative py-1">
        {timeline.bars.map((bar) => (
          <li key={bar.id}>
            <Row bar={bar} scale={scale} startMs={timeline.startMs} isSelected={bar.id === selectedId} onSelect={() => onSelect(bar.id === selectedId ? undefined : bar.id)} />
          </li>
        ))}
      </ol>
    </div>
  );
}

const percent = (share: number): string => `${(share * 100).toFixed(3)}%`;

/** The columns of the axis and of each line: names, then time. */
const COLUMNS = "grid grid-cols-[minmax(6.5rem,11rem)_1fr] sm:grid-cols-[11rem_1fr]";

function Axis({ scale }: { scale: Scale }) {
  return (
    <div aria-hidden className={`${COLUMNS} border-b border-line text-[11px] text-muted`}>
      <span className="px-3 py-1">Since the turn began</span>
      <div className="relative mr-3 h-6">
        {scale.ticks.map(({ at, ms, isLater, isMajor }) => (
          <span key={at} style={{ left: percent(at) }} className={`absolute inset-y-0 border-l border-line pl-1 leading-6 whitespace-nowrap tabular-nums ${isMajor ? "" : "max-sm:hidden"}`}>{isLater ? "+" : ""}{ms === 0 ? "0" : formatDuration(ms)}</span>
        ))}
      </div>
    </div>
  );
}

function Row({ bar, scale, startMs, isSelected, onSelect }: { bar: Bar; scale: Scale; startMs: number; isSelected: boolean; onSelect: () => void }) {
  const { kind, label, state } = bar;
  const duration = formatDuration(bar.endMs - bar.startMs);
  return (
    <button type="button" aria-expanded={isSelected} onClick={onSelect}
      className={`${COLUMNS} w-full items-center text-left text-xs hover:bg-bubble focus-visible:-outline-offset-2 ${isSelected ? "bg-accent-wash" : ""}`}>
      <span className="flex min-w-0 items-center gap-1.5 px-3 py-1">
        <span aria-hidden className={`size-2 shrink-0 rounded-sm ${KINDS[kind].fill} ${kind === "idle" ? "opacity-40" : ""}`} />
        <span className={`truncate ${kind === "idle" ? "text-muted" : "font-medium"} ${state === "failed" || state === "denied" ? "text-danger" : ""}`} title={label}>{label}</span>
        <span className="sr-only">, {stateName(bar)}, from {formatDuration(bar.startMs - startMs)} on: </span>
      </span>
      <Track bar={bar} scale={scale} duration={duration} />
    </button>
  );
}

/** Text beside a bar needs this share of the axis. */
const LABEL_ROOM = 0.16;

function Track({ bar, scale, duration }: { bar: Bar; scale: Scale; duration: string }) {
  const [from, to] = [scale.at(bar.startMs), scale.at(bar.endMs)];
  const first = bar.firstOutputMs === undefined ? undefined : scale.at(bar.firstOutputMs);
  const isBefore = to > 1 - LABEL_ROOM && from > LABEL_ROOM;
  const isInside = to > 1 - LABEL_ROOM && !isBefore;
  return (
    <span className="relative mr-3 block h-7">
      {scale.ticks.map(({ at }) => <span key={at} style={{ left: percent(at) }} className="absolute inset-y-0 border-l border-line/60" />)}
      {scale.cuts.map((cut) => <Cut key={cut.from} {...cut} />)}
      <span style={{ left: percent(from), width: `max(3px, ${percent(to - from)})` }}
        className={`absolute top-1.5 bottom-1.5 overflow-hidden rounded-[4px] ${lookOf(bar)}`}>
        {first !== undefined && to > from && (
          // Until the first word the model only reads and thinks.
          <span style={{ width: percent((first - from) / (to - from)) }} className="absolute inset-y-0 left-0 bg-canvas/45" />
        )}
      </span>
      <span style={isInside ? { right: "4px" } : isBefore ? { right: `calc(${percent(1 - from)} + 6px)` } : { left: `calc(${percent(to)} + 6px)` }}
        className={`absolute inset-y-0 flex items-center text-[11px] whitespace-nowrap tabular-nums ${isInside ? "my-1.5 rounded-[4px] bg-raised/85 px-1 text-ink" : "text-muted"}`}>
        {bar.isEstimated && bar.state !== "running" ? "≈ " : ""}{duration}
      </span>
    </span>
  );
}

function Cut({ from, to, durationMs }: { from: number; to: number; durationMs: number }) {
  return (
    <span style={{ left: percent(from), width: percent(to - from) }} title={`${formatDuration(durationMs)}, drawn short`}
      className="absolute inset-y-0 bg-[repeating-linear-gradient(115deg,transparent_0_6px,var(--line)_6px_7px)]" />
  );
}

function lookOf({ kind, state }: Bar): string {
  if (state === "failed") return "bg-danger";
  if (state === "denied") return "bg-danger/60";
  if (state === "stopped") return "bg-muted";
  if (kind === "idle") return "border border-dashed border-muted/60";
  const fill = KINDS[kind].fill;
  return state === "running" || state === "waiting" ? `${fill} animate-pulse` : fill;
}

/** The state of a bar, in words. */
export function stateName({ state, isEstimated }: Bar): string {
  const names = { done: isEstimated ? "done, time estimated" : "done", failed: "failed", stopped: isEstimated ? "stopped, time estimated" : "stopped", running: "running", waiting: "waiting", denied: "denied" } as const;
  return names[state];
}
