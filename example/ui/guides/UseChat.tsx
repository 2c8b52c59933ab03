import { Chat, useChat } from "@ai-sdk/react";
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
  // `history` is what `transport.loadMessages(threadId)` gave. A chat that `useChat` makes itself is stopped, with its
  // reply, when the component leaves the page.
  const [chat] = useState(() => new Chat<UIMessage>({ id: threadId, messages: history, transport }));
  const { messages, sendMessage, stop, status } = useChat({ chat, resume: true });
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
