import { MessagesSquare } from "lucide-react";
import { lazy } from "react";
import type { Topic } from "./topic";

const chat: Topic = {
  path: "chat",
  title: "Chat",
  summary: "An agent that streams its words to every viewer, calls a tool, and can be stopped.",
  sources: ["example/convex/chat", "example/convex/agents/weather.ts", "example/ui/chat"],
  icon: MessagesSquare,
  Page: lazy(async () => ({ default: (await import("../chat/ChatPage")).ChatPage })),
};

/** In the order of the menu; the first one is the home page. */
export const topics: readonly [Topic, ...Topic[]] = [chat];
