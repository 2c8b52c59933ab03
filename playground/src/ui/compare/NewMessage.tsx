import type { AgentDescription, PlaygroundAnswer } from "convex-agent";
import { LoaderCircle, SendHorizontal, SlidersHorizontal, X } from "lucide-react";
import { useId, useState, type KeyboardEvent, type ReactNode } from "react";
import { Button, Checkbox, IconButton, Select } from "../app/controls";
import { missingFunction } from "../app/errors";
import { ErrorNote } from "../app/states";
import { useToasts } from "../app/toasts";
import { usePlayground, usePlaygroundAction, usePlaygroundMutation, usePlaygroundQuery } from "../connection/api";
import { loadPrices } from "../usage/prices";
import { AnswerCard } from "./AnswerCard";
import { comparedAnswer, unsavedDocs } from "./answers";
import { LiveAnswer, newLiveId, type LiveRun } from "./LiveAnswer";
import { agentOf, describeChanges, overridesOf, type RunOptions } from "./runOptions";
import { RunOptionsEditor } from "./RunOptionsEditor";
import { useRunOptions } from "./useRunOptions";

/** Writes to a thread as any agent, with what is changed of it for this one answer. */
export function NewMessage({ threadId }: { threadId: string }) {
  const { agents, isReadOnly } = usePlayground();
  if (isReadOnly) return <p className="border-t border-line px-4 py-3 text-sm text-muted">This key looks and changes nothing: a message needs a key that may write.</p>;
  if (agents === undefined) return <div className="h-24 border-t border-line" />;
  if (agents.length === 0) return <p className="border-t border-line px-4 py-3 text-sm text-muted">There is no agent to write to: list some in definePlaygroundAPI.</p>;
  return <Composer threadId={threadId} agents={agents} />;
}

interface Unsaved {
  readonly prompt: string;
  readonly agentName: string;
  readonly answer: PlaygroundAnswer;
}

interface Sending {
  readonly isBusy: boolean;
  readonly error: unknown;
  /** An answer that is not saved, while it is made. */
  readonly live: (LiveRun & { prompt: string }) | null;
  readonly unsaved: Unsaved | null;
}

const IDLE: Sending = { isBusy: false, error: null, live: null, unsaved: null };

/** What is sent, and what came of it. */
function useSending(threadId: string) {
  const stream = usePlaygroundAction("streamText");
  const generate = usePlaygroundAction("generateText");
  const [state, setState] = useState(IDLE);
  const send = async (prompt: string, agent: AgentDescription, options: RunOptions): Promise<boolean> => {
    const { name: agentName } = agent;
    const isUnsaved = options.isUnsaved === true;
    const liveId = newLiveId();
    setState({ ...IDLE, isBusy: true, live: isUnsaved ? { prompt, agentName, liveId } : null });
    const args = { threadId, agentName, prompt, ...overridesOf(options, agent), ...(isUnsaved && { storageOptions: { saveMessages: "none" as const }, liveId }) };
    try {
      const answer = await stream(args).catch((error: unknown) => (isMissing(error) ? generate(args) : Promise.reject(error)));
      setState({ ...IDLE, unsaved: isUnsaved ? { prompt, agentName, answer } : null });
      return true;
    } catch (error) {
      setState({ ...IDLE, error });
      return false;
    }
  };
  return { ...state, send, discard: () => setState(IDLE) };
}

