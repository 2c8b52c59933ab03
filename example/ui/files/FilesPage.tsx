import { useAction, useMutation } from "convex/react";
import { useState, type ClipboardEvent, type DragEvent } from "react";
import { api } from "../../convex/_generated/api";
import { ErrorBoundary } from "../app/ErrorBoundary";
import { Shell } from "../app/Shell";
import type { PageProps } from "../app/topic";
import { viewerKey } from "../app/viewer";
import { TopicConversation } from "../topics/TopicConversation";
import { TopicThreads } from "../topics/TopicThreads";
import { AttachmentTray } from "./AttachmentTray";
import { attachmentStore, useAttachments, type Attachment } from "./attachments";

/** Files and pictures: upload them, ask about them, see them in the message. */
export function FilesPage({ topic, item: threadId }: PageProps) {
  return (
    <Shell topic={topic} title={topic.title} side={<TopicThreads path={topic.path} topic="files" current={threadId} newLabel="New conversation" label="Conversations" />}>
      <ErrorBoundary resetKey={threadId ?? ""} homePath={`/${topic.path}`}>
        <FileConversation path={topic.path} threadId={threadId} />
      </ErrorBoundary>
    </Shell>
  );
}

function FileConversation({ path, threadId }: { path: string; threadId: string | undefined }) {
  const here = threadId ?? "new";
  const attachments = useAttachments(here);
  const [problem, setProblem] = useState<{ at: string; text: string } | null>(null);
  const [isOver, setIsOver] = useState(false);
  const uploadFile = useAction(api.files.uploads.upload);
  const sendMessage = useMutation(api.files.send.send);
  const retry = useMutation(api.files.send.retry);
  const upload = (given: { name: string; mediaType: string; bytes: ArrayBuffer }) => uploadFile({ viewerKey, ...given });
  const add = (files: readonly File[]) => {
    if (files.length === 0) return;
    const text = attachmentStore.add(here, files, upload);
    setProblem(text === null ? null : { at: here, text });
  };
  const send = async ({ prompt, threadId: target }: { prompt: string; threadId: string | undefined }) => {
    const ready = attachments.flatMap(({ state }) => (state.kind === "ready" ? [state.fileId] : []));
    const sent = await sendMessage({ viewerKey, threadId: target, prompt, fileIds: [...new Set(ready)] });
    attachmentStore.remove(here, attachments.filter(({ state }) => state.kind === "ready" || state.kind === "refused").map(({ id }) => id));
    return sent;
  };
  const paste = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    add([...event.clipboardData.files]);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    add([...event.dataTransfer.files]);
  };
  return (
    <div className="relative h-full" onPaste={paste} onDrop={drop} onDragOver={(event) => { event.preventDefault(); setIsOver(true); }} onDragLeave={() => setIsOver(false)}>
      <TopicConversation path={path} threadId={threadId} placeholder="Ask about the files…" send={send} retry={(args) => retry({ viewerKey, ...args })} blocked={blockedBy(attachments)}
        footer={<AttachmentTray attachments={attachments} problem={problem?.at === here ? problem.text : null} onAdd={add}
          onRemove={(id) => { attachmentStore.remove(here, [id]); setProblem(null); }} onRetry={(id) => void attachmentStore.upload(here, id, upload)} />}
        welcome={{
          title: "What is in your files?",
          text: "Add a picture, a PDF or a text and ask about it. The bytes are stored once, however often they are uploaded, and go when no message shows them any more. The model is shown the file itself.",
          suggestions: ["What is in this picture?", "What does this file say?"],
        }} />
      {isOver && <div aria-hidden className="pointer-events-none absolute inset-2 grid place-items-center rounded-2xl border-2 border-dashed border-accent bg-canvas/80 text-lg font-medium">Drop the files here</div>}
    </div>
  );
}

/** Nothing is sent without the files that it is about. */
function blockedBy(attachments: readonly Attachment[]): string | null {
  if (attachments.some(({ state }) => state.kind === "failed")) return "A file did not arrive. Upload it again or take it out, then send; what you write stays here.";
  return attachments.some(({ state }) => state.kind === "uploading") ? "A file is still on its way up." : null;
}
