import { MessagesSquare, Search } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { Select } from "../app/controls";
import { go, useLocation } from "../app/location";
import { useShortcuts, type Shortcut } from "../app/shortcuts";
import { Empty, Loading } from "../app/states";
import { VirtualList } from "../app/VirtualList";
import { ThreadRow } from "./ThreadRow";
import { useListOptions, useThreads, type Threads } from "./useThreads";

/** The threads of whom the address names, with search and status; j and k go from one to the next. */
export function ThreadList() {
  const place = useLocation();
  const { of, search, status } = useListOptions();
  const list = useThreads();
  const { threads, canLoadMore, isLoading, loadMore } = list;
  const activeIndex = threads.findIndex(({ _id }) => _id === place.threadId);
  useThreadKeys(list, activeIndex);
  useEffect(() => {
    // Pages of one status can come empty although there are more.
    if (canLoadMore && threads.length < 20) loadMore();
  }, [canLoadMore, threads.length, loadMore]);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex items-end gap-2 px-3 pb-2">
        <SearchBox search={search} />
        <Select label="Status" hidesLabel value={status ?? ""} onChange={(event) => go({ status: event.target.value || undefined }, { replace: true })} className="w-24 shrink-0">
          <option value="">All</option><option value="active">Active</option><option value="archived">Archived</option>
        </Select>
      </div>
      <div className={`min-h-0 flex-1 ${list.isStale ? "opacity-60" : ""}`}>
        {isLoading ? <Loading label="Loading the threads" /> : threads.length === 0 && !canLoadMore ? (
          <Empty icon={<MessagesSquare size={24} />} title={search === "" ? "No threads here" : "No title matches"}>
            {search === "" ? "Threads appear here as soon as your app creates one." : "Search looks at the words of titles."}
          </Empty>
        ) : (
          <VirtualList label="Threads" items={threads} itemKey={({ _id }) => _id} estimatePx={84} activeIndex={activeIndex} onNearEnd={canLoadMore ? loadMore : undefined} className="h-full">
            {(thread) => <ThreadRow thread={thread} isCurrent={thread._id === place.threadId} showsUser={of.kind !== "user"} />}
          </VirtualList>
        )}
      </div>
    </div>
  );
}

/** Typing waits a little before it asks: a search for each letter helps nobody. */
const TYPING_MS = 200;

function SearchBox({ search }: { search: string }) {
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(search);
  // Somebody went to an address with another search.
  const [shown, setShown] = useState(search);
  if (shown !== search) {
    setShown(search);
    setTyped(search);
  }
  useEffect(() => {
    if (typed === search) return;
    const timer = setTimeout(() => go({ search: typed || undefined }, { replace: true }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, search]);
  useShortcuts(useMemo((): Shortcut[] => [{ keys: ["/"], label: "Search the threads", run: () => input.current?.focus() }], []));
  return (
    <label className="relative min-w-0 flex-1">
      <span className="sr-only">Search the titles</span>
      <Search size={14} aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 text-muted" />
      <input ref={input} type="search" value={typed} placeholder="Search titles" onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => { if (event.key === "Escape") event.currentTarget.blur(); }}
        className="block w-full rounded-lg border border-line bg-raised py-1.5 pr-2 pl-8 text-sm outline-none placeholder:text-muted focus:border-accent focus:ring-1 focus:ring-accent" />
    </label>
  );
}

function useThreadKeys({ threads, canLoadMore, loadMore }: Threads, activeIndex: number): void {
  useShortcuts(useMemo((): Shortcut[] => {
    const to = (index: number) => {
      const thread = threads[Math.max(0, Math.min(index, threads.length - 1))];
      if (thread !== undefined) go({ threadId: thread._id }, { replace: true });
      if (index >= threads.length && canLoadMore) loadMore();
    };
    return [
      { keys: ["j", "ArrowDown"], label: "Next thread", run: () => to(activeIndex + 1) },
      { keys: ["k", "ArrowUp"], label: "Previous thread", run: () => to(activeIndex < 0 ? 0 : activeIndex - 1) },
    ];
  }, [threads, activeIndex, canLoadMore, loadMore]));
}
