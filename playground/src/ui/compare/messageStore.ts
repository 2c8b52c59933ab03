import type { PlaygroundAnswer } from "convex-agent";
import { KeyedStore } from "./keyedStore";
import type { LiveRun } from "./LiveAnswer";

/** A message and its answer that are in no thread. */
export interface Unsaved {
  readonly prompt: string;
  readonly agentName: string;
  readonly answer: PlaygroundAnswer;
}

/** What is being written to a thread, and what became of what was sent last. */
export interface NewMessageState {
  readonly text: string;
  readonly isBusy: boolean;
  readonly error: unknown;
  /** An answer that is not saved, while it is made. */
  readonly live: (LiveRun & { prompt: string }) | null;
  readonly unsaved: Unsaved | null;
}

const IDLE = { isBusy: false, error: null, live: null, unsaved: null } as const;
const NOTHING: NewMessageState = { text: "", ...IDLE };

/** Keeps what is written to each thread, and answers that are not saved, as long as the page is open: who looks elsewhere finds them again. */
export class MessageStore extends KeyedStore<NewMessageState> {
  constructor() {
    super(NOTHING);
  }

  write(threadId: string, text: string): void {
    this.set(threadId, { ...this.get(threadId), text });
  }

  /** It is sent: the field is free for the next one. */
  begin(threadId: string, live: NewMessageState["live"]): void {
    this.set(threadId, { text: "", ...IDLE, isBusy: true, live });
  }

  answered(threadId: string, unsaved: Unsaved | null): void {
    this.set(threadId, { ...this.get(threadId), ...IDLE, unsaved });
  }

  /** What failed is not lost: it is in the field again, unless something else was written there meanwhile. */
  failed(threadId: string, error: unknown, prompt: string): void {
    const { text } = this.get(threadId);
    this.set(threadId, { ...IDLE, text: text === "" ? prompt : text, error });
  }

  discard(threadId: string): void {
    this.set(threadId, { ...this.get(threadId), ...IDLE });
  }
}
