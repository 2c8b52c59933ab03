import { useUIMessages, type UIMessage } from "convex-agent/react";
import { useMutation, useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { Ban, Check, CircleAlert, Circle, LoaderCircle } from "lucide-react";
import { useState, type ReactNode } from "react";
import { api } from "../../convex/_generated/api";
import { Button, Dots } from "../app/controls";
import { describeError } from "../app/errors";
import { Link } from "../app/router";
import { useToast } from "../app/toasts";
import { viewerKey } from "../app/viewer";
import { MessageRow } from "../chat/MessageRow";
import { ModelLine } from "../topics/ModelLine";

type TripView = FunctionReturnType<typeof api.workflow.trips.get>;
type StepState = "waiting" | "running" | "done" | "failed" | "canceled";

const agentSteps = [
  { name: "weather", title: "Look at the weather", who: "Weather guide" },
  { name: "packing", title: "Pack for it", who: "Packing guide" },
] as const;

/** One trip, drawn step by step while its workflow runs. */
export function Trip({ path, threadId }: { path: string; threadId: string }) {
  const trip = useQuery(api.workflow.trips.get, { viewerKey, threadId });
  const { results } = useUIMessages(api.chat.streaming.listThreadMessages, { viewerKey, threadId }, { initialNumItems: 20, stream: true });
  if (trip === undefined) return <p role="status" className="grid h-full place-items-center"><Dots /><span className="sr-only">Loading the trip</span></p>;
  return (
    <div role="region" aria-label="Trip" tabIndex={0} className="h-full overflow-y-auto outline-offset-[-2px]">
      <div className="mx-auto max-w-3xl px-4 py-6 md:px-6">
        <Headline trip={trip} threadId={threadId} />
        <ol className="mt-6">
          {agentSteps.map((step, index) => {
            const stage = trip.stages.find(({ name }) => name === step.name);
            const state = stateOf(trip, stage?.state);
            return (
              <Step key={step.name} number={index + 1} title={step.title} who={step.who} state={state}>
                {stage !== undefined && stage.attempt > 1 && <Attempts count={stage.attempt} />}
                {stage !== undefined && <Said messages={results.filter(({ order, role }) => order === stage.order && role === "assistant")} isRunning={state === "running"} />}
              </Step>
            );
          })}
          <Step number={3} title="Hand over the plan" who="The workflow" state={trip.state.kind === "running" ? "waiting" : stateOf(trip, trip.state.kind === "done" ? "done" : undefined)} isLast>
            {trip.state.kind === "done" && <p>The plan for {trip.city} is complete. <Link href={`/${path}`} className="text-accent underline underline-offset-2">Plan another trip</Link></p>}
            {trip.state.kind === "failed" && <p role="alert">The plan could not be completed. {trip.state.reason} <Link href={`/${path}`} className="text-accent underline underline-offset-2">Begin it again</Link></p>}
          </Step>
        </ol>
        <ModelLine />
      </div>
    </div>
  );
}

function Headline({ trip, threadId }: { trip: TripView; threadId: string }) {
  const cancel = useMutation(api.workflow.trips.cancel);
  const showToast = useToast();
  const [isCanceling, setIsCanceling] = useState(false);
  const stop = async () => {
    setIsCanceling(true);
    try {
      await cancel({ viewerKey, threadId });
    } catch (error) {
      showToast(describeError(error));
    } finally {
      setIsCanceling(false);
    }
  };
  return (
    <div className="flex flex-wrap items-center gap-3">
      <div className="min-w-0 flex-1">
        <h2 className="text-xl font-semibold tracking-tight">A trip to {trip.city}</h2>
        <p role="status" className="mt-1 text-sm text-muted">{describe(trip)}</p>
      </div>
      {trip.state.kind === "running" && trip.isOwner && <Button disabled={isCanceling} onClick={() => void stop()}><Ban size={14} aria-hidden />Cancel the plan</Button>}
    </div>
  );
}

function describe({ state, stages }: TripView): string {
  switch (state.kind) {
    case "running": return stages.length < 2 ? "Step 1 of 3 is at work. It goes on even when the backend is killed." : "Step 2 of 3 is at work. It goes on even when the backend is killed.";
    case "done": return "All steps are done.";
    case "canceled": return "The plan was canceled.";
    case "failed": return "The plan has failed.";
    default: return state satisfies never;
  }
}

function stateOf(trip: TripView, stage: "running" | "done" | "failed" | undefined): StepState {
  if (stage === "done" || stage === "failed") return stage;
  if (trip.state.kind === "canceled") return "canceled";
  if (trip.state.kind === "failed") return stage === undefined ? "canceled" : "failed";
  return stage ?? "waiting";
}

const stateLooks = {
  waiting: { icon: Circle, words: "Waiting", look: "border-line bg-canvas text-muted" },
  running: { icon: LoaderCircle, words: "At work", look: "border-accent bg-canvas text-accent [&>svg]:animate-spin" },
  done: { icon: Check, words: "Done", look: "border-accent bg-accent text-accent-ink" },
  failed: { icon: CircleAlert, words: "Failed", look: "border-danger bg-danger-wash text-danger" },
  canceled: { icon: Ban, words: "Not run", look: "border-line bg-panel text-muted" },
} as const;

interface StepProps {
  number: number;
  title: string;
  who: string;
  state: StepState;
  isLast?: boolean;
  children: ReactNode;
}

function Step({ number, title, who, state, isLast = false, children }: StepProps) {
  const { icon: Icon, words, look } = stateLooks[state];
  return (
    <li className="relative flex gap-4" aria-current={state === "running" ? "step" : undefined} aria-label={`Step ${number}: ${title}. ${words}`}>
      {!isLast && <span aria-hidden className={`absolute top-9 bottom-0 left-4.5 w-0.5 -translate-x-1/2 ${state === "done" ? "bg-accent" : "bg-line"}`} />}
      <span aria-hidden className={`z-10 grid size-9 shrink-0 place-items-center rounded-full border-2 ${look}`}><Icon size={16} /></span>
      <div className="min-w-0 flex-1 pb-8">
        <h3 className="pt-1.5 font-medium">{title}</h3>
        <p className="text-sm text-muted">{who} · {words}</p>
        <div className="mt-3 space-y-3 empty:hidden">{children}</div>
      </div>
    </li>
  );
}

function Attempts({ count }: { count: number }) {
  return <p className="rounded-lg border border-line bg-panel px-3 py-2 text-sm">Attempt {count}: the call before was lost, with the process or to an error of the model. The workflow asked again by itself.</p>;
}

function Said({ messages, isRunning }: { messages: UIMessage[]; isRunning: boolean }) {
  if (messages.length === 0) return isRunning ? <p className="py-2"><Dots /><span className="sr-only">The agent begins</span></p> : null;
  return <div className="rounded-2xl border border-line bg-raised p-4 shadow-xs">{messages.map((message) => <MessageRow key={message.key} message={message} />)}</div>;
}
