import type { AgentDescription, MessageDoc, PlaygroundAnswer } from "convex-agent";
import { useState } from "react";
import { usePlaygroundAction } from "../connection/api";
import { unsavedDocs } from "./answers";
import { overridesOf, type RunOptions } from "./runOptions";

/** An answer that was made again and not saved. */
export interface Run {
  /** From 1. */
  readonly id: number;
  readonly agentName: string;
  readonly answer: PlaygroundAnswer;
  readonly docs: readonly MessageDoc[];
}

interface State {
  readonly runs: readonly Run[];
  readonly isBusy: boolean;
  readonly error: unknown;
}

/** Answers to a prompt that are made here; they last as long as the panel does. */
export function useRuns(threadId: string, promptMessageId: string) {
  const regenerate = usePlaygroundAction("regenerate");
  const [{ runs, isBusy, error }, setState] = useState<State>({ runs: [], isBusy: false, error: null });
  const start = async (agent: AgentDescription, options: RunOptions): Promise<void> => {
    setState((before) => ({ ...before, isBusy: true, error: null }));
    try {
      const answer = await regenerate({ threadId, agentName: agent.name, messageId: promptMessageId, ...overridesOf(options, agent) });
      const docs = unsavedDocs(answer, { threadId, agentName: agent.name });
      setState((before) => ({ runs: [...before.runs, { id: (before.runs.at(-1)?.id ?? 0) + 1, agentName: agent.name, answer, docs }], isBusy: false, error: null }));
    } catch (thrown) {
      setState((before) => ({ ...before, isBusy: false, error: thrown }));
    }
  };
  const discard = (id: number) => setState((before) => ({ ...before, runs: before.runs.filter((run) => run.id !== id) }));
  return { runs, isBusy, error, start, discard };
}
