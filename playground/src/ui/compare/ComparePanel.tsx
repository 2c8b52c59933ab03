import type { AgentDescription, MessageDoc } from "convex-agent";
import { LoaderCircle, RotateCcw, Scale } from "lucide-react";
import { useState } from "react";
import { Button, Disclosure, Segmented, Select } from "../app/controls";
import { go, optionOf, useLocation } from "../app/location";
import { Empty, ErrorNote, Loading } from "../app/states";
import { usePlayground, usePlaygroundQuery } from "../connection/api";
import { loadPrices } from "../usage/prices";
import { AnswerCard } from "./AnswerCard";
import { answerOf, comparedAnswer, promptOf, type ComparedAnswer } from "./answers";
import { KeepButtons } from "./KeepButtons";
import { MissingAgent } from "./MissingAgent";
import { agentOf, describeChanges, type RunOptions } from "./runOptions";
import { RunOptionsEditor } from "./RunOptionsEditor";
import { useRunOptions } from "./useRunOptions";
import { useRuns, type Run } from "./useRuns";
import { likeness, wordDiff } from "./wordDiff";

/** Answers a message's prompt again with what is changed, and sets both answers side by side. */
export function ComparePanel({ threadId, messageId }: { threadId: string; messageId: string }) {
  const { agents } = usePlayground();
  const message = usePlaygroundQuery("getMessage", { messageId });
  const turn = usePlaygroundQuery("listTurn", message ? { threadId, order: message.order } : "skip");
  if (message === null) return <Empty icon={<Scale size={24} />} title="There is no such message">It may have been deleted, or the link is of another deployment.</Empty>;
  if (agents === undefined || message === undefined || turn === undefined) return <Loading label="Loading the turn" />;
  const prompt = promptOf(turn);
  if (prompt === undefined) return <Empty icon={<Scale size={24} />} title="There is nothing to answer again">The turn of this message has no prompt: the app wrote it.</Empty>;
  return <Compare key={prompt._id} threadId={threadId} prompt={prompt} said={answerOf(turn)} agents={agents} />;
}

interface Props {
  threadId: string;
  prompt: MessageDoc;
  said: readonly MessageDoc[];
  agents: readonly AgentDescription[];
}

function Compare({ threadId, prompt, said, agents }: Props) {
  const { isReadOnly } = usePlayground();
  const [options, setOptions] = useRunOptions("again");
  const { runs, isBusy, error, start, discard } = useRuns(threadId, prompt._id);
  const [shownId, setShownId] = useState<number | null>(null);
  const answeredBy = said.findLast(({ agentName }) => agentName !== undefined)?.agentName;
  const agent = agentOf(agents, options.agentName, answeredBy);
  if (agent === undefined) return <Empty title="There is no agent here">List some in definePlaygroundAPI.</Empty>;
  const run = runs.find(({ id }) => id === shownId) ?? runs.at(-1);
  const begin = () => {
    setShownId(null);
    void start(agent, options);
  };
  return (
    <div className="@container mx-auto grid w-full max-w-5xl gap-4 p-3 sm:p-4">
      <section aria-label="Prompt" className="rounded-xl bg-bubble px-3 py-2 text-sm"><h3 className="text-xs text-muted">Turn {prompt.order}: what is answered again, with what came before it</h3><p className="mt-0.5 max-h-40 overflow-y-auto whitespace-pre-wrap wrap-anywhere">{prompt.text ?? "A message without text"}</p></section>
      <div className="flex flex-wrap items-end gap-2">
        <Select label="As which agent" value={agent.name} onChange={(event) => setOptions({ ...options, agentName: event.target.value, tools: undefined })} className="w-56">
          {agents.map(({ name }) => <option key={name}>{name}</option>)}
        </Select>
        <Button look="primary" disabled={isBusy || isReadOnly} title={isReadOnly ? "This key looks and changes nothing" : undefined} onClick={begin}>
          {isBusy ? <LoaderCircle size={14} aria-hidden className="animate-spin" /> : <RotateCcw size={14} aria-hidden />}{isBusy ? "Answering" : "Answer again"}
        </Button>
      </div>
      <MissingAgent name={answeredBy} agents={agents} chosen={agent} />
      {isReadOnly && <p className="text-sm text-muted">This key looks and changes nothing: to answer again needs a key that may write.</p>}
      <Options options={options} agent={agent} onChange={setOptions} />
      {error !== null && <ErrorNote error={error} title="It was not answered" />}
      {runs.length > 1 && run !== undefined && <Segmented label="Which new answer" value={String(run.id)} options={runs.map(({ id }) => ({ value: String(id), label: `Answer ${id}` }))} onChange={(id) => setShownId(Number(id))} />}
      <SideBySide threadId={threadId} prompt={prompt} said={said} run={run} onDone={discard} />
    </div>
  );
}

