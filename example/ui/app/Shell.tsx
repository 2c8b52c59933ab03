import { CodeXml, Menu, PanelLeftClose } from "lucide-react";
import { lazy, Suspense, useEffect, useLayoutEffect, useRef, useState, type MouseEvent, type ReactNode } from "react";
import { IconButton } from "./controls";
import { Link, useRoute } from "./router";
import { sourceFiles, sourceHref, useSourcePath } from "./sources";
import { ThemeToggle } from "./theme";
import type { Topic } from "./topic";
import { TopicMenu } from "./TopicMenu";
import { useTitle } from "./useTitle";

const SourceDialog = lazy(async () => ({ default: (await import("./SourceDialog")).SourceDialog }));

/** Each page has a frame of its own: the first one leaves the focus where the browser has it. */
let isFirstPage = true;

/** On a phone the menu lies over the page: the focus goes in when it opens, and back when it closes. */
function useDrawer() {
  const [isOpen, setIsOpen] = useState(false);
  const menu = useRef<HTMLElement>(null);
  const opener = useRef<HTMLDivElement>(null);
  const wasOpen = useRef(false);
  useLayoutEffect(() => {
    if (wasOpen.current && !isOpen) opener.current?.querySelector("button")?.focus();
    wasOpen.current = isOpen;
    if (!isOpen) return;
    menu.current?.querySelector<HTMLElement>("button, a")?.focus();
    const onKeyDown = (event: KeyboardEvent) => { if (event.key === "Escape") setIsOpen(false); };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [isOpen]);
  return { menu, opener, isOpen, open: () => setIsOpen(true), close: () => setIsOpen(false) };
}

/** The frame of every page: topics and the page's own list at the side, a header, the page. */
export function Shell({ topic, title, side, children }: { topic: Topic; title: string; side: ReactNode; children: ReactNode }) {
  const { item } = useRoute();
  const sourcePath = useSourcePath();
  const [firstFile] = sourceFiles(topic.sources);
  const main = useRef<HTMLElement>(null);
  useTitle(title, side === null ? undefined : item);
  const { menu, opener, isOpen, open, close } = useDrawer();
  const onMenuClick = ({ target }: MouseEvent) => { if (target instanceof Element && target.closest("a") !== null) close(); };
  // The link that led here went with the page before. A field that has taken the focus keeps it.
  useEffect(() => {
    if (!isFirstPage && document.activeElement === document.body) main.current?.focus({ preventScroll: true });
    isFirstPage = false;
  }, [main]);
  return (
    <div className="flex h-full">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-lg focus:bg-raised focus:px-3 focus:py-2">Skip to the page</a>
      {isOpen && <button type="button" aria-label="Close the menu" onClick={close} className="fixed inset-0 z-30 bg-black/40 md:hidden" />}
      <aside ref={menu} aria-label="Menu" onClick={onMenuClick}
        className={`fixed inset-y-0 left-0 z-40 flex w-72 flex-col border-r border-line bg-panel md:visible md:static md:translate-x-0 ${isOpen ? "visible translate-x-0 transition-[translate]" : "invisible -translate-x-full transition-[translate,visibility]"}`}>
        <div className="flex h-14 items-center gap-2.5 px-4">
          <Link href="/overview" className="flex flex-1 items-center gap-2.5 rounded font-semibold tracking-tight">
            <span aria-hidden className="grid size-7 place-items-center rounded-lg bg-accent text-xs font-bold text-accent-ink">ca</span>
            convex-agent
          </Link>
          <IconButton label="Close the menu" className="md:hidden" onClick={close}><PanelLeftClose size={18} /></IconButton>
        </div>
        <TopicMenu current={topic} isAlone={side === null} />
        {side !== null && <div className="min-h-0 flex-1">{side}</div>}
      </aside>
      <div inert={isOpen} className="flex min-w-0 flex-1 flex-col">
        <header className="flex h-14 shrink-0 items-center gap-2 border-b border-line px-3 md:px-5">
          <div ref={opener} className="md:hidden"><IconButton label="Open the menu" aria-expanded={isOpen} onClick={open}><Menu size={18} /></IconButton></div>
          <div className="min-w-0 flex-1">
            <h1 className="truncate text-[15px] leading-tight font-semibold">{title}</h1>
            <p className="hidden truncate text-xs text-muted md:block">{topic.summary}</p>
          </div>
          {firstFile !== undefined && (
            <a href={sourceHref(firstFile)} title="The files behind this page" className="flex shrink-0 items-center gap-1.5 rounded-lg border border-line px-2.5 py-1.5 text-sm font-medium hover:bg-bubble">
              <CodeXml size={15} aria-hidden />Source
            </a>
          )}
          <ThemeToggle />
        </header>
        <main ref={main} id="main" tabIndex={-1} className="min-h-0 flex-1 outline-none">{children}</main>
      </div>
      {sourcePath !== null && <Suspense fallback={null}><SourceDialog topic={topic} path={sourcePath} /></Suspense>}
    </div>
  );
}
