import type { UIMessage } from "convex-agent/react";
import { memo, useContext } from "react";
import { Dots } from "../app/controls";
import { FilePart } from "./FilePart";
import { MessagePart } from "./MessagePart";
import { PromptAuthorContext } from "./promptAuthor";

/** One message. Renders again only when its message object changes. */
export const MessageRow = memo(function MessageRow({ message }: { message: UIMessage }) {
  return message.role === "user" ? <PromptRow message={message} /> : <ReplyRow message={message} />;
});

/** A message that is on its way. */
export function UnsentRow({ text }: { text: string }) {
  return (
    <article aria-label="You" className="flex flex-col items-end">
      <div className={`${bubble} opacity-80`}>{text}</div>
      <Sending />
    </article>
  );
}

const bubble = "max-w-[85%] rounded-2xl rounded-br-md bg-bubble px-4 py-2.5 whitespace-pre-wrap wrap-anywhere transition-opacity";

function Sending() {
  return <span className="mt-1 text-xs text-muted">Sending…</span>;
}

function PromptRow({ message }: { message: UIMessage }) {
  const isSending = message.status === "pending";
  const author = useContext(PromptAuthorContext);
  const files = message.parts.filter((part) => part.type === "file");
  return (
    <article aria-label={author} className="flex flex-col items-end">
      {author !== "You" && <p aria-hidden className="mb-1.5 text-xs font-medium text-muted">{author}</p>}
      {files.length > 0 && <div className="mb-2 flex max-w-[85%] flex-wrap items-end justify-end gap-2">{files.map((part, index) => <FilePart key={index} part={part} />)}</div>}
      <div className={`${bubble} ${isSending ? "opacity-80" : ""}`}>{message.text}</div>
      {isSending && <Sending />}
    </article>
  );
}

function ReplyRow({ message }: { message: UIMessage }) {
  const isStreaming = message.status === "streaming";
  const parts = message.parts.filter((part) => part.type !== "step-start");
  return (
    <article aria-label={message.agentName ?? "Agent"} aria-busy={isStreaming}>
      <p aria-hidden className="mb-1.5 text-xs font-medium text-muted">{message.agentName ?? "Agent"}</p>
      <div className="space-y-3">
        {parts.map((part, index) => (
          <MessagePart key={"toolCallId" in part ? part.toolCallId : index} part={part} isLast={index === parts.length - 1}
            isStreaming={isStreaming} isCut={message.status === "failed"} />
        ))}
        {isStreaming && parts.length === 0 && <Dots />}
        {message.status === "failed" && parts.length === 0 && <p className="text-sm text-muted">No reply.</p>}
      </div>
    </article>
  );
}
