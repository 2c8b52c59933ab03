import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { Button } from "../app/controls";
import { go } from "../app/location";
import { Dots } from "../app/states";
import { TurnCard } from "./TurnCard";
import type { Turn } from "./turns";

interface Props {
  turns: readonly Turn[];
  /** The turn that the address names: it is brought into view when it changes. */
  target: number | undefined;
  /** There are turns above, or none. */
  onEarlier: (() => void) | undefined;
  /** The list ends at the newest turn, and stays there while it grows. Otherwise there may be turns below. */
  endsAtNewest: boolean;
  onLater?: (() => void) | undefined;
}

/** About how high a turn is before it was seen. */
const ESTIMATE_PX = 320;
const NEAR_END_PX = 80;

/** Turns from top to bottom; only those in view are on the page, and the reader stays where they are when others come. */
export function TurnList({ turns, target, onEarlier, onLater, endsAtNewest }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);
  // As long as the reader has not moved, they are at the turn that the address names, however high the turns turn out.
  const [freedFrom, setFreedFrom] = useState<number | undefined>(undefined);
  const isHeld = target !== undefined && freedFrom !== target;
  const free = () => setFreedFrom(target);
  // oxlint-disable-next-line react/incompatible-library -- Nothing here is memoized by what the virtualizer returns.
  const virtualizer = useVirtualizer({
    count: turns.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ESTIMATE_PX,
    getItemKey: (index) => turns[index]?.key ?? index,
    overscan: 2,
    gap: 12,
    paddingStart: 12,
    paddingEnd: 12,
    scrollPaddingStart: 12,
    anchorTo: "end",
    followOnAppend: endsAtNewest,
    scrollEndThreshold: isHeld ? -1 : NEAR_END_PX,
    // What fits has no end that one could be away from.
    onChange: (instance) => setIsAtEnd(instance.isAtEnd(NEAR_END_PX) || instance.getTotalSize() <= (instance.scrollRect?.height ?? 0)),
  });
  const isPlaced = useTargetInView(virtualizer, turns, target);
  const rows = virtualizer.getVirtualItems();
  useNearEdge(isPlaced && (rows[0]?.index ?? 0) <= 1, onEarlier, turns[0]?.order);
  useNearEdge(isPlaced && (rows.at(-1)?.index ?? 0) >= turns.length - 2, onLater, turns.at(-1)?.order);
  return (
    <div className="relative h-full min-h-0 overflow-hidden">
      <div ref={scroller} onWheel={free} onTouchMove={free} onPointerDown={free} onKeyDown={free} tabIndex={0} role="region" aria-label="Messages" className="h-full overflow-y-auto overscroll-contain px-2 [overflow-anchor:none] focus-visible:-outline-offset-2 sm:px-4">
        {onEarlier !== undefined && <p role="status" className="flex justify-center py-2 text-xs text-muted"><span className="sr-only">Loading earlier turns</span><Dots /></p>}
        <div className="relative w-full" style={{ height: virtualizer.getTotalSize() }}>
          {rows.map((row) => {
            const turn = turns[row.index];
            return turn === undefined ? null : (
              <div key={row.key} ref={virtualizer.measureElement} data-index={row.index} className="absolute inset-x-0 top-0" style={{ transform: `translateY(${row.start}px)` }}>
                <TurnCard turn={turn} isTarget={turn.order === target} />
              </div>
            );
          })}
        </div>
      </div>
      {(!isAtEnd || !endsAtNewest) && (
        <Button size="small" className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full shadow-md" onClick={() => { free(); go({ order: undefined }); if (endsAtNewest) virtualizer.scrollToEnd(); }}>
          <ArrowDown size={14} aria-hidden />To the newest
        </Button>
      )}
    </div>
  );
}

/** Brings the turn that the address names into view, else the newest. True once the reader is there: edges that pass by before are not theirs. */
function useTargetInView(virtualizer: Virtualizer<HTMLDivElement, Element>, turns: readonly Turn[], target: number | undefined): boolean {
  const shownTarget = useRef<number | null>(null);
  const [isPlaced, setIsPlaced] = useState(false);
  const targetIndex = target === undefined ? -1 : turns.findIndex(({ order }) => order === target);
  const goal = targetIndex >= 0 ? targetIndex : turns.length - 1;
  if (!isPlaced && virtualizer.getVirtualItems().some(({ index }) => index === goal)) setIsPlaced(true);
  // A list that is put on the page again begins at its top again.
  useLayoutEffect(() => () => { shownTarget.current = null; }, []);
  useLayoutEffect(() => {
    // Once for each turn that is asked for: what is loaded later does not take the reader back to it.
    if (turns.length === 0 || shownTarget.current === (target ?? -1)) return;
    if (targetIndex >= 0) virtualizer.scrollToIndex(targetIndex, { align: "start" });
    else {
      if (shownTarget.current === null) virtualizer.scrollToEnd();
      // It may be on its way.
      if (target !== undefined) return;
    }
    shownTarget.current = target ?? -1;
  }, [target, targetIndex, turns.length, virtualizer]);
  return isPlaced;
}

/** Asks for more once each time the edge is near; `edge` tells that more has come. */
function useNearEdge(isNear: boolean, load: (() => void) | undefined, edge: number | undefined): void {
  const asked = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (!isNear || load === undefined || edge === undefined || asked.current === edge) return;
    asked.current = edge;
    load();
  }, [isNear, load, edge]);
}
