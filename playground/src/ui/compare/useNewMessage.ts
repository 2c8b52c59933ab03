import type { AgentDescription } from "convex-agent";
import { useSyncExternalStore } from "react";
import { missingFunction } from "../app/errors";
import { usePlaygroundAction } from "../connection/api";
import { newLiveId } from "./LiveAnswer";
import { MessageStore, type NewMessageState } from "./messageStore";
import { overridesOf, type RunOptions } from "./runOptions";

const store = new MessageStore();

export interface NewMessageControl extends NewMessageState {
  readonly write: (text: string) => void;
  readonly send: (agent: AgentDescription, options: RunOptions) => Promise<void>;
  /** Lets go of an answer that is not saved. */
  readonly discard: () => void;
}

/** What is written to a thread, what is sent, and what came of it. */
export function useNewMessage(threadId: string): NewMessageControl {
  const stream = usePlaygroundAction("streamText");
  const generate = usePlaygroundAction("generateText");
  const state = useSyncExternalStore(store.subscribe, () => store.get(threadId));
  const send = async (agent: AgentDescription, options: RunOptions): Promise<void> => {
    const { name: agentName } = agent;
    const prompt = state.text;
    const isUnsaved = options.isUnsaved === true;
    const liveId = newLiveId();
    store.begin(threadId, isUnsaved ? { prompt, agentName, liveId } : null);
    const args = { threadId, agentName, prompt, ...overridesOf(options, agent), ...(isUnsaved && { storageOptions: { saveMessages: "none" as const }, liveId }) };
    try {
      const answer = await stream(args).catch((error: unknown) => (isMissing(error) ? generate(args) : Promise.reject(error)));
      store.answered(threadId, isUnsaved ? { prompt, agentName, answer } : null);
    } catch (error) {
      store.failed(threadId, error, prompt);
    }
  };
  return { ...state, write: (text) => store.write(threadId, text), send, discard: () => store.discard(threadId) };
}

/** An app that exports only the documented functions answers all the same, just not word by word. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && missingFunction(error.message) !== null;
}
