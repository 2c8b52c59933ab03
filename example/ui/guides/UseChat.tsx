import { useChat } from "@ai-sdk/react";
import { ConvexChatTransport, type UIMessage } from "convex-agent/react";
import { useConvex } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";

// #region useChat
export function UseChat({ threadId, history }: { threadId: string; history: UIMessage[] }) {
  const client = useConvex();
  const [transport] = useState(() => new ConvexChatTransport({
    client,
    query: api.guides.chat.list,
    send: ({ threadId, message }) => client.mutation(api.guides.chat.send, { threadId, prompt: textOf(message) }),
    stop: (turn) => client.mutation(api.guides.chat.stop, turn),
  }));
  // `history` is what `transport.loadMessages(threadId)` gave.
  const { messages, sendMessage, stop, status } = useChat({ id: threadId, messages: history, transport, resume: true });
  return (
    <section>
      {messages.map((message) => <p key={message.id}>{textOf(message)}</p>)}
      {status === "streaming" && <button onClick={() => void stop()}>Stop</button>}
      <button onClick={() => void sendMessage({ text: "How is Oslo?" })}>Ask about Oslo</button>
    </section>
  );
}

function textOf(message: Pick<UIMessage, "parts">): string {
  return message.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}
// #endregion
