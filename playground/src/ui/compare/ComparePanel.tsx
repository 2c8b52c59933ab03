import type { AgentDescription } from "convex-agent";
import { LoaderCircle, RotateCcw, Scale } from "lucide-react";
import { useState } from "react";
import { Button, Disclosure, Segmented, Select } from "../app/controls";
import { go, optionOf, useLocation } from "../app/location";
import { Empty, ErrorNote, Loading } from "../app/states";
import { usePlayground, usePlaygroundQuery } from "../connection/api";
import { againOf, type Again } from "./again";
import { MissingAgent } from "./MissingAgent";
import { agentOf, describeChanges, type RunOptions } from "./runOptions";
import { RunOptionsEditor } from "./RunOptionsEditor";
import { SideBySide } from "./SideBySide";
import { useRunOptions } from "./useRunOptions";
import { useRuns } from "./useRuns";

/** Answers a message's prompt again with what is changed, or goes on from one of the steps, and sets both answers side by side. */
export function ComparePanel({ threadId, messageId }: { threadId: string; messageId: string }) {
  const { agents } = usePlayground();
  const message = usePlaygroundQuery("getMessage", { messageId });
  const turn = usePlaygroundQuery("listTurn", message ? { threadId, order: message.order } : "skip");
  const fromStep = optionOf(useLocation(), "from") === "step";
  if (message === null) return <Empty icon={<Scale size={24} />} title="There is no such message">It may have been deleted, or the link is of another deployment.</Empty>;
  if (agents === undefined || message === undefined || turn === undefined) return <Loading label="Loading the turn" />;
  const again = againOf(turn, { messageId, fromStep });
  if (again === undefined) return <Empty icon={<Scale size={24} />} title="There is nothing to answer again">The turn of this message has no prompt: the app wrote it.</Empty>;
  return <Compare key={`${again.prompt._id} ${again.messageId}`} threadId={threadId} again={again} agents={agents} />;
}

function Compare({ threadId, again, agents }: { threadId: string; again: Again; agents: readonly AgentDescription[] }) {
  const { isReadOnly } = usePlayground();
  const [options, setOptions] = useRunOptions("again");
  const { said, base, from, messageId } = again;
  const { runs, live, error, start, discard } = useRuns(threadId, { messageId, from });
  const [shownId, setShownId] = useState<number | null>(null);
  const answeredBy = said.findLast(({ agentName }) => agentName !== undefined)?.agentName;
  const agent = agentOf(agents, options.agentName, answeredBy);
  if (agent === undefined) return <Empty title="There is no agent here">List some in definePlaygroundAPI.</Empty>;
  const run = runs.find(({ id }) => id === shownId) ?? runs.at(-1);
  const isBusy = live !== null;
  const begin = () => {
    setShownId(null);
    void start(agent, options);
  };
  return (
    <div className="@container mx-auto grid w-full max-w-5xl gap-4 p-3 sm:p-4">
      <Asked again={again} />
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
      {runs.length > 1 && run !== undefined && !isBusy && <Segmented label="Which new answer" value={String(run.id)} options={runs.map(({ id }) => ({ value: String(id), label: `Answer ${id}` }))} onChange={(id) => setShownId(Number(id))} />}
      <SideBySide threadId={threadId} base={base} isWhole={from === "prompt"} said={said} run={run} live={live} onDone={discard} />
    </div>
  );
}

/** What is answered again, and from where on. */
function Asked({ again: { prompt, step, from } }: { again: Again }) {
  return (
    <section aria-label="Prompt" className="rounded-xl bg-bubble px-3 py-2 text-sm">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="text-xs text-muted">Turn {prompt.order}: what is answered again, with what came before it</h3>
        {step > 1 && <Segmented label="Answered again from" value={from} options={[{ value: "prompt", label: "From the prompt" }, { value: "message", label: `From step ${step}` }]} onChange={(next) => go({ from: next === "message" ? "step" : undefined }, { replace: true })} />}
      </div>
      <p className="mt-0.5 max-h-40 overflow-y-auto whitespace-pre-wrap wrap-anywhere">{prompt.text ?? "A message without text"}</p>
      {from === "message" && <p className="mt-1 text-xs text-muted">The steps before step {step} stay as they were; the model is shown what they said and what their tools gave.</p>}
    </section>
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
