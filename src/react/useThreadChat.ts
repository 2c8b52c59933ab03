"use client";
import { useMemo, useState, useSyncExternalStore } from "react";
import type { FailureReason } from "../shared/failureReason.js";
import type { HookArgs, ListResult, ListedItem, StreamOption, UIMessagesQuery } from "./queryTypes.js";
import { ChatActions, type ChatActionKind, type ChatFailure } from "./store/chatActions.js";
import { turnState, type TurnState } from "./store/turnState.js";
import { turnStatus, type TurnStatus } from "./store/turnStatus.js";
import { useUIMessages } from "./useUIMessages.js";
import { useLatest } from "./useLatest.js";
import type { UIMessage } from "./wireTypes.js";

/** A decision that is wanted on a tool call. */
export interface ApprovalTarget {
  approvalId: string;
  reason?: string | undefined;
}

/** The app's functions, usually mutations. Each that is left out makes its method return false. */
export interface ThreadChatActions<Input> {
  /** Saves the message and starts the reply. For an optimistic message, a mutation `withOptimisticUpdate`. */
  send?: (input: Input) => Promise<unknown>;
  /** Stops the reply to a turn. */
  stop?: (turn: { order: number }) => Promise<unknown>;
  /** Answers a turn again. */
  retry?: (turn: { order: number; promptMessageId: string }) => Promise<unknown>;
  approve?: (target: ApprovalTarget) => Promise<unknown>;
  deny?: (target: ApprovalTarget) => Promise<unknown>;
}

/** What {@link useThreadChat} returns. Methods keep their identity, and give true when it was done; they never throw. */
export interface ThreadChat<M, Input> {
  messages: M[];
  turn: TurnState;
  /** `turn` in one word. */
  status: TurnStatus;
  /** Why the newest turn failed or was stopped. */
  reason: FailureReason | undefined;
  /** What a person did that did not happen; for `send` with what was typed. */
  failure: ChatFailure<Input> | undefined;
  dismissFailure: () => void;
  /** What is under way. */
  pending: ReadonlySet<ChatActionKind>;
  /** Approvals whose decision is being sent. */
  deciding: ReadonlySet<string>;
  send: (input: Input) => Promise<boolean>;
  /** False also when there is nothing to stop. */
  stop: () => Promise<boolean>;
  /** Answers the newest turn again. False also when there is none. */
  retry: () => Promise<boolean>;
  approve: (approvalId: string, reason?: string) => Promise<boolean>;
  deny: (approvalId: string, reason?: string) => Promise<boolean>;
  /** Status of the pages, as `usePaginatedQuery` gives it. */
  pages: ListResult<M>["status"];
  isLoading: boolean;
  loadMore: (numItems: number) => void;
}

/**
 * A whole chat on one thread: messages, where the newest turn is, and what a person can do. Failures are values to
 * show: a message that could not be sent comes back in `failure.input`.
 *
 * @param args The query's arguments as for {@link useUIMessages}, or "skip".
 * @throws During render, what the query threw.
 * @example
 * const chat = useThreadChat(api.chat.listThreadMessages, { threadId }, {
 *   initialNumItems: 20, stream: true,
 *   actions: { send: (prompt: string) => sendMessage({ threadId, prompt }), stop: ({ order }) => stop({ threadId, order }) },
 * });
 */
export function useThreadChat<Query extends UIMessagesQuery<unknown, UIMessage>, Input = string>(
  query: Query,
  args: HookArgs<Query> | "skip",
  options: { initialNumItems: number; stream?: StreamOption<Query>; skipStreamIds?: string[]; actions: ThreadChatActions<Input> },
): ThreadChat<ListedItem<Query>, Input> {
  const { actions, ...listOptions } = options;
  const { results, status: pages, isLoading, loadMore } = useUIMessages(query, args, listOptions);
  const [runner] = useState(() => new ChatActions<Input>());
  const { pending, deciding, failure } = useSyncExternalStore(runner.subscribe, runner.getSnapshot, runner.getSnapshot);
  // Query lists UIMessages.
  const messages = results as unknown as readonly UIMessage[];
  const turn = useMemo(() => turnState(messages), [messages]);
  const { status, reason } = useMemo(() => turnStatus(turn), [turn]);
  // Handlers run after a commit and read what was rendered last, so that they need no new identity for each word.
  const latest = useLatest({ actions, turn, messages });
  const methods = useMemo(() => makeMethods(runner, latest), [runner, latest]);
  return {
    messages: results, turn, status, reason, failure, pending, deciding, pages, isLoading, loadMore,
    dismissFailure: runner.dismissFailure, ...methods,
  };
}

interface Latest<Input> {
  actions: ThreadChatActions<Input>;
  turn: TurnState;
  messages: readonly UIMessage[];
}

type Methods<Input> = Pick<ThreadChat<never, Input>, "send" | "stop" | "retry" | "approve" | "deny">;

function makeMethods<Input>(runner: ChatActions<Input>, latest: () => Latest<Input>): Methods<Input> {
  const done = Promise.resolve(false);
  const decide = (action: "approve" | "deny", approvalId: string, reason: string | undefined): Promise<boolean> => {
    const perform = latest().actions[action];
    return perform === undefined ? done : runner.run(action, () => perform({ approvalId, reason }), { approvalId });
  };
  return {
    send: (input) => {
      const { send } = latest().actions;
      return send === undefined ? done : runner.run("send", () => send(input), { input });
    },
    stop: () => {
      const { actions: { stop }, turn } = latest();
      if (stop === undefined || (turn.kind !== "streaming" && turn.kind !== "waiting")) return done;
      return runner.run("stop", () => stop({ order: turn.order }));
    },
    retry: () => {
      const { actions: { retry }, messages } = latest();
      const prompt = messages.findLast(({ role, status }) => role === "user" && status === "success");
      if (retry === undefined || prompt === undefined) return done;
      return runner.run("retry", () => retry({ order: prompt.order, promptMessageId: prompt.id }));
    },
    approve: (approvalId, reason) => decide("approve", approvalId, reason),
    deny: (approvalId, reason) => decide("deny", approvalId, reason),
  };
}
