import { Square } from "lucide-react";
import { useState } from "react";
import { Badge, Button } from "../app/controls";
import { giveFocus, turnOnPage } from "../app/focus";
import { go } from "../app/location";
import { useToasts } from "../app/toasts";
import { useOptionalQuery, usePlayground, usePlaygroundMutation } from "../connection/api";

/** The streams of a thread that are in flight, or ended a moment ago; each can be stopped. */
export function Streams({ threadId }: { threadId: string }) {
  const listed = useOptionalQuery("listStreams", { threadId, statuses: ["streaming", "aborted"] });
  if (listed.kind !== "value" || listed.value.length === 0) return null;
  return (
    <ul aria-label="Streams" className="max-h-40 shrink-0 overflow-y-auto border-t border-line bg-panel px-3 py-2 text-sm sm:px-4">
      {listed.value.map((stream) => (
        <li key={stream.streamId} className="mx-auto flex min-h-8 w-full max-w-3xl items-center gap-2">
          {stream.status === "streaming" ? <Badge tone="accent">streaming</Badge> : <Badge>aborted</Badge>}
          <span className="min-w-0 flex-1 truncate">
            {stream.agentName ?? "An agent"} <button type="button" className="text-muted underline underline-offset-2" onClick={() => go({ order: stream.order, panel: undefined })}>turn {stream.order}</button>
            {stream.model !== undefined && <span className="text-muted max-sm:hidden"> · {stream.model}</span>}
            {stream.reason !== undefined && <span className="text-muted"> · {stream.reason}</span>}
          </span>
          {stream.status === "streaming" && <Stop streamId={stream.streamId} order={stream.order} agentName={stream.agentName ?? "the agent"} />}
        </li>
      ))}
    </ul>
  );
}

function Stop({ streamId, order, agentName }: { streamId: string; order: number; agentName: string }) {
  const { isReadOnly } = usePlayground();
  const toasts = useToasts();
  const abort = usePlaygroundMutation("abortStream");
  const [isBusy, setIsBusy] = useState(false);
  const stop = async () => {
    setIsBusy(true);
    try {
      const wasRunning = await abort({ streamId });
      giveFocus(turnOnPage(order));
      if (!wasRunning) toasts.done("It had ended already.");
    } catch (error) {
      toasts.failed(error);
    } finally {
      setIsBusy(false);
    }
  };
  return <Button size="small" disabled={isReadOnly || isBusy} aria-label={`Stop ${agentName}`} onClick={() => void stop()}><Square size={11} aria-hidden fill="currentColor" />Stop</Button>;
}
