import { useRef, useState } from "react";
import { Button, Field } from "../app/controls";
import { giveFocus } from "../app/focus";
import { ErrorNote } from "../app/states";
import { useToasts } from "../app/toasts";
import { usePlayground, usePlaygroundAction, usePlaygroundMutation } from "../connection/api";

interface Props {
  approvalId: string;
  threadId: string;
  /** Who asked; it goes on once all calls of its step are decided. */
  agentName: string | undefined;
  toolName: string;
}

/** A tool call that waits: approve or deny it, with a reason, and the agent goes on. */
export function Approval({ approvalId, threadId, agentName, toolName }: Props) {
  const { agents, isReadOnly } = usePlayground();
  const toasts = useToasts();
  const approve = usePlaygroundMutation("approveToolCall");
  const deny = usePlaygroundMutation("denyToolCall");
  const stream = usePlaygroundAction("streamText");
  const [reason, setReason] = useState("");
  const [state, setState] = useState<{ isBusy: boolean; error: unknown }>({ isBusy: false, error: null });
  const box = useRef<HTMLDivElement>(null);
  const canGoOn = agents?.some(({ name }) => name === agentName) ?? false;
  const decide = async (record: typeof approve) => {
    setState({ isBusy: true, error: null });
    const turn = box.current?.closest<HTMLElement>("[data-turn]");
    try {
      const { messageId, stillWaiting } = await record({ threadId, approvalId, ...(reason.trim() !== "" && { reason: reason.trim() }) });
      // To the decision and not to its button: a key that is pressed too long decides nothing.
      giveFocus(turn?.querySelector<HTMLElement>("[data-decision]:has(button:enabled)"), turn);
      // It goes on once the other calls of its step are decided, which are marked as waiting.
      if (stillWaiting) return;
      if (agentName === undefined || !canGoOn) return toasts.done("Recorded. The playground does not know this agent, so your app has to go on.");
      // It answers when all is said; meanwhile it is seen in the thread.
      stream({ threadId, agentName, promptMessageId: messageId }).catch(toasts.failed);
    } catch (error) {
      setState({ isBusy: false, error });
    }
  };
  return (
    <div ref={box} data-decision tabIndex={-1} role="group" aria-label={`Decision about ${toolName}`} className="grid gap-2 rounded-lg border border-warn/30 bg-warn-wash p-2.5">
      <Field label="Reason" hidesLabel value={reason} onChange={(event) => setReason(event.target.value)} placeholder="Reason (the model is told when it is denied)" disabled={isReadOnly || state.isBusy} />
      <div className="flex flex-wrap items-center gap-2">
        <Button look="primary" size="small" disabled={isReadOnly || state.isBusy} onClick={() => void decide(approve)}>Approve</Button>
        <Button size="small" disabled={isReadOnly || state.isBusy} onClick={() => void decide(deny)}>Deny</Button>
        {isReadOnly && <span className="text-xs text-muted">This key may only read.</span>}
      </div>
      {state.error !== null && <ErrorNote error={state.error} />}
    </div>
  );
}
