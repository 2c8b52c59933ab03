import { ChartColumn, CircleDollarSign } from "lucide-react";
import { useMemo, useState } from "react";
import { Button, Segmented } from "../app/controls";
import { formatCount, formatShort } from "../app/format";
import { go, useLocation } from "../app/location";
import { Dots, Empty } from "../app/states";
import { useToasts } from "../app/toasts";
import { useNow } from "../app/useNow";
import { chartOf, dayNames, startOfDays, sumAll, sumBy, type Grouping, type Measure, type UsageSum } from "./aggregate";
import { PriceDialog } from "./PriceDialog";
import { formatMoney, loadPrices, savePrices, type PriceTable } from "./prices";
import { UsageChart } from "./UsageChart";
import { RANGES, usageChoice } from "./usageChoice";
import { UsageTable } from "./UsageTable";
import { useUsageRows } from "./useUsageRows";

const RANGE_OPTIONS = RANGES.map((value) => ({ value, label: `${value} days` }));
const GROUPING_OPTIONS: { value: Grouping; label: string }[] = [{ value: "day", label: "Day" }, { value: "userId", label: "User" }, { value: "agentName", label: "Agent" }, { value: "model", label: "Model" }];
const MEASURE_OPTIONS: { value: Measure; label: string }[] = [{ value: "tokens", label: "Tokens" }, { value: "cost", label: "Cost" }];

/** Tokens, and what they cost, by day, user, agent and model: of all threads of the app. */
export function UsagePage() {
  const { days, grouping, measure } = usageChoice(useLocation());
  const nowMs = useNow();
  const names = useMemo(() => dayNames(days, nowMs), [days, nowMs]);
  const { rows, isLoading } = useUsageRows(startOfDays(days, nowMs));
  const { prices, change } = usePrices();
  const [isPricing, setIsPricing] = useState(false);
  const models = useMemo(() => [...new Set(rows.flatMap(({ model }) => model ?? []))].sort(), [rows]);
  const all = useMemo(() => sumAll(rows, prices), [rows, prices]);
  const sums = useMemo(() => sumBy(rows, { grouping, measure, prices }), [rows, grouping, measure, prices]);
  const chart = useMemo(() => chartOf(rows, { grouping: grouping === "day" ? "kind" : grouping, measure, prices, days: names }), [rows, grouping, measure, prices, names]);
  return (
    <div className="mx-auto grid w-full max-w-5xl gap-4 p-4 sm:p-6">
      <header className="flex flex-wrap items-center gap-2">
        <h2 className="mr-auto text-lg font-semibold">Usage</h2>
        <Segmented label="Range" value={String(days)} options={RANGE_OPTIONS} onChange={(value) => go({ days: value })} />
        <Button onClick={() => setIsPricing(true)}><CircleDollarSign size={15} aria-hidden />Prices</Button>
      </header>
      <div className="grid gap-1.5">
        <Totals all={all} isLoading={isLoading} />
        <p className="text-xs text-muted">Of messages that are saved: what was deleted, replaced, not saved, or stopped before its tokens were counted was paid for all the same, and is not in here.</p>
      </div>
      <div className="flex flex-wrap gap-2">
        <Segmented label="By" value={grouping} options={GROUPING_OPTIONS} onChange={(by) => go({ by })} />
        <Segmented label="Shown" value={measure} options={MEASURE_OPTIONS} onChange={(shown) => go({ in: shown })} />
      </div>
      {rows.length === 0 && !isLoading
        ? <Empty icon={<ChartColumn size={24} />} title={`Nothing was used in the last ${days} days`}>What model calls take is counted as their answers are saved.</Empty>
        : (
          <>
            {measure === "cost" && all.cost === undefined ? <NoPrices onPrice={() => setIsPricing(true)} /> : <UsageChart data={chart} measure={measure} />}
            <UsageTable grouping={grouping} sums={sums} all={all} />
          </>
        )}
      {isPricing && <PriceDialog prices={prices} models={models} onSave={change} onClose={() => setIsPricing(false)} />}
    </div>
  );
}

function NoPrices({ onPrice }: { onPrice: () => void }) {
  return (
    <div className="rounded-xl border border-line bg-raised">
      <Empty icon={<CircleDollarSign size={24} />} title="No prices yet">The app does not know what its models cost. Say it once, and it is counted here.<br /><Button look="primary" className="mt-3" onClick={onPrice}>Set prices</Button></Empty>
    </div>
  );
}

function Totals({ all, isLoading }: { all: UsageSum; isLoading: boolean }) {
  const facts: [string, string, string][] = [
    ["Tokens in", formatShort(all.promptTokens), formatCount(all.promptTokens)],
    ["Tokens out", formatShort(all.completionTokens), formatCount(all.completionTokens)],
    ["Model calls", formatShort(all.messages), formatCount(all.messages)],
    ["Cost", all.cost === undefined ? "—" : `${all.hasUnpriced ? "≥ " : ""}${formatMoney(all.cost)}`, all.cost === undefined ? "No price is set for the models that were used" : "As far as prices are set"],
  ];
  return (
    <dl className="grid grid-cols-2 gap-2 sm:grid-cols-4" aria-busy={isLoading}>
      {facts.map(([name, value, title]) => (
        <div key={name} className="rounded-lg border border-line bg-panel px-3 py-2">
          <dt className="flex items-center gap-2 text-xs text-muted">{name}{isLoading && <Dots />}</dt>
          <dd className="mt-0.5 text-lg font-medium tabular-nums" title={title}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function usePrices(): { prices: PriceTable; change: (prices: PriceTable) => void } {
  const [prices, setPrices] = useState(() => loadPrices(localStorage));
  const toasts = useToasts();
  const change = (next: PriceTable) => {
    setPrices(next);
    try {
      savePrices(localStorage, next);
    } catch (error) {
      // The browser's store is full or closed: they hold until the page goes.
      toasts.failed(error);
    }
  };
  return { prices, change };
}
