import type { MessageDoc } from "convex-agent";
import { useState } from "react";
import { Button } from "../app/controls";
import { ConfirmDialog } from "../app/Dialog";
import { go } from "../app/location";
import { useToasts } from "../app/toasts";
import { usePlaygroundMutation } from "../connection/api";
import type { Run } from "./runsStore";

interface Props {
  threadId: string;
  /** What it answers: the prompt, or the message before the step that was answered again. */
  base: MessageDoc;
  run: Run;
  /** It is a whole answer to the prompt, which can be a turn of its own. */
  isWhole: boolean;
  /** There is an answer that it would take the place of. */
  hasSaved: boolean;
  /** It was kept or discarded. */
  onDone: () => void;
}

/** What becomes of a new answer: it takes the place of the saved one, it becomes a turn of its own, or it goes. */
export function KeepButtons({ threadId, base, run, isWhole, hasSaved, onDone }: Props) {
  const keep = usePlaygroundMutation("keepAnswer");
  const toasts = useToasts();
  const [state, setState] = useState<"idle" | "asking" | "busy">("idle");
  const kept = { threadId, agentName: run.agentName, promptMessageId: base._id, messages: run.answer.unsaved };
  const save = async (place: "replace" | "newTurn") => {
    const saved = await keep({ ...kept, place });
    // What the address names may be gone with what was replaced.
    const messageId = saved.find(({ message }) => message?.role === "assistant")?._id;
    if (place === "replace" && messageId !== undefined) go({ messageId }, { replace: true });
    toasts.done(place === "replace" ? "The new answer is saved in place of the other." : "The new answer is saved as a turn at the end of the thread.");
    onDone();
  };
  const saveNow = async (place: "replace" | "newTurn") => {
    setState("busy");
    try {
      await save(place);
    } catch (error) {
      toasts.failed(error);
      setState("idle");
    }
  };
  const isBusy = state === "busy";
  return (
    <>
      <Button size="small" look="primary" disabled={isBusy} onClick={() => (hasSaved ? setState("asking") : void saveNow("replace"))}>{hasSaved ? "Replace the saved one" : "Keep as the answer"}</Button>
      {isWhole && <Button size="small" disabled={isBusy} onClick={() => void saveNow("newTurn")}>Keep as a new turn</Button>}
      <Button size="small" look="plain" disabled={isBusy} onClick={onDone}>Discard</Button>
      {state === "asking" && (
        <ConfirmDialog title="Replace the saved answer?" action="Replace it" onConfirm={() => save("replace")} onClose={() => setState("idle")}>
          <p>What the turn said {isWhole ? "" : "from this step on "}is deleted, the results of its tools included, and the new answer is saved in its place. What was said after it stays.</p>
        </ConfirmDialog>
      )}
    </>
  );
}
