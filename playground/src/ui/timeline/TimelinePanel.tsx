import { ArrowLeft, ArrowRight, ChartNoAxesGantt } from "lucide-react";
import { Badge, Checkbox, Disclosure } from "../app/controls";
import { formatDuration, formatTime } from "../app/format";
import { go, optionOf, useLocation } from "../app/location";
import { PlaceButton } from "../app/PlaceLink";
import { Empty, Loading } from "../app/states";
import { hasLongWaits } from "./scale";
import { coveredMs, type Bar, type BarKind, type TurnTimeline } from "./turnTimeline";
import { useTurnTimeline } from "./useTurnTimeline";
import { KINDS, stateName, Waterfall } from "./Waterfall";

/** When what happened in a turn: model calls, tools, decisions that were waited for, and idle time, on one axis. Live. */
export function TimelinePanel({ threadId, order, newestOrder = -1 }: { threadId: string; order: number; newestOrder: number | undefined }) {
  const timeline = useTurnTimeline(threadId, order);
  return (
    <div className="mx-auto grid w-full max-w-4xl gap-4 p-3 sm:p-4">
      <Head order={order} newestOrder={newestOrder} timeline={timeline ?? undefined} />
      {timeline === undefined && <Loading label="Loading the turn" />}
      {timeline === null && <Empty icon={<ChartNoAxesGantt size={24} />} title={`There is no turn ${order}`}>It may have been deleted.</Empty>}
      {timeline && <Timeline timeline={timeline} />}
    </div>
  );
}

function Head({ order, newestOrder, timeline }: { order: number; newestOrder: number; timeline: TurnTimeline | undefined }) {
  const [before, after] = [Math.min(order - 1, newestOrder), order + 1];
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <h3 className="font-semibold">Turn {order}</h3>
      {timeline?.isRunning === true && <Badge tone="accent">live</Badge>}
      {timeline !== undefined && <p className="text-sm text-muted">{formatTime(timeline.startMs)} · <span className="tabular-nums">{formatDuration(timeline.endMs - timeline.startMs)}</span> in all</p>}
      <nav aria-label="Turns" className="ml-auto flex gap-1">
        {before >= 0 && <PlaceButton size="small" to={{ order: before, messageId: undefined, bar: undefined }} aria-label={`Turn ${before}`}><ArrowLeft size={13} aria-hidden /></PlaceButton>}
        {after <= newestOrder && <PlaceButton size="small" to={{ order: after, messageId: undefined, bar: undefined }} aria-label={`Turn ${after}`}><ArrowRight size={13} aria-hidden /></PlaceButton>}
      </nav>
    </header>
  );
}

const WHOLE_AXIS = "whole";

function Timeline({ timeline }: { timeline: TurnTimeline }) {
  const place = useLocation();
  const canShorten = hasLongWaits(timeline, timeline.bars);
  const shortensWaits = canShorten && optionOf(place, "axis") !== WHOLE_AXIS;
  const selectedId = optionOf(place, "bar");
  const selected = timeline.bars.find(({ id }) => id === selectedId);
  return (
    <>
      <Totals timeline={timeline} />
      {canShorten && <Checkbox label="Draw long waits short" checked={shortensWaits} onChange={(event) => go({ axis: event.target.checked ? undefined : WHOLE_AXIS }, { replace: true })} />}
      <Waterfall timeline={timeline} shortensWaits={shortensWaits} selectedId={selectedId} onSelect={(id) => go({ bar: id }, { replace: true })} />
      {selected === undefined ? <p className="text-xs text-muted">Pick a line to see what it was. The pale beginning of a model call is the wait for its first output; ≈ marks times that nobody measured.</p> : <Detail bar={selected} startMs={timeline.startMs} />}
      <AsTable timeline={timeline} />
    </>
  );
}

const KIND_NAMES: readonly BarKind[] = ["model", "tool", "approval", "idle"];

function Totals({ timeline: { totals, startMs, endMs } }: { timeline: TurnTimeline }) {
  const wholeMs = Math.max(1, endMs - startMs);
  return (
    <dl className="grid grid-cols-2 gap-2 sm:grid-cols-4">
      {KIND_NAMES.map((kind) => (
        <div key={kind} className="rounded-lg border border-line bg-panel px-3 py-2">
          <dt className="flex items-center gap-1.5 text-xs text-muted"><span aria-hidden className={`size-2 shrink-0 rounded-sm ${KINDS[kind].fill} ${kind === "idle" ? "opacity-40" : ""}`} /><span className="truncate">{KINDS[kind].label}</span></dt>
          <dd className="mt-0.5 flex flex-wrap items-baseline gap-x-1.5 font-medium whitespace-nowrap tabular-nums">{formatDuration(totals[kind])} <span className="text-xs font-normal text-muted">{Math.round((totals[kind] / wholeMs) * 100)} %</span></dd>
        </div>
      ))}
    </dl>
  );
}

function Detail({ bar, startMs }: { bar: Bar; startMs: number }) {
  const facts: [string, string][] = [
    ["State", stateName(bar)],
    ["From", `${formatDuration(bar.startMs - startMs)} after the turn began (${formatTime(bar.startMs)})`],
    ["Took", `${bar.isEstimated ? "about " : ""}${formatDuration(coveredMs([bar]))}`],
    ...(bar.firstOutputMs === undefined ? [] : [["First output", `after ${formatDuration(bar.firstOutputMs - bar.startMs)}`] as [string, string]]),
    ...bar.facts.map(([name, value]): [string, string] => [name, value]),
  ];
  return (
    <section aria-label={bar.label} className="rounded-xl border border-line bg-raised px-4 py-3 text-sm">
      <h4 className="flex items-center gap-2 font-medium"><span aria-hidden className={`size-2.5 rounded-sm ${KINDS[bar.kind].fill}`} />{bar.label}
        {bar.messageId !== undefined && bar.kind === "model" && <PlaceButton size="small" look="plain" className="ml-auto" to={{ panel: "context", messageId: bar.messageId, bar: undefined }}>Its context</PlaceButton>}
      </h4>
      <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        {facts.map(([name, value]) => <div key={name} className="contents"><dt className="text-muted">{name}</dt><dd className="min-w-0 wrap-anywhere">{value}</dd></div>)}
      </dl>
    </section>
  );
}

function AsTable({ timeline: { bars, startMs } }: { timeline: TurnTimeline }) {
  return (
    <Disclosure summary="The same as a table">
      <div tabIndex={0} role="region" aria-label="The timeline as a table" className="overflow-x-auto">
        <table className="w-full text-left text-xs">
          <caption className="sr-only">What happened in the turn, by when it began</caption>
          <thead className="text-muted"><tr>{["What", "Kind", "State", "From", "Took"].map((name) => <th key={name} scope="col" className="py-1 pr-4 font-medium">{name}</th>)}</tr></thead>
          <tbody>
            {bars.map((bar) => (
              <tr key={bar.id} className="border-t border-line">
                <th scope="row" className="py-1 pr-4 font-normal">{bar.label}</th><td className="py-1 pr-4">{KINDS[bar.kind].label}</td><td className="py-1 pr-4">{stateName(bar)}</td>
                <td className="py-1 pr-4 tabular-nums">{formatDuration(bar.startMs - startMs)}</td><td className="py-1 pr-4 tabular-nums">{formatDuration(bar.endMs - bar.startMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Disclosure>
  );
}
