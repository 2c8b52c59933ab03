import { useLayoutEffect, useState, useSyncExternalStore } from "react";
import { Dialog } from "./Dialog";

/** A key and what it does. */
export interface Shortcut {
  /** As `KeyboardEvent.key` names it: "j", "/", "?", "ArrowDown". */
  readonly keys: readonly string[];
  readonly label: string;
  readonly run: () => void;
}

let registered: readonly (readonly Shortcut[])[] = [];
const listeners = new Set<() => void>();

function change(next: readonly (readonly Shortcut[])[]): void {
  registered = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Keys that work while the component is there. Give the same array as long as nothing changes. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  // With what is shown, not after it: a key that follows at once is not lost.
  useLayoutEffect(() => {
    change([...registered, shortcuts]);
    return () => change(registered.filter((group) => group !== shortcuts));
  }, [shortcuts]);
}

const HELP: Shortcut = { keys: ["?"], label: "Show this list", run: () => undefined };

/** Listens for all shortcuts, and shows them at `?`. */
export function Shortcuts() {
  const groups = useSyncExternalStore(subscribe, () => registered);
  const [isHelp, setIsHelp] = useState(false);
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event)) return;
      if (event.key === "?") return setIsHelp(true);
      // What was put there last is on top.
      const found = registered.toReversed().flat().find(({ keys }) => keys.includes(event.key));
      if (found === undefined) return;
      event.preventDefault();
      found.run();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
  if (!isHelp) return null;
  return (
    <Dialog title="Keys" onClose={() => setIsHelp(false)} width="max-w-sm">
      <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-4 gap-y-2 text-sm">
        {[...groups.flat(), HELP].map(({ keys, label }) => (
          <div key={label} className="contents"><dt className="text-right">{keys.map((key) => <kbd key={key} className="ml-1">{nameOf(key)}</kbd>)}</dt><dd>{label}</dd></div>
        ))}
      </dl>
    </Dialog>
  );
}

const NAMES: Readonly<Record<string, string>> = { ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc", " ": "Space" };

function nameOf(key: string): string {
  return NAMES[key] ?? key;
}

/** Keys belong to what has the focus where it takes text, and to a dialog as long as one is open. */
function isTyping({ target, key }: KeyboardEvent): boolean {
  if (document.querySelector("dialog[open]") !== null) return true;
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select")) return true;
  // Arrows scroll what can be scrolled.
  return key.startsWith("Arrow") && target.closest("[data-arrows]") === null && !target.matches("body, #main");
}
