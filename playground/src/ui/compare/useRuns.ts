import type { AgentDescription } from "convex-agent";
import { useSyncExternalStore } from "react";
import { usePlaygroundAction } from "../connection/api";
import { unsavedDocs } from "./answers";
import { newLiveId } from "./LiveAnswer";
import { overridesOf, type RunOptions } from "./runOptions";
import { RunsStore } from "./runsStore";

/** What is answered again: a turn's prompt, or what led to one of the messages. */
export interface AgainFrom {
  readonly messageId: string;
  readonly from: "prompt" | "message";
}

const store = new RunsStore();

/** Answers that are made again here, and how to make another. */
export function useRuns(threadId: string, again: AgainFrom) {
  const regenerate = usePlaygroundAction("regenerate");
  const key = `${again.from} ${again.messageId}`;
  const runs = useSyncExternalStore(store.subscribe, () => store.get(key));
  const start = async (agent: AgentDescription, options: RunOptions): Promise<void> => {
    const { name: agentName } = agent;
    const liveId = newLiveId();
    store.begin(key, { liveId, agentName });
    try {
      const answer = await regenerate({ threadId, agentName, ...again, liveId, ...overridesOf(options, agent) });
      store.made(key, { agentName, answer, docs: unsavedDocs(answer, { threadId, agentName }) });
    } catch (error) {
      store.failed(key, error);
    }
  };
  return { ...runs, start, discard: (id: number) => store.discard(key, id) };
}
