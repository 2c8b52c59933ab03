import type { AgentDescription } from "convex-agent";
import { LoaderCircle, SendHorizontal, SlidersHorizontal, X } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from "react";
import { Button, Checkbox, IconButton, Select } from "../app/controls";
import { takeMessageField, wantMessageField } from "../app/focus";
import { go } from "../app/location";
import { useShortcuts, type Shortcut } from "../app/shortcuts";
import { ErrorNote } from "../app/states";
import { usePlayground, usePlaygroundQuery } from "../connection/api";
import { LiveAnswer } from "./LiveAnswer";
import { agentOf, describeChanges } from "./runOptions";
import { RunOptionsEditor } from "./RunOptionsEditor";
import { UnsavedAnswer } from "./UnsavedAnswer";
import { useNewMessage, type NewMessageControl } from "./useNewMessage";
import { useRunOptions } from "./useRunOptions";

/** Writes to a thread as any agent, with what is changed of it for this one answer. */
export function NewMessage({ threadId }: { threadId: string }) {
  const { agents, isReadOnly } = usePlayground();
  if (isReadOnly) return <p className="border-t border-line px-4 py-3 text-sm text-muted">This key looks and changes nothing: a message needs a key that may write.</p>;
  if (agents === undefined) return <div className="h-24 border-t border-line" />;
  if (agents.length === 0) return <p className="border-t border-line px-4 py-3 text-sm text-muted">There is no agent to write to: list some in definePlaygroundAPI.</p>;
  return <Composer threadId={threadId} agents={agents} />;
}

