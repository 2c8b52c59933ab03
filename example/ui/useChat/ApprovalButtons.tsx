import { Check, X } from "lucide-react";
import { Button } from "../app/controls";
import type { AnyToolPart } from "../chat/toolSlots";

export interface ApprovalButtonsProps {
  part: AnyToolPart;
  onDecide: (answer: { id: string; approved: boolean }) => void;
}

/** What to decide beneath a call that waits. `useChat` sends the decision, and the reply goes on in the same message. */
export function ApprovalButtons({ part, onDecide }: ApprovalButtonsProps) {
  if (part.state !== "approval-requested") return null;
  const { id } = part.approval;
  return (
    <div className="flex flex-wrap items-center gap-2 border-t border-line bg-raised px-4 py-3">
      <p className="flex-1 font-medium">May the agent do this?</p>
      <Button look="primary" onClick={() => onDecide({ id, approved: true })}><Check size={15} aria-hidden />Approve</Button>
      <Button onClick={() => onDecide({ id, approved: false })}><X size={15} aria-hidden />Deny</Button>
    </div>
  );
}