function Options({ options, agent, onChange }: { options: RunOptions; agent: AgentDescription; onChange: (options: RunOptions) => void }) {
  const changes = describeChanges(options, agent);
  return (
    <Disclosure summary={<>What is changed: <span className={`min-w-0 truncate ${changes.length === 0 ? "" : "text-accent"}`}>{changes.length === 0 ? "nothing" : changes.join(", ")}</span></>}>
      <div className="grid gap-3 py-1">
        <RunOptionsEditor options={options} agent={agent} onChange={onChange} />
        {changes.length > 0 && <Button size="small" className="justify-self-start" onClick={() => onChange({ agentName: options.agentName })}>Back to the agent’s options</Button>}
      </div>
    </Disclosure>
  );
}

const VIEWS: { value: "words" | "changes"; label: string }[] = [{ value: "words", label: "As written" }, { value: "changes", label: "What differs" }];

function SideBySide({ threadId, prompt, said, run, onDone }: { threadId: string; prompt: MessageDoc; said: readonly MessageDoc[]; run: Run | undefined; onDone: (id: number) => void }) {
  const view = optionOf(useLocation(), "view") === "changes" ? "changes" : "words";
  const prices = loadPrices(localStorage);
  const saved = said.length === 0 ? undefined : comparedAnswer(said, prices);
  const made = run && { ...comparedAnswer(run.docs, prices), durationMs: run.answer.durationMs };
  const runs = saved && made && wordDiff(saved.text, made.text);
  const changed = view === "changes" ? runs : undefined;
  return (
    <>
      {runs !== undefined && made !== undefined && saved !== undefined && (
        <div className="flex flex-wrap items-center gap-3">
          <Segmented label="Shown" value={view} options={VIEWS} onChange={(next) => go({ view: next === "words" ? undefined : next }, { replace: true })} />
          <p role="status" className="text-sm text-muted">{verdict(saved, made, likeness(runs))}</p>
        </div>
      )}
      <div className="grid items-start gap-3 @md:grid-cols-2">
        {saved === undefined ? <p className="rounded-xl border border-dashed border-line p-4 text-sm text-muted">Nothing was said in answer yet.</p> : <AnswerCard title="Saved answer" answer={saved} changes={changed?.filter(({ kind }) => kind !== "added")} />}
        {run === undefined || made === undefined
          ? <p className="rounded-xl border border-dashed border-line p-4 text-sm text-muted">Change what you like and answer again: the new answer comes here, and nothing is saved until you say so.</p>
          : <AnswerCard title={`New answer${run.id > 1 ? ` ${run.id}` : ""}`} answer={made} changes={changed?.filter(({ kind }) => kind !== "removed")}
              actions={<KeepButtons threadId={threadId} prompt={prompt} run={run} hasSaved={said.length > 0} onDone={() => onDone(run.id)} />} />}
      </div>
    </>
  );
}

/** The comparison in a line. */
function verdict(saved: ComparedAnswer, made: ComparedAnswer, alike: number): string {
  const tokens = made.completionTokens - saved.completionTokens;
  if (saved.text === "" && made.text === "") return "Neither said anything.";
  const words = alike === 1 ? "Word for word the same" : `${Math.round(alike * 100)} % of the words are the same`;
  return `${words}, ${tokens === 0 ? "as many tokens out" : `${Math.abs(tokens)} ${tokens > 0 ? "more" : "fewer"} tokens out`}.`;
}