function Composer({ threadId, agents }: { threadId: string; agents: readonly AgentDescription[] }) {
  const [options, setOptions] = useRunOptions("send");
  const [isOpen, setIsOpen] = useState(false);
  const message = useNewMessage(threadId);
  const { text, isBusy, write, send } = message;
  const field = useRef<HTMLTextAreaElement>(null);
  useMessageKey(threadId, field);
  const id = useId();
  const newest = usePlaygroundQuery("listMessages", { threadId, paginationOpts: { cursor: null, numItems: 1 } });
  const agent = agentOf(agents, options.agentName, newest?.page.find(({ agentName }) => agentName !== undefined)?.agentName);
  if (agent === undefined) return null;
  const canSend = text.trim() !== "" && !isBusy;
  const submit = () => {
    if (!canSend) return;
    // The button that was pressed is of no use until there is something to send.
    field.current?.focus();
    void send(agent, options);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    // Keys are those of the page again.
    if (event.key === "Escape") event.currentTarget.blur();
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  return (
    <div className="flex min-h-0 flex-col border-t border-line bg-panel px-3 py-2.5 sm:px-4">
      <form aria-label="New message" className="@container mx-auto flex min-h-0 w-full max-w-3xl flex-col gap-2" onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <Above threadId={threadId} message={message} onClose={() => { message.discard(); field.current?.focus(); }}
          options={isOpen && <Options id={`${id}-options`}><RunOptionsEditor options={options} agent={agent} onChange={setOptions} /></Options>} />
        <div className="shrink-0 rounded-xl border border-line bg-raised focus-within:border-accent focus-within:ring-1 focus-within:ring-accent">
          <label htmlFor={`${id}-text`} className="sr-only">Message</label>
          <textarea ref={field} id={`${id}-text`} rows={2} value={text} onChange={(event) => write(event.target.value)} onKeyDown={onKeyDown} placeholder={`Message as a user, to ${agent.name}`}
            className="block max-h-[min(12rem,25dvh)] w-full resize-none bg-transparent px-3 py-2 text-sm outline-none field-sizing-content placeholder:text-muted" />
          <div className="flex flex-wrap items-center gap-2 px-2 pb-2">
            <Select label="Agent" hidesLabel value={agent.name} onChange={(event) => setOptions({ ...options, agentName: event.target.value, tools: undefined })} className="w-36 sm:w-40">
              {agents.map(({ name }) => <option key={name}>{name}</option>)}
            </Select>
            <OptionsButton isOpen={isOpen} controls={`${id}-options`} changes={describeChanges(options, agent)} onToggle={() => setIsOpen(!isOpen)} onReset={() => setOptions({ agentName: options.agentName, isUnsaved: options.isUnsaved })} />
            <Checkbox label="Save" checked={options.isUnsaved !== true} onChange={(event) => setOptions({ ...options, isUnsaved: event.target.checked ? undefined : true })} />
            <Button type="submit" look="primary" disabled={!canSend} className="ml-auto">
              {isBusy ? <LoaderCircle size={14} aria-hidden className="animate-spin" /> : <SendHorizontal size={14} aria-hidden />}{isBusy ? "Answering" : "Send"}
            </Button>
          </div>
        </div>
      </form>
    </div>
  );
}

type FieldRef = RefObject<HTMLTextAreaElement | null>;

/** `m` leads to the field, and so does whoever created the thread, once the field is there. */
function useMessageKey(threadId: string, field: FieldRef): void {
  useShortcuts(useMemo((): Shortcut[] => [{ keys: ["m"], label: "Write a message", run: () => goToField(threadId, field) }], [threadId, field]));
  useEffect(() => takeField(threadId, field));
}

function goToField(threadId: string, field: FieldRef): void {
  wantMessageField(threadId);
  takeField(threadId, field);
  // On a narrow screen another view is in its place.
  if (document.activeElement !== field.current) go({ panel: undefined });
}

/** Takes the focus where it is wanted and the field can be seen. */
function takeField(threadId: string, { current }: FieldRef): void {
  if (current !== null && current.offsetParent !== null && takeMessageField(threadId)) current.focus();
}

interface AboveProps {
  threadId: string;
  message: NewMessageControl;
  options: ReactNode;
  /** The answer that is not saved is kept or let go. */
  onClose: () => void;
}

/** What stands above the field: one scrolled area for all of it, so that the field and the messages keep their room. */
function Above({ threadId, message: { error, live, unsaved }, options, onClose }: AboveProps) {
  const prompt = live?.prompt ?? unsaved?.prompt;
  if (error === null && prompt === undefined && options === false) return null;
  return (
    <div data-answers tabIndex={0} role="region" aria-label="Answer and options" className="grid max-h-[45dvh] min-h-0 grid-cols-1 gap-2 overflow-y-auto rounded-xl">
      {error !== null && <Arriving key="error"><ErrorNote error={error} title="It was not answered" /></Arriving>}
      {prompt !== undefined && (
        <Arriving key="answer">
          <section role="group" aria-label="What was not saved" className="grid grid-cols-1 gap-2">
            <p className="rounded-lg bg-bubble px-3 py-2 text-sm whitespace-pre-wrap wrap-anywhere">{prompt}</p>
            {live !== null && <LiveAnswer threadId={threadId} title="Answer, not saved" live={live} />}
            {unsaved !== null && <UnsavedAnswer threadId={threadId} unsaved={unsaved} onClose={onClose} />}
          </section>
        </Arriving>
      )}
      {options}
    </div>
  );
}

function Options({ id, children }: { id: string; children: ReactNode }) {
  return <Arriving><div id={id} role="group" aria-label="Options" className="rounded-xl border border-line bg-raised p-3">{children}</div></Arriving>;
}

/** What comes into a scrolled area is brought into view once. */
function Arriving({ children }: { children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => void box.current?.scrollIntoView({ block: "start" }), []);
  return <div ref={box} className="min-w-0">{children}</div>;
}

function OptionsButton({ isOpen, controls, changes, onToggle, onReset }: { isOpen: boolean; controls: string; changes: readonly string[]; onToggle: () => void; onReset: () => void }) {
  return (
    <span className="flex min-w-0 items-center gap-1">
      <Button look="plain" aria-expanded={isOpen} aria-controls={isOpen ? controls : undefined} onClick={onToggle}><SlidersHorizontal size={14} aria-hidden /><span className="@max-md:sr-only">Options</span></Button>
      {changes.length > 0 && (
        <>
          <span className="truncate text-xs text-accent" title={changes.join(", ")}>{changes.join(", ")}</span>
          <IconButton label="Back to the agent’s options" className="size-7" onClick={onReset}><X size={13} /></IconButton>
        </>
      )}
    </span>
  );
}
