import { ExternalLink, Menu, PanelLeftClose } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { IconButton } from "./controls";
import { Link, useRoute } from "./router";
import { ThemeToggle } from "./theme";
import { useTopics, type Topic } from "./topic";

/** The frame of every page: topics and the page's own list at the side, a header, the page. */
export function Shell({ topic, title, side, children }: { topic: Topic; title: string; side: ReactNode; children: ReactNode }) {
  const { item } = useRoute();
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
          <span aria-hidden className="grid size-7 place-items-center rounded-lg bg-accent text-xs font-bold text-accent-ink">ca</span>
          <span className="flex-1 font-semibold tracking-tight">convex-agent</span>
          <IconButton label="Close the menu" className="md:hidden" onClick={close}><PanelLeftClose size={18} /></IconButton>
        </div>
        <TopicList current={topic} />
        <div className="min-h-0 flex-1">{side}</div>
        <SourceNote topic={topic} />
      </aside>
      <div inert={isOpen} className="flex min-w-0 flex-1 flex-col">
        <header className="flex h-14 shrink-0 items-center gap-2 border-b border-line px-3 md:px-5">
          <IconButton label="Open the menu" aria-expanded={isOpen} className="md:hidden" onClick={() => setOpenAt(here)}><Menu size={18} /></IconButton>
          <h1 className="min-w-0 flex-1 truncate text-[15px] font-semibold">{title}</h1>
          <ThemeToggle />
        </header>
        <main id="main" tabIndex={-1} className="min-h-0 flex-1 outline-none">{children}</main>
      </div>
    </div>
  );
}

function TopicList({ current }: { current: Topic }) {
  const topics = useTopics();
  // A menu with one entry is no menu.
  if (topics.length < 2) return null;
  return (
    <nav aria-label="Topics" className="border-b border-line px-2 pb-3">
      <ul>
        {topics.map((topic) => (
          <li key={topic.path}>
            <Link href={`/${topic.path}`} aria-current={topic === current ? "page" : undefined}
              className="flex items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-sm hover:bg-bubble aria-[current=page]:bg-bubble aria-[current=page]:font-medium">
              <topic.icon size={16} aria-hidden className="text-muted" />{topic.title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function SourceNote({ topic }: { topic: Topic }) {
  return (
    <details className="border-t border-line px-4 py-3 text-xs text-muted">
      <summary className="flex items-center gap-1.5 rounded"><ExternalLink size={13} aria-hidden />What this page shows</summary>
      <p className="mt-2">{topic.summary}</p>
      <ul className="mt-1.5">{topic.sources.map((source) => <li key={source}><code>{source}</code></li>)}</ul>
    </details>
  );
}
