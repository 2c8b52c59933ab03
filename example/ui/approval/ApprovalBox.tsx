import { useMutation, useQuery } from "convex/react";
import { Check, ShieldCheck, ShieldX, X } from "lucide-react";
import { useId, useState } from "react";
import { api } from "../../convex/_generated/api";
import { Button } from "../app/controls";
import { describeError } from "../app/errors";
import { useRoute } from "../app/router";
import { viewerKey } from "../app/viewer";
import type { AnyToolPart } from "../chat/toolSlots";

/** Beneath a call that needed somebody's yes: what to decide, or what was decided. */
export function ApprovalBox({ part }: { part: AnyToolPart }) {
  const { item: threadId } = useRoute();
  if (part.approval === undefined || threadId === undefined) return null;
  const { id, approved, reason } = part.approval;
  if (part.state === "approval-requested") return <Question approvalId={id} threadId={threadId} />;
  return approved === undefined ? null : <Decision approvalId={id} threadId={threadId} approved={approved} reason={reason} />;
}

function Question({ approvalId, threadId }: { approvalId: string; threadId: string }) {
  const decide = useMutation(api.approval.decide.decide);
  const id = useId();
  const [reason, setReason] = useState("");
  const [sending, setSending] = useState<"approve" | "deny" | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const answer = async (choice: "approve" | "deny") => {
    setSending(choice);
    setProblem(null);
    try {
      await decide({ viewerKey, threadId, approvalId, approved: choice === "approve", reason });
    } catch (error) {
      setProblem(describeError(error));
      setSending(null);
    }
  };
  return (
    <fieldset className="border-t border-line bg-raised px-4 py-3">
      <legend className="float-left w-full font-medium">May the agent do this?</legend>
      <label htmlFor={id} className="block pt-2 text-xs text-muted clear-both">Reason (if there is one; the agent is told)</label>
      <input id={id} value={reason} onChange={(event) => { setReason(event.target.value); setProblem(null); }} aria-invalid={problem !== null} aria-describedby={problem === null ? undefined : `${id}-problem`}
        className="mt-1 block w-full rounded-lg border border-line bg-canvas px-2.5 py-1.5 outline-none focus:border-accent aria-invalid:border-danger" />
      {problem !== null && <p id={`${id}-problem`} role="alert" className="mt-1.5 text-danger wrap-anywhere">{problem}</p>}
      <div className="mt-3 flex gap-2">
        <Button look="primary" disabled={sending !== null} onClick={() => void answer("approve")}><Check size={15} aria-hidden />{sending === "approve" ? "Approving…" : "Approve"}</Button>
        <Button disabled={sending !== null} onClick={() => void answer("deny")}><X size={15} aria-hidden />{sending === "deny" ? "Denying…" : "Deny"}</Button>
      </div>
    </fieldset>
  );
}

interface DecisionProps {
  approvalId: string;
  threadId: string;
  approved: boolean;
  reason: string | undefined;
}

function Decision({ approvalId, threadId, approved, reason }: DecisionProps) {
  const account = useQuery(api.approval.account.get, { viewerKey, threadId });
  const decider = account?.decisions.find((decision) => decision.approvalId === approvalId)?.decider;
  const Icon = approved ? ShieldCheck : ShieldX;
  return (
    <p className="flex items-start gap-2 border-t border-line px-4 py-2.5 text-muted wrap-anywhere">
      <Icon size={15} aria-hidden className="mt-0.5 shrink-0" />
      <span>{approved ? "Approved" : "Denied"}{decider === undefined ? "" : ` by ${decider}`}{reason === undefined || reason === "" ? "." : `: “${reason}”`}</span>
    </p>
  );
}
