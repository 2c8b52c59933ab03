import { CodeXml, Menu, PanelLeftClose } from "lucide-react";
import { lazy, Suspense, useEffect, useState, type ReactNode } from "react";
import { IconButton } from "./controls";
import { Link, useRoute } from "./router";
import { sourceFiles, sourceHref, useSourcePath } from "./sources";
import { ThemeToggle } from "./theme";
import type { Topic } from "./topic";
import { TopicMenu } from "./TopicMenu";

const SourceDialog = lazy(async () => ({ default: (await import("./SourceDialog")).SourceDialog }));

/** The frame of every page: topics and the page's own list at the side, a header, the page. */
export function Shell({ topic, title, side, children }: { topic: Topic; title: string; side: ReactNode; children: ReactNode }) {
  const { item } = useRoute();
  const sourcePath = useSourcePath();
  const [firstFile] = sourceFiles(topic.sources);
  // On a phone the menu lies over the page; it is open on one page only, so going somewhere closes it.
  const here = `${topic.path}/${item ?? ""}`;
  const [openAt, setOpenAt] = useState<string | null>(null);
  const isOpen = openAt === here;
  const close = () => setOpenAt(null);
  useEffect(() => {
    if (!isOpen) return;
    const onKeyDown = (event: KeyboardEvent) => { if (event.key === "Escape") setOpenAt(null); };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [isOpen]);
  return (
    <div className="flex h-full">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-lg focus:bg-raised focus:px-3 focus:py-2">Skip to the page</a>
      {isOpen && <button type="button" aria-label="Close the menu" onClick={close} className="fixed inset-0 z-30 bg-black/40 md:hidden" />}
      <aside aria-label="Menu" className={`fixed inset-y-0 left-0 z-40 flex w-72 flex-col border-r border-line bg-panel transition-[translate,visibility] md:visible md:static md:translate-x-0 ${isOpen ? "visible translate-x-0" : "invisible -translate-x-full"}`}>
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
          <IconButton label="Open the menu" aria-expanded={isOpen} className="md:hidden" onClick={() => setOpenAt(here)}><Menu size={18} /></IconButton>
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
        <main id="main" tabIndex={-1} className="min-h-0 flex-1 outline-none">{children}</main>
      </div>
      {sourcePath !== null && <Suspense fallback={null}><SourceDialog topic={topic} path={sourcePath} /></Suspense>}
    </div>
  );
}
