import type { MessageDoc, PlaygroundAnswer } from "convex-agent";
import { useRef } from "react";
import { Segmented } from "../app/controls";
import { giveFocus } from "../app/focus";
import { go, optionOf, useLocation } from "../app/location";
import { loadPrices } from "../usage/prices";
import { AnswerCard } from "./AnswerCard";
import { comparedAnswer, type ComparedAnswer } from "./answers";
import { KeepButtons } from "./KeepButtons";
import { LiveAnswer, type LiveRun } from "./LiveAnswer";
import type { Run } from "./runsStore";
import { likeness, wordDiff } from "./wordDiff";

const VIEWS: { value: "words" | "changes"; label: string }[] = [{ value: "words", label: "As written" }, { value: "changes", label: "What differs" }];

interface Props {
  threadId: string;
  /** What both answer: the prompt, or the message before the step that is answered again. */
  base: MessageDoc;
  isWhole: boolean;
  said: readonly MessageDoc[];
  run: Run | undefined;
  live: LiveRun | null;
  onDone: (id: number) => void;
}

/** The saved answer, and beside it a new one or the one that is being made. */
export function SideBySide({ threadId, base, isWhole, said, run, live, onDone }: Props) {
  const answers = useRef<HTMLDivElement>(null);
  const done = (id: number) => {
    onDone(id);
    // Once the buttons that were pressed are gone.
    requestAnimationFrame(() => giveFocus(answers.current));
  };
  const view = optionOf(useLocation(), "view") === "changes" ? "changes" : "words";
  const prices = loadPrices(localStorage);
  const saved = said.length === 0 ? undefined : comparedAnswer(said, prices);
  const made = live === null && run !== undefined ? withTime(comparedAnswer(run.docs, prices), run.answer) : undefined;
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
      <div ref={answers} data-answers tabIndex={-1} className="grid grid-cols-1 items-start gap-3 rounded-xl @xl:grid-cols-2">
        {saved === undefined ? <p className="rounded-xl border border-dashed border-line p-4 text-sm text-muted">Nothing was said in answer yet.</p> : <AnswerCard title="Saved answer" answer={saved} changes={changed?.filter(({ kind }) => kind !== "added")} />}
        {/* Where they stand one below the other, what is new is what is looked for. */}
        <div className={`min-w-0 ${live === null && run === undefined ? "" : "@max-xl:order-first"}`}>
          {live !== null && <LiveAnswer key={live.liveId} threadId={threadId} title="New answer" live={live} />}
          {run !== undefined && made !== undefined && <AnswerCard title={`New answer${run.id > 1 ? ` ${run.id}` : ""}`} answer={made} changes={changed?.filter(({ kind }) => kind !== "removed")}
            actions={<KeepButtons threadId={threadId} base={base} isWhole={isWhole} run={run} hasSaved={said.length > 0} onDone={() => done(run.id)} />} />}
          {live === null && run === undefined && <p className="rounded-xl border border-dashed border-line p-4 text-sm text-muted">Change what you like and answer again: the new answer comes here as it is said, and nothing is saved until you say so.</p>}
        </div>
      </div>
    </>
  );
}

/** Of what was cut off only the whole was timed. */
function withTime(made: ComparedAnswer, { isStopped, durationMs }: PlaygroundAnswer): ComparedAnswer {
  return isStopped === true || made.durationMs === undefined ? { ...made, durationMs } : made;
}

/** The comparison in a line. */
function verdict(saved: ComparedAnswer, made: ComparedAnswer, alike: number): string {
  const tokens = made.completionTokens - saved.completionTokens;
  if (saved.text === "" && made.text === "") return "Neither said anything.";
  const words = alike === 1 ? "Word for word the same" : `${Math.round(alike * 100)} % of the words are the same`;
  if (!saved.isCounted || !made.isCounted) return `${words}.`;
  return `${words}, ${tokens === 0 ? "as many tokens out" : `${Math.abs(tokens)} ${tokens > 0 ? "more" : "fewer"} tokens out`}.`;
}
