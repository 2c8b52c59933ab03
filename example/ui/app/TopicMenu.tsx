import { ChevronRight, LayoutGrid } from "lucide-react";
import { useLayoutEffect, useRef, useState } from "react";
import { Link } from "./router";
import { useTopicGroups, type Topic } from "./topic";

const CLOSED_KEY = "menu:closed";
/** Where the list was scrolled to: every page has a menu of its own. */
let lastScrollTop = 0;

function readClosed(): readonly string[] {
  return (localStorage.getItem(CLOSED_KEY) ?? "").split("\n").filter((title) => title !== "");
}

const entry = "flex items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-sm hover:bg-bubble aria-[current=page]:bg-bubble aria-[current=page]:font-medium";

interface TopicMenuProps {
  current: Topic;
  /** The page has no list of its own beneath the menu. */
  isAlone: boolean;
}

/** All pages, in groups that can be closed. What is closed stays so; the group of the current page is always open. */
export function TopicMenu({ current, isAlone }: TopicMenuProps) {
  const groups = useTopicGroups();
  const [closed, setClosed] = useState(readClosed);
  const list = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (list.current === null) return;
    list.current.scrollTop = lastScrollTop;
    list.current.querySelector('[aria-current="page"]')?.scrollIntoView({ block: "nearest" });
  }, []);
  const toggle = (title: string) => {
    const next = closed.includes(title) ? closed.filter((other) => other !== title) : [...closed, title];
    localStorage.setItem(CLOSED_KEY, next.join("\n"));
    setClosed(next);
  };
  return (
    <nav ref={list} aria-label="Topics" onScroll={(event) => { lastScrollTop = event.currentTarget.scrollTop; }}
      className={`overflow-y-auto px-2 pb-3 ${isAlone ? "min-h-0 flex-1" : "scroll-cue max-h-[56%] scroll-py-10 shrink-0 border-b border-line"}`}>
      <Link href="/overview" aria-current={current.path === "overview" ? "page" : undefined} className={entry}>
        <LayoutGrid size={16} aria-hidden className="text-muted" />All examples
      </Link>
      {groups.map(({ title, topics }) => {
        const hasCurrent = topics.includes(current);
        const isOpen = hasCurrent || !closed.includes(title);
        return (
          <div key={title} role="group" aria-label={title} className="mt-2">
            <button type="button" aria-expanded={isOpen} disabled={hasCurrent} onClick={() => toggle(title)}
              className="group flex w-full items-center gap-1 rounded px-2.5 py-1 text-left text-xs font-medium text-muted enabled:hover:text-ink">
              {title}
              <ChevronRight size={12} aria-hidden className={`transition-transform group-disabled:hidden ${isOpen ? "rotate-90" : ""}`} />
            </button>
            {isOpen && (
              <ul>
                {topics.map((topic) => (
                  <li key={topic.path}>
                    <Link href={`/${topic.path}`} aria-current={topic === current ? "page" : undefined} className={entry}>
                      <topic.icon size={16} aria-hidden className="shrink-0 text-muted" /><span className="truncate">{topic.title}</span>
                    </Link>
                  </li>
                ))}
              </ul>
            )}
          </div>
        );
      })}
    </nav>
  );
}