/** An app that exports only the documented functions answers all the same, just not word by word. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && missingFunction(error.message) !== null;
}

function Composer({ threadId, agents }: { threadId: string; agents: readonly AgentDescription[] }) {
  const [options, setOptions] = useRunOptions("send");
  const [text, setText] = useState("");
  const [isOpen, setIsOpen] = useState(false);
  const { isBusy, error, live, unsaved, send, discard } = useSending(threadId);
  const id = useId();
  const newest = usePlaygroundQuery("listMessages", { threadId, paginationOpts: { cursor: null, numItems: 1 } });
  const agent = agentOf(agents, options.agentName, newest?.page.find(({ agentName }) => agentName !== undefined)?.agentName);
  if (agent === undefined) return null;
  const canSend = text.trim() !== "" && !isBusy;
  const submit = async () => {
    if (!canSend) return;
    const prompt = text;
    setText("");
    // What failed before it was saved is not lost.
    if (!(await send(prompt, agent, options))) setText((typed) => (typed === "" ? prompt : typed));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void submit();
  };
  return (
    <div className="shrink-0 border-t border-line bg-panel px-3 py-2.5 sm:px-4">
      <form aria-label="New message" className="mx-auto grid w-full max-w-3xl gap-2" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        {error !== null && <ErrorNote error={error} title="It was not answered" />}
        {live !== null && <NotSaved prompt={live.prompt}><LiveAnswer threadId={threadId} title="Answer, not saved" live={live} /></NotSaved>}
        {unsaved !== null && <UnsavedAnswer threadId={threadId} unsaved={unsaved} onClose={discard} />}
        {isOpen && (
          <div id={`${id}-options`} role="region" aria-label="Options" tabIndex={0} className="max-h-[45dvh] overflow-y-auto rounded-xl border border-line bg-raised p-3">
            <RunOptionsEditor options={options} agent={agent} onChange={setOptions} />
          </div>
        )}
        <div className="rounded-xl border border-line bg-raised focus-within:border-accent focus-within:ring-1 focus-within:ring-accent">
          <label htmlFor={`${id}-text`} className="sr-only">Message</label>
          <textarea id={`${id}-text`} rows={2} value={text} onChange={(event) => setText(event.target.value)} onKeyDown={onKeyDown} placeholder={`Message as a user, to ${agent.name}`}
            className="block max-h-48 w-full resize-none bg-transparent px-3 py-2 text-sm outline-none field-sizing-content placeholder:text-muted" />
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

function OptionsButton({ isOpen, controls, changes, onToggle, onReset }: { isOpen: boolean; controls: string; changes: readonly string[]; onToggle: () => void; onReset: () => void }) {
  return (
    <span className="flex min-w-0 items-center gap-1">
      <Button look="plain" aria-expanded={isOpen} aria-controls={isOpen ? controls : undefined} onClick={onToggle}><SlidersHorizontal size={14} aria-hidden /><span className="max-sm:sr-only">Options</span></Button>
      {changes.length > 0 && (
        <>
          <span className="truncate text-xs text-accent" title={changes.join(", ")}>{changes.join(", ")}</span>
          <IconButton label="Back to the agent’s options" className="size-7" onClick={onReset}><X size={13} /></IconButton>
        </>
      )}
    </span>
  );
}

function UnsavedAnswer({ threadId, unsaved: { prompt, agentName, answer }, onClose }: { threadId: string; unsaved: Unsaved; onClose: () => void }) {
  const keep = usePlaygroundMutation("keepAnswer");
  const toasts = useToasts();
  const [isBusy, setIsBusy] = useState(false);
  const save = async () => {
    setIsBusy(true);
    try {
      await keep({ threadId, agentName, prompt, messages: answer.unsaved, place: "newTurn" });
      toasts.done("The message and its answer are saved at the end of the thread.");
      onClose();
    } catch (error) {
      toasts.failed(error);
      setIsBusy(false);
    }
  };
  const shown = comparedAnswer(unsavedDocs(answer, { threadId, agentName }), loadPrices(localStorage));
  const actions = (
    <>
      {answer.unsaved.length > 0 && <Button size="small" look="primary" disabled={isBusy} onClick={() => void save()}>Keep both</Button>}
      <Button size="small" look="plain" disabled={isBusy} onClick={onClose}>Discard</Button>
    </>
  );
  return (
    <NotSaved prompt={prompt}>
      <AnswerCard title="Answer, not saved" answer={{ ...shown, durationMs: answer.durationMs }} actions={actions} />
    </NotSaved>
  );
}

function NotSaved({ prompt, children }: { prompt: string; children: ReactNode }) {
  return (
    <div role="region" aria-label="What was not saved" tabIndex={0} className="grid max-h-[45dvh] gap-2 overflow-y-auto">
      <p className="rounded-lg bg-bubble px-3 py-2 text-sm whitespace-pre-wrap wrap-anywhere">{prompt}</p>
      {children}
    </div>
  );
}
