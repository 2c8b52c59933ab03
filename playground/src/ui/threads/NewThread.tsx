import { useState } from "react";
import { Button, Field } from "../app/controls";
import { Dialog } from "../app/Dialog";
import { wantMessageField } from "../app/focus";
import { go } from "../app/location";
import { ErrorNote } from "../app/states";
import { usePlaygroundMutation } from "../connection/api";
import { useListOptions } from "./useThreads";

/** Creates a thread, of any user or of nobody, and goes there. */
export function NewThread({ onClose }: { onClose: () => void }) {
  const { of } = useListOptions();
  const create = usePlaygroundMutation("createThread");
  const [userId, setUserId] = useState(of.kind === "user" ? of.userId : "");
  const [title, setTitle] = useState("");
  const [state, setState] = useState<{ isBusy: boolean; error: unknown }>({ isBusy: false, error: null });
  const submit = async () => {
    setState({ isBusy: true, error: null });
    try {
      const { threadId } = await create({ ...(userId.trim() !== "" && { userId: userId.trim() }), ...(title.trim() !== "" && { title: title.trim() }) });
      onClose();
      wantMessageField(threadId);
      go({ threadId, panel: undefined });
    } catch (error) {
      setState({ isBusy: false, error });
    }
  };
  return (
    <Dialog title="New thread" onClose={onClose} width="max-w-md">
      <form className="space-y-4" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <Field label="Title" value={title} onChange={(event) => setTitle(event.target.value)} placeholder="Trying something" autoFocus autoComplete="off" />
        <Field label="User" hint="The id of a user of your app; empty for nobody’s thread." value={userId} onChange={(event) => setUserId(event.target.value)} autoComplete="off" spellCheck={false} />
        {state.error !== null && <ErrorNote error={state.error} />}
        <div className="flex justify-end gap-2"><Button onClick={onClose}>Cancel</Button><Button type="submit" look="primary" disabled={state.isBusy}>Create the thread</Button></div>
      </form>
    </Dialog>
  );
}
