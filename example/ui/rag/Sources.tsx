import type { FunctionReturnType } from "convex/server";
import { BookOpen } from "lucide-react";
import type { api } from "../../convex/_generated/api";

type Search = FunctionReturnType<typeof api.rag.sources.list>[number];

/** So few passages are shown unfolded. */
const OPEN_UP_TO = 2;

export interface SourcesProps {
  searches: readonly Search[];
}

/** The passages an answer was made from. */
export function Sources({ searches }: SourcesProps) {
  if (searches.length === 0) return null;
  const sources = searches.flatMap((search) => search.sources);
  if (sources.length === 0) return <p className="flex items-center gap-1.5 text-xs text-muted"><BookOpen size={13} aria-hidden />The documents were searched; no passage fits.</p>;
  return (
    <div role="group" aria-label="Sources">
      <p aria-hidden className="flex items-center gap-1.5 text-xs font-medium text-muted"><BookOpen size={13} aria-hidden />Sources</p>
      <ol className="mt-2 grid gap-2 sm:grid-cols-2">
        {sources.map(({ documentId, title, text, score }, index) => (
          <li key={`${documentId}-${index}`}>
            <details open={sources.length <= OPEN_UP_TO} className="group rounded-xl border border-line bg-panel px-3 py-2 text-sm">
              <summary className="flex items-baseline gap-2 rounded">
                <span className="text-xs text-muted tabular-nums">{index + 1}</span>
                <span className="min-w-0 flex-1 truncate font-medium">{title}</span>
                <span className="shrink-0 text-xs text-muted tabular-nums">{score.toFixed(2)} alike</span>
              </summary>
              <p className="mt-1.5 text-muted whitespace-pre-wrap wrap-anywhere">{text}</p>
            </details>
          </li>
        ))}
      </ol>
    </div>
  );
}
