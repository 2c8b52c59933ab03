import { MessageSquareDashed } from "lucide-react";
import { useCallback, useEffect, useMemo, useState } from "react";
import { go, useLocation } from "../app/location";
import { useShortcuts, type Shortcut } from "../app/shortcuts";
import { Empty, Loading } from "../app/states";
import { usePlaygroundQuery } from "../connection/api";
import { TurnList } from "./TurnList";
import type { Turn } from "./turns";
import { useNewestTurns, useTurnRange, type Turns } from "./useTurns";

/** The messages of a thread by turn: from the newest end, or around the turn that the address names. */
export function MessagesPanel({ threadId }: { threadId: string }) {
  const { order } = useLocation();
  const newest = useNewestTurns(threadId);
  const lowest = newest.turns[0]?.order;
  const isFar = order !== undefined && lowest !== undefined && order < lowest && newest.canLoadMore;
  if (newest.isLoading) return <Loading label="Loading the messages" />;
  if (newest.turns.length === 0) return <Empty icon={<MessageSquareDashed size={24} />} title="No messages yet">Send one below, as any of the app’s agents.</Empty>;
  return isFar ? <TurnsAround key={threadId} threadId={threadId} order={order} /> : <NewestTurns key={threadId} newest={newest} order={order} />;
}

function NewestTurns({ newest: { turns, canLoadMore, loadMore }, order }: { newest: Turns; order: number | undefined }) {
  useTurnKeys(turns, order);
  return <TurnList turns={turns} target={order} onEarlier={canLoadMore ? loadMore : undefined} endsAtNewest />;
}

/** So many turns on each side of the one that is asked for, and as many more at an edge. */
const AROUND = 15;
/** A window that moves lets go of what is far behind it. */
const MAX_TURNS = 90;

/** A part of a long thread, far from its newest end. */
function TurnsAround({ threadId, order }: { threadId: string; order: number }) {
  const [range, setRange] = useState(() => rangeAround(order));
  if (order < range.lowest || order >= range.end) setRange(rangeAround(order));
  const turns = useLatestRange(threadId, range);
  const page = usePlaygroundQuery("listMessages", { threadId, paginationOpts: { cursor: null, numItems: 1 } });
  const newestOrder = page?.page[0]?.order;
  const isAtEnd = newestOrder !== undefined && range.end > newestOrder;
  const earlier = useCallback(() => setRange(({ lowest, end }) => ({ lowest: Math.max(0, lowest - AROUND), end: Math.min(end, lowest - AROUND + MAX_TURNS) })), []);
  const later = useCallback(() => setRange(({ lowest, end }) => ({ lowest: Math.max(lowest, end + AROUND - MAX_TURNS), end: end + AROUND })), []);
  useTurnKeys(turns ?? NONE, order);
  useEffect(() => {
    // Nothing is left there: the turns were deleted.
    if (turns?.length === 0) go({ order: undefined }, { replace: true });
  }, [turns]);
  if (turns === undefined) return <Loading label="Loading the messages" />;
  return <TurnList turns={turns} target={order} onEarlier={range.lowest > 0 ? earlier : undefined} onLater={isAtEnd ? undefined : later} endsAtNewest={false} />;
}

const NONE: readonly Turn[] = [];

function rangeAround(order: number): { lowest: number; end: number } {
  return { lowest: Math.max(0, order - AROUND), end: order + AROUND };
}

/** A range's turns; those of the range before stay until they are here. */
function useLatestRange(threadId: string, range: { lowest: number; end: number }): readonly Turn[] | undefined {
  const turns = useTurnRange(threadId, range);
  const [shown, setShown] = useState(turns);
  if (turns !== undefined && turns !== shown) setShown(turns);
  return turns ?? shown;
}

function useTurnKeys(turns: readonly Turn[], order: number | undefined): void {
  useShortcuts(useMemo((): Shortcut[] => {
    const at = turns.findIndex((turn) => turn.order === order);
    const to = (index: number) => {
      const turn = turns[index];
      if (turn !== undefined) go({ order: turn.order }, { replace: true });
    };
    return [
      { keys: ["]"], label: "Next turn", run: () => to(at < 0 ? turns.length - 1 : at + 1) },
      { keys: ["["], label: "Previous turn", run: () => to(at < 0 ? turns.length - 1 : at - 1) },
    ];
  }, [turns, order]));
}
