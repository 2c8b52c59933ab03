import { SmoothText, useThreadChat } from "convex-agent/react";
import { useMutation } from "convex/react";
import { api } from "../../convex/_generated/api";

// #region chat
export function ThreadChat({ threadId }: { threadId: string }) {
  const send = useMutation(api.guides.chat.send);
  const stop = useMutation(api.guides.chat.stop);
  const decide = useMutation(api.guides.approval.decide);
  const chat = useThreadChat(api.guides.chat.list, { threadId }, {
    initialNumItems: 20,
    stream: true,
    actions: {
      send: (prompt: string) => send({ threadId, prompt }),
      stop: ({ order }) => stop({ threadId, order }),
      approve: (target) => decide({ threadId, ...target, approved: true }),
      deny: (target) => decide({ threadId, ...target, approved: false }),
    },
  });
  return (
    <section>
      {chat.messages.map((message) => (
        <p key={message.key}><SmoothText text={message.text} startStreaming={message.status === "streaming"} /></p>
      ))}
      {chat.turn.kind === "awaiting-approval" && chat.turn.approvalIds.map((approvalId) => (
        <p key={approvalId}>
          May it? <button onClick={() => void chat.approve(approvalId)}>Yes</button>{" "}
          <button onClick={() => void chat.deny(approvalId, "Not today")}>No</button>
        </p>
      ))}
      <p role="status">{chat.status}{chat.reason && `: ${chat.reason.message}`}</p>
      {chat.failure && <p role="alert">Not done: {chat.failure.reason.message} <button onClick={chat.dismissFailure}>Close</button></p>}
      {chat.status === "streaming" && <button onClick={() => void chat.stop()}>Stop</button>}
      <button onClick={() => void chat.send("How is Oslo?")}>Ask about Oslo</button>
    </section>
  );
}
// #endregion
