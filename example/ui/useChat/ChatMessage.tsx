import type { UIMessage } from "convex-agent/react";
import { RotateCcw } from "lucide-react";
import { Button, Dots } from "../app/controls";
import { MessagePart } from "../chat/MessagePart";
import { textOf } from "./transport";

interface ChatMessageProps {
  /** As `useChat` has it: an id, a role and parts. */
  message: Pick<UIMessage, "role" | "parts">;
  isStreaming: boolean;
  onRegenerate: (() => void) | undefined;
}

export function ChatMessage({ message, isStreaming, onRegenerate }: ChatMessageProps) {
  if (message.role === "user") {
    return (
      <article aria-label="You" className="flex justify-end">
        <p className="max-w-[85%] rounded-2xl rounded-br-md bg-bubble px-4 py-2.5 whitespace-pre-wrap wrap-anywhere">{textOf(message)}</p>
      </article>
    );
  }
  const parts = message.parts.filter((part) => part.type !== "step-start");
  return (
    <article aria-label="Agent" aria-busy={isStreaming} className="space-y-3">
      {parts.map((part, index) => <MessagePart key={"toolCallId" in part ? part.toolCallId : index} part={part} isLast={index === parts.length - 1} isStreaming={isStreaming} />)}
      {isStreaming && parts.length === 0 && <Dots />}
      {onRegenerate !== undefined && <Button onClick={onRegenerate}><RotateCcw size={14} aria-hidden />Answer again</Button>}
    </article>
  );
}
