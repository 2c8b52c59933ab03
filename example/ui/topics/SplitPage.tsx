import type { ReactNode } from "react";

/** A conversation and, beside it, what the page shows about it; on a phone one beneath the other. */
export function SplitPage({ children, asideLabel, aside }: { children: ReactNode; asideLabel: string; aside: ReactNode }) {
  return (
    <div className="h-full overflow-y-auto lg:grid lg:grid-cols-[minmax(0,1fr)_27rem] lg:overflow-hidden">
      <div className="h-[calc(100%-4rem)] min-h-96 lg:h-full lg:min-h-0">{children}</div>
      <section aria-label={asideLabel} tabIndex={0} className="border-t border-line bg-panel px-4 py-5 outline-offset-[-2px] lg:min-h-0 lg:overflow-y-auto lg:border-t-0 lg:border-l">{aside}</section>
    </div>
  );
}
