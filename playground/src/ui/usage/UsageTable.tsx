import { formatCount } from "../app/format";
import type { Grouping, UsageSum } from "./aggregate";
import { formatMoney } from "./prices";

const HEADS: Readonly<Record<Grouping, string>> = { day: "Day (UTC)", userId: "User", agentName: "Agent", model: "Model" };

interface Props {
  grouping: Grouping;
  sums: readonly UsageSum[];
  all: UsageSum;
}

/** The sums of each group, and of all. */
export function UsageTable({ grouping, sums, all }: Props) {
  return (
    <div tabIndex={0} role="region" aria-label={`Usage by ${HEADS[grouping]}`} className="overflow-x-auto rounded-xl border border-line bg-raised">
      <table className="w-full text-sm">
        <caption className="sr-only">Usage by {HEADS[grouping]}</caption>
        <thead className="text-xs text-muted">
          <tr>
            <th scope="col" className="px-3 py-2 text-left font-medium">{HEADS[grouping]}</th>
            {["Model calls", "Tokens in", "of it cached", "Tokens out", "of it reasoning", "Cost"].map((name) => <th key={name} scope="col" className="px-3 py-2 text-right font-medium whitespace-nowrap">{name}</th>)}
          </tr>
        </thead>
        <tbody>{sums.map((sum) => <Row key={sum.key} sum={sum} />)}</tbody>
        <tfoot className="font-medium"><Row sum={all} /></tfoot>
      </table>
    </div>
  );
}

function Row({ sum }: { sum: UsageSum }) {
  const counts = [sum.messages, sum.promptTokens, sum.cachedInputTokens, sum.completionTokens, sum.reasoningTokens];
  return (
    <tr className="border-t border-line">
      <th scope="row" className="max-w-56 truncate px-3 py-1.5 text-left font-medium" title={sum.label}>{sum.label}</th>
      {counts.map((count, index) => <td key={index} className="px-3 py-1.5 text-right tabular-nums">{formatCount(count)}</td>)}
      <td className="px-3 py-1.5 text-right whitespace-nowrap tabular-nums">{costText(sum)}</td>
    </tr>
  );
}

/** What it cost, as far as prices are known. */
function costText({ cost, hasUnpriced }: UsageSum) {
  if (cost === undefined) return <span className="text-muted" title="No price is set for its models">—</span>;
  return hasUnpriced ? <span title="Some models have no price: it is more than this">≥ {formatMoney(cost)}</span> : formatMoney(cost);
}
