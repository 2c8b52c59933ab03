import { useState } from "react";
import { Button } from "../app/controls";
import { useToasts } from "../app/toasts";
import { usePlaygroundMutation } from "../connection/api";
import { loadPrices } from "../usage/prices";
import { AnswerCard } from "./AnswerCard";
import { comparedAnswer, unsavedDocs } from "./answers";
import type { Unsaved } from "./messageStore";

/** An answer that is in no thread: kept with its message, or let go. */
export function UnsavedAnswer({ threadId, unsaved: { prompt, agentName, answer }, onClose }: { threadId: string; unsaved: Unsaved; onClose: () => void }) {
  const keep = usePlaygroundMutation("keepAnswer");
  const toasts = useToasts();
  const [isBusy, setIsBusy] = useState(false);
  const save = async () => {
    setIsBusy(true);
    try {
      await keep({ threadId, agentName, prompt, messages: answer.unsaved, place: "newTurn" });
      toasts.done("The message and its answer are saved at the end of the thread.");
      onClose();
    } catch (error) {
      toasts.failed(error);
      setIsBusy(false);
    }
  };
  const shown = comparedAnswer(unsavedDocs(answer, { threadId, agentName }), loadPrices(localStorage));
  const actions = (
    <>
      {answer.unsaved.length > 0 && <Button size="small" look="primary" disabled={isBusy} onClick={() => void save()}>Keep both</Button>}
      <Button size="small" look="plain" disabled={isBusy} onClick={onClose}>Discard</Button>
    </>
  );
  return <AnswerCard title="Answer, not saved" answer={{ ...shown, durationMs: answer.durationMs }} actions={actions} />;
}
