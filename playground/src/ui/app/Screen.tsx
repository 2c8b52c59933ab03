import { ChartColumn, Menu, PanelLeftClose, Plus, Unplug } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useConnection } from "../connection/api";
import { Logo } from "../connection/ConnectionScreen";
import { ThreadView } from "../thread/ThreadView";
import { NewThread } from "../threads/NewThread";
import { ThreadList } from "../threads/ThreadList";
import { UserPicker } from "../threads/UserPicker";
import { ConnectionBanner } from "./ConnectionBanner";
import { Badge, IconButton } from "./controls";
import { formatPlace, go, useLocation } from "./location";
import { PlaceLink } from "./PlaceLink";
import { Shortcuts, useShortcuts, type Shortcut } from "./shortcuts";
import { Empty, ErrorBoundary, Loading } from "./states";
import { ThemeToggle } from "./theme";

const UsagePage = lazy(async () => ({ default: (await import("../usage/UsagePage")).UsagePage }));

/** The frame: threads at the side, what is looked at beside them. */
export function Screen({ onDisconnect }: { onDisconnect: () => void }) {
  const place = useLocation();
  // On a phone the list lies over the page; it is open on one place only, so going somewhere closes it.
  const here = formatPlace({ threadId: place.threadId, panel: place.panel });
  const [openAt, setOpenAt] = useState<string | null>(null);
  const isOpen = openAt === here || (place.threadId === undefined && place.panel !== "usage" && openAt !== "closed");
  const close = () => setOpenAt("closed");
  const isPhone = useIsPhone();
  useEffect(() => {
    if (!isOpen) return;
    const onKeyDown = (event: KeyboardEvent) => { if (event.key === "Escape") setOpenAt("closed"); };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [isOpen]);
  const panel = place.panel ?? "messages";
  return (
    <div className="flex h-full flex-col">
      <ConnectionBanner />
      <Shortcuts />
      <div className="flex min-h-0 flex-1">
        <a href="#main" onClick={(event) => { event.preventDefault(); document.querySelector<HTMLElement>("#main")?.focus(); }} className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-lg focus:bg-raised focus:px-3 focus:py-2">Skip the list of threads</a>
        {isOpen && <button type="button" aria-label="Close the list of threads" onClick={close} className="fixed inset-0 z-30 bg-black/40 md:hidden" />}
        <Side isOpen={isOpen} onClose={close} onDisconnect={onDisconnect} />
        <div inert={isOpen && isPhone} className="flex min-w-0 flex-1 flex-col">
          <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-2 md:hidden">
            <IconButton label="Open the list of threads" aria-expanded={isOpen} onClick={() => setOpenAt(here)}><Menu size={18} /></IconButton>
            <h1 className="min-w-0 flex-1 truncate text-sm font-semibold">{panel === "usage" ? "Usage" : "Agent playground"}</h1>
            <ThemeToggle />
          </header>
          <main id="main" tabIndex={-1} className="min-h-0 flex-1 outline-none">
            <ErrorBoundary what={panel === "usage" ? "The usage" : "This thread"} resetKey={`${place.threadId} ${panel}`}>
              {panel === "usage" ? <Suspense fallback={<Loading label="Loading the usage" />}><div className="h-full overflow-y-auto"><UsagePage /></div></Suspense>
                : place.threadId === undefined ? <Welcome /> : <ThreadView key={place.threadId} threadId={place.threadId} panel={panel} />}
            </ErrorBoundary>
          </main>
        </div>
      </div>
    </div>
  );
}

const PHONE = "(max-width: 767px)";

function useIsPhone(): boolean {
  return useSyncExternalStore(subscribePhone, () => window.matchMedia(PHONE).matches);
}

function subscribePhone(listener: () => void): () => void {
  const query = window.matchMedia(PHONE);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

function Welcome() {
  return <Empty title="Pick a thread">See what was said, what each step did, what the model was shown, and why. <span className="max-md:hidden">Press <kbd>j</kbd> for the first one, <kbd>?</kbd> for all keys.</span></Empty>;
}

function Side({ isOpen, onClose, onDisconnect }: { isOpen: boolean; onClose: () => void; onDisconnect: () => void }) {
  const { url, isReadOnly } = useConnection();
  const { panel } = useLocation();
  const [isNew, setIsNew] = useState(false);
  useShortcuts(useMemo((): Shortcut[] => [
    ...(isReadOnly ? [] : [{ keys: ["n"], label: "New thread", run: () => setIsNew(true) }]),
    { keys: ["g"], label: "Usage", run: () => go({ panel: "usage" }) },
  ], [isReadOnly]));
  return (
    <aside aria-label="Threads" className={`fixed inset-y-0 left-0 z-40 flex w-[min(20rem,90vw)] flex-col border-r border-line bg-panel transition-[translate,visibility] md:visible md:static md:w-80 md:translate-x-0 ${isOpen ? "visible translate-x-0" : "invisible -translate-x-full"}`}>
      <div className="flex h-14 shrink-0 items-center gap-2.5 pr-2 pl-4">
        <h1 className="flex min-w-0 flex-1 items-center gap-2.5"><Logo /></h1>
        <span className="max-md:hidden"><ThemeToggle /></span>
        <IconButton label="Close the list of threads" className="md:hidden" onClick={onClose}><PanelLeftClose size={18} /></IconButton>
      </div>
      <div className="flex items-center gap-2 px-3 pb-2">
        <div className="min-w-0 flex-1"><UserPicker /></div>
        <IconButton label="New thread" disabled={isReadOnly} className="border border-line bg-raised" onClick={() => setIsNew(true)}><Plus size={16} /></IconButton>
      </div>
      <div className="min-h-0 flex-1"><ErrorBoundary what="The list of threads" resetKey={url}><ThreadList /></ErrorBoundary></div>
      <div className="border-t border-line p-2">
        <PlaceLink to={{ panel: panel === "usage" ? undefined : "usage" }} aria-current={panel === "usage" ? "page" : undefined} className="flex items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-sm hover:bg-bubble aria-[current=page]:bg-accent-wash aria-[current=page]:font-medium"><ChartColumn size={16} aria-hidden className="text-muted" />Usage</PlaceLink>
        <div className="flex items-center gap-2 pl-2.5 text-xs text-muted">
          <span className="min-w-0 flex-1 truncate" title={url}>{url.replace(/^https?:\/\//, "")}</span>
          {isReadOnly && <Badge tone="warn" title="This key looks and changes nothing">read-only</Badge>}
          <IconButton label="Disconnect" onClick={onDisconnect}><Unplug size={15} /></IconButton>
        </div>
      </div>
      {isNew && <NewThread onClose={() => setIsNew(false)} />}
    </aside>
  );
}
