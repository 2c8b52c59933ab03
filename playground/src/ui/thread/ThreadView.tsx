import { MessageSquareOff } from "lucide-react";
import { Suspense, useEffect, useMemo, useRef } from "react";
import { lazyPart } from "../app/lazyPart";
import { go, PANELS, useLocation, type Panel } from "../app/location";
import { PlaceButton, PlaceLink } from "../app/PlaceLink";
import { useShortcuts, type Shortcut } from "../app/shortcuts";
import { Empty, ErrorBoundary, Loading } from "../app/states";
import { useOptionalQuery } from "../connection/api";
import { MessagesPanel } from "../messages/MessagesPanel";
import { Streams } from "./Streams";
import { NamedThreadHeader, ThreadHeader } from "./ThreadHeader";
import { useNewestPlace } from "./useNewestPlace";

const TimelinePanel = lazyPart(async () => (await import("../timeline/TimelinePanel")).TimelinePanel);
const ContextPanel = lazyPart(async () => (await import("../context/ContextPanel")).ContextPanel);
const ComparePanel = lazyPart(async () => (await import("../compare/ComparePanel")).ComparePanel);
const NewMessage = lazyPart(async () => (await import("../compare/NewMessage")).NewMessage);

type ThreadPanel = Exclude<Panel, "usage">;
const TITLES: Readonly<Record<ThreadPanel, string>> = { messages: "Messages", timeline: "Timeline", context: "Context", compare: "Compare" };
const THREAD_PANELS = PANELS.filter((panel) => panel !== "usage");

/** A thread: what it is, and one of the ways to look at it. */
export function ThreadView({ threadId, panel }: { threadId: string; panel: ThreadPanel }) {
  const found = useOptionalQuery("getThread", { threadId });
  const beside = useRef<HTMLElement>(null);
  const isCalledByKey = useRef(false);
  useShortcuts(useMemo((): Shortcut[] => THREAD_PANELS.map((name, index) => ({
    keys: [String(index + 1)], label: TITLES[name],
    run: () => {
      isCalledByKey.current = true;
      go({ panel: name === "messages" ? undefined : name });
    },
  })), []));
  useEffect(() => {
    // Who came by a key goes on by keys: the next Tab is within the view.
    if (isCalledByKey.current) beside.current?.focus({ preventScroll: true });
    isCalledByKey.current = false;
  });
  if (found.kind === "loading") return <Loading label="Loading the thread" />;
  if (found.kind === "value" && found.value === null) {
    return <Empty icon={<MessageSquareOff size={24} />} title="There is no such thread">It may have been deleted, or the link is of another deployment.<br /><PlaceButton to={{ threadId: undefined }} className="mt-4">To the list</PlaceButton></Empty>;
  }
  return (
    <div className="flex h-full min-h-0 flex-col">
      {found.kind === "missing" ? <NamedThreadHeader threadId={threadId} /> : found.value !== null && <ThreadHeader thread={found.value} />}
      <nav aria-label="Views of the thread" className="flex gap-1 overflow-x-auto border-b border-line px-2 sm:px-3">
        {THREAD_PANELS.map((name) => (
          <PlaceLink key={name} to={{ panel: name === "messages" ? undefined : name }} aria-current={name === panel ? "page" : undefined}
            className="-mb-px border-b-2 border-transparent px-2.5 py-2 text-sm text-muted hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink">
            {TITLES[name]}
          </PlaceLink>
        ))}
      </nav>
      <div className="flex min-h-0 flex-1">
        <div className={`min-h-0 min-w-0 flex-1 flex-col ${panel === "messages" ? "flex" : "hidden xl:flex"}`}>
          <div className="min-h-28 flex-1"><ErrorBoundary what="The messages" resetKey={threadId}><MessagesPanel threadId={threadId} /></ErrorBoundary></div>
          <ErrorBoundary what="What is in flight" resetKey={threadId}><Streams threadId={threadId} /></ErrorBoundary>
          <ErrorBoundary what="The form for a message" resetKey={threadId}><Suspense fallback={<div className="h-24 border-t border-line" />}><NewMessage threadId={threadId} /></Suspense></ErrorBoundary>
        </div>
        {panel !== "messages" && (
          <section ref={beside} tabIndex={-1} aria-label={TITLES[panel]} className={`min-h-0 min-w-0 overflow-y-auto border-line outline-none xl:max-w-[46rem] xl:border-l ${panel === "compare" ? "flex-[1.5]" : "flex-1"}`}>
            <ErrorBoundary what={`The view “${TITLES[panel]}”`} resetKey={`${threadId} ${panel}`}>
              <Suspense fallback={<Loading label={`Loading ${TITLES[panel].toLowerCase()}`} />}><PanelOf threadId={threadId} panel={panel} /></Suspense>
            </ErrorBoundary>
          </section>
        )}
      </div>
    </div>
  );
}

/** A panel about a turn or a message is about the newest one until the address names another. */
function PanelOf({ threadId, panel }: { threadId: string; panel: Exclude<ThreadPanel, "messages"> }) {
  const place = useLocation();
  const found = useNewestPlace(threadId, place.order);
  if (found === undefined) return <Loading label="Loading the thread" />;
  const order = place.order ?? found.order;
  if (order === undefined) return <Empty title="No messages yet">There is nothing to look at until something was said.</Empty>;
  if (panel === "timeline") return <TimelinePanel threadId={threadId} order={order} newestOrder={found.newestOrder} />;
  const messageId = place.messageId ?? found.messageId;
  if (messageId === undefined) return <Empty title={`There is no turn ${order}`}>It may have been deleted, or the link is of another deployment.</Empty>;
  switch (panel) {
    case "context": return <ContextPanel threadId={threadId} messageId={messageId} turnAgent={found.agentName} />;
    case "compare": return <ComparePanel threadId={threadId} messageId={messageId} />;
    default: return panel satisfies never;
  }
}
