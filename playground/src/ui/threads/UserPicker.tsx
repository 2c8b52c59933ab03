import { ChevronsUpDown, UserRound, UsersRound } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { Field } from "../app/controls";
import { Dialog } from "../app/Dialog";
import { giveFocus } from "../app/focus";
import { plural } from "../app/format";
import { go } from "../app/location";
import { useShortcuts, type Shortcut } from "../app/shortcuts";
import { ErrorBoundary, Loading } from "../app/states";
import { VirtualList } from "../app/VirtualList";
import { usePlaygroundPaginatedQuery } from "../connection/api";
import { matchingUsers, type Choice } from "./matchingUsers";
import { useListOptions } from "./useThreads";

const PAGE = 500;

/** Whose threads the list shows; opens a list of the users. */
export function UserPicker() {
  const { of } = useListOptions();
  const [isOpen, setIsOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    // A dialog that a key opened has nowhere to give the focus back to.
    if (wasOpen.current && !isOpen) giveFocus(button.current);
    wasOpen.current = isOpen;
  }, [isOpen]);
  useShortcuts(useMemo((): Shortcut[] => [{ keys: ["u"], label: "Choose a user", run: () => setIsOpen(true) }], []));
  const Icon = of.kind === "user" ? UserRound : UsersRound;
  return (
    <>
      <button ref={button} type="button" onClick={() => setIsOpen(true)} aria-haspopup="dialog"
        className="flex min-h-9 w-full items-center gap-2 rounded-lg border border-line bg-raised px-3 py-1.5 text-left text-sm hover:bg-bubble">
        <Icon size={15} aria-hidden className="shrink-0 text-muted" />
        <span className="min-w-0 flex-1 truncate"><span className="sr-only">Threads of </span>{of.kind === "user" ? of.userId : of.kind === "nobody" ? "Threads without a user" : "All users"}</span>
        <ChevronsUpDown size={14} aria-hidden className="shrink-0 text-muted" />
      </button>
      {isOpen && (
        <Dialog title="Whose threads" onClose={() => setIsOpen(false)} width="max-w-md">
          <ErrorBoundary what="The list of users" resetKey="users"><Users onDone={() => setIsOpen(false)} /></ErrorBoundary>
        </Dialog>
      )}
    </>
  );
}

function Users({ onDone }: { onDone: () => void }) {
  const { results, status, loadMore } = usePlaygroundPaginatedQuery("listUsers", {}, { initialNumItems: PAGE });
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(0);
  const id = useId();
  const choices = useMemo(() => matchingUsers(results, typed), [results, typed]);
  useEffect(() => {
    // A search looks through all of them.
    if (typed !== "" && status === "CanLoadMore") loadMore(PAGE);
  }, [typed, status, loadMore]);
  const choose = (choice: Choice | undefined) => {
    if (choice === undefined) return;
    go(choice.kind === "user" ? { userId: choice.userId, of: undefined } : { userId: undefined, of: choice.kind === "nobody" ? "nobody" : undefined, threadId: undefined });
    onDone();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: choices.length - 1 }[event.key];
    if (event.key === "Enter") choose(choices[active]);
    else if (to === undefined) return;
    else setActive(Math.max(0, Math.min(to, choices.length - 1)));
    event.preventDefault();
  };
  const isLoading = status === "LoadingFirstPage";
  return (
    <>
      <Field label="Name or id" value={typed} onChange={(event) => { setTyped(event.target.value); setActive(0); }} onKeyDown={onKeyDown} autoFocus autoComplete="off"
        role="combobox" aria-expanded aria-controls={id} aria-autocomplete="list" aria-activedescendant={choices.length > 0 ? `${id}-${active}` : undefined} />
      <p role="status" className="my-2 text-xs text-muted">{isLoading ? "Loading the users" : <>{plural(results.length, "user")}{status === "Exhausted" ? "" : " so far"}{typed === "" ? "" : `; ${plural(choices.length, "match", "matches")}`}</>}</p>
      {isLoading && <div className="h-80 max-h-[50dvh]"><Loading label="Loading the users" /></div>}
      {!isLoading && <VirtualList label="Users" role="listbox" id={id} items={choices} itemKey={({ key }) => key} estimatePx={40} activeIndex={active} onNearEnd={status === "CanLoadMore" ? () => loadMore(PAGE) : undefined} className="h-80 max-h-[50dvh]">
        {(choice, index) => (
          <div id={`${id}-${index}`} role="option" aria-selected={index === active} onClick={() => choose(choice)} onMouseMove={() => setActive(index)}
            className="flex h-10 cursor-pointer items-center gap-2 rounded-lg px-2.5 text-sm aria-selected:bg-accent-wash">
            <span className="min-w-0 truncate">{choice.name}</span>
            {choice.kind === "user" && choice.name !== choice.userId && <span className="min-w-0 flex-1 truncate text-xs text-muted">{choice.userId}</span>}
          </div>
        )}
      </VirtualList>}
    </>
  );
}
