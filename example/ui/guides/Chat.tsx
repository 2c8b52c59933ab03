import { optimisticallySendMessage, SmoothText, turnState, useUIMessages } from "convex-agent/react";
import { useMutation } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";

export function Chat({ threadId }: { threadId: string }) {
  const { results, status, loadMore } = useUIMessages(api.guides.chat.list, { threadId }, { initialNumItems: 20, stream: true });
  const send = useMutation(api.guides.chat.send).withOptimisticUpdate(optimisticallySendMessage(api.guides.chat.list));
  const stop = useMutation(api.guides.chat.stop);
  const [draft, setDraft] = useState("");
  const turn = turnState(results);
  return (
    <main>
      {status === "CanLoadMore" && <button onClick={() => loadMore(20)}>Show earlier messages</button>}
      {results.map((message) => (
        <p key={message.key}>
          <b>{message.role === "user" ? "You" : message.agentName}</b>{" "}
          <SmoothText text={message.text} startStreaming={message.status === "streaming"} />
        </p>
      ))}
      {turn.kind === "failed" && <p role="alert">The reply failed: {turn.reason}</p>}
      {turn.kind === "streaming" && <button onClick={() => void stop({ threadId, order: turn.order })}>Stop</button>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setDraft("");
          // What could not be sent is given back to the person who wrote it.
          send({ threadId, prompt: draft }).catch(() => setDraft(draft));
        }}
      >
        <input aria-label="Message" value={draft} onChange={(event) => setDraft(event.target.value)} />
      </form>
    </main>
  );
}
