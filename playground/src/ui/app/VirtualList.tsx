import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type ReactNode } from "react";

interface Props<Item> {
  label: string;
  items: readonly Item[];
  itemKey: (item: Item) => string;
  /** About how high a row is. */
  estimatePx: number;
  children: (item: Item, index: number) => ReactNode;
  /** The row that is to be in view. */
  activeIndex?: number | undefined;
  /** The last rows are in view: more may be loaded. */
  onNearEnd?: (() => void) | undefined;
  /** `listbox`: its rows are options that an input above chooses from. */
  role?: "list" | "listbox";
  id?: string;
  className?: string;
}

/** A list of any length: only the rows in view are on the page. */
export function VirtualList<Item>({ label, items, itemKey, estimatePx, children, activeIndex, onNearEnd, role = "list", id, className = "" }: Props<Item>) {
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- Nothing here is memoized by what the virtualizer returns.
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => estimatePx,
    overscan: 6,
    getItemKey: (index) => {
      const item = items[index];
      return item === undefined ? index : itemKey(item);
    },
  });
  const rows = virtualizer.getVirtualItems();
  const isNearEnd = (rows.at(-1)?.index ?? -1) >= items.length - 10;
  useEffect(() => {
    if (isNearEnd) onNearEnd?.();
  }, [isNearEnd, onNearEnd, items.length]);
  useEffect(() => {
    if (activeIndex !== undefined && activeIndex >= 0) virtualizer.scrollToIndex(activeIndex, { align: "auto" });
  }, [activeIndex, virtualizer]);
  const item = role === "list" ? "listitem" : "presentation";
  return (
    <div ref={scroller} className={`overflow-y-auto overscroll-contain ${className}`} tabIndex={-1}>
      <div id={id} role={role} aria-label={label} className="relative w-full" style={{ height: virtualizer.getTotalSize() }}>
        {rows.map((row) => {
          const shown = items[row.index];
          if (shown === undefined) return null;
          return (
            <div key={row.key} role={item} ref={virtualizer.measureElement} data-index={row.index} aria-setsize={role === "list" ? items.length : undefined} aria-posinset={role === "list" ? row.index + 1 : undefined}
              className="absolute inset-x-0 top-0" style={{ transform: `translateY(${row.start}px)` }}>
              {children(shown, row.index)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
