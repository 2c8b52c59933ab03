import type { Arrivals } from "./arrivals";

/** The pieces of a reply as they came over the wire, before they are smoothed. */
export function ArrivalList({ seen }: { seen: Arrivals | null }) {
  if (seen === null || seen.pieces.length === 0) {
    return <p className="text-sm text-muted">Ask for something long: each piece that reaches this page will be drawn here, with the time between two.</p>;
  }
  const { pieces } = seen;
  const gaps = pieces.slice(1).map(({ afterMs }) => afterMs).toSorted((a, b) => a - b);
  const middleMs = gaps[Math.floor(gaps.length / 2)];
  const chars = seen.text.length / pieces.length;
  return (
    <>
      <dl className="grid grid-cols-3 gap-2 text-center">
        <Fact name="Pieces" value={pieces.length.toLocaleString("en")} />
        <Fact name="Letters each" value={chars.toFixed(chars < 10 ? 1 : 0)} />
        <Fact name="Time between" value={middleMs === undefined ? "–" : `${Math.round(middleMs)} ms`} />
      </dl>
      <p tabIndex={0} role="group" aria-label="The reply in the pieces in which it came" className="mt-3 max-h-72 overflow-y-auto rounded-xl border border-line bg-raised p-3 font-mono text-xs leading-6 wrap-anywhere whitespace-pre-wrap">
        {pieces.map(({ text, afterMs }, index) => (
          <span key={index} title={index === 0 ? "the first" : `${Math.round(afterMs)} ms later`} className={`box-decoration-clone rounded-sm py-0.5 ${index % 2 === 0 ? "bg-bubble" : "bg-accent/15"}`}>{text}</span>
        ))}
      </p>
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div className="flex flex-col-reverse rounded-xl border border-line bg-raised px-2 py-2">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="text-lg font-semibold tabular-nums">{value}</dd>
    </div>
  );
}
