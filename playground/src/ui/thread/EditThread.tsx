import type { ListedThread } from "convex-agent";
import { useState } from "react";
import { Button, Field, Select, TextArea } from "../app/controls";
import { Dialog } from "../app/Dialog";
import { ErrorNote } from "../app/states";
import { usePlaygroundMutation } from "../connection/api";

type Thread = Pick<ListedThread, "_id" | "title" | "summary" | "status" | "userId">;

/** Changes what is kept about a thread: title, summary, status. Only what was changed is sent. */
export function EditThread({ thread, onClose }: { thread: Thread; onClose: () => void }) {
  const update = usePlaygroundMutation("updateThread");
  const [title, setTitle] = useState(thread.title ?? "");
  const [summary, setSummary] = useState(thread.summary ?? "");
  const [status, setStatus] = useState(thread.status);
  const [userId, setUserId] = useState(thread.userId ?? "");
  const [state, setState] = useState<{ isBusy: boolean; error: unknown }>({ isBusy: false, error: null });
  const submit = async () => {
    setState({ isBusy: true, error: null });
    try {
      const patch = {
        ...(title !== (thread.title ?? "") && { title }),
        ...(summary !== (thread.summary ?? "") && { summary }),
        ...(status !== thread.status && { status }),
        ...(userId !== (thread.userId ?? "") && { userId }),
      };
      if (Object.keys(patch).length > 0) await update({ threadId: thread._id, patch });
      onClose();
    } catch (error) {
      setState({ isBusy: false, error });
    }
  };
  return (
    <Dialog title="Edit the thread" onClose={onClose} width="max-w-md">
      <form className="space-y-4" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <Field label="Title" value={title} onChange={(event) => setTitle(event.target.value)} autoFocus autoComplete="off" />
        <TextArea label="Summary" value={summary} onChange={(event) => setSummary(event.target.value)} />
        <Select label="Status" value={status} onChange={(event) => setStatus(event.target.value === "archived" ? "archived" : "active")}>
          <option value="active">Active</option><option value="archived">Archived</option>
        </Select>
        <Field label="User" value={userId} onChange={(event) => setUserId(event.target.value)} hint="Whose thread it is; the list moves it there." autoComplete="off" spellCheck={false} required={thread.userId !== undefined} />
        {state.error !== null && <ErrorNote error={state.error} />}
        <div className="flex justify-end gap-2"><Button onClick={onClose}>Cancel</Button><Button type="submit" look="primary" disabled={state.isBusy}>Save</Button></div>
      </form>
    </Dialog>
  );
}
