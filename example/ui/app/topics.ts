import { BookOpen, Braces, Brain, Cable, ChartColumn, Gauge, Headset, LayoutGrid, MessagesSquare, Paperclip, Plug, Route, Search, ShieldQuestion, Waves, Wrench } from "lucide-react";
import type { Topic, TopicGroup } from "./topic";

const chat: Topic = {
  path: "chat",
  title: "Chat",
  summary: "An agent that streams its words to every viewer, calls a tool, and can be stopped.",
  sources: ["example/convex/chat", "example/convex/agents/weather.ts", "example/ui/chat"],
  icon: MessagesSquare,
  load: async () => (await import("../chat/ChatPage")).ChatPage,
};

const streaming: Topic = {
  path: "streaming",
  title: "Streaming",
  summary: "Where a reply is cut, how often it is written, in which pieces it arrives, and how it is stopped.",
  sources: ["example/convex/streaming", "example/convex/chat/streaming.ts", "example/ui/streaming", "example/ui/topics/MessageList.tsx"],
  icon: Waves,
  load: async () => (await import("../streaming/StreamingPage")).StreamingPage,
};

const reasoning: Topic = {
  path: "reasoning",
  title: "Reasoning",
  summary: "What a model thinks before it answers, streamed and shown apart from the answer.",
  sources: ["example/convex/reasoning", "example/ui/reasoning", "example/ui/chat/ReasoningPart.tsx"],
  icon: Brain,
  load: async () => (await import("../reasoning/ReasoningPage")).ReasoningPage,
};

const objects: Topic = {
  path: "objects",
  title: "Structured objects",
  summary: "An object that fits a schema, shown as a card that fills while the model writes.",
  sources: ["example/convex/objects", "example/ui/objects"],
  icon: Braces,
  load: async () => (await import("../objects/ObjectsPage")).ObjectsPage,
};

const files: Topic = {
  path: "files",
  title: "Files and images",
  summary: "Upload a file or a picture, ask about it, and see it in the message.",
  sources: ["example/convex/files", "example/ui/files", "example/ui/chat/FilePart.tsx"],
  icon: Paperclip,
  load: async () => (await import("../files/FilesPage")).FilesPage,
};

const tools: Topic = {
  path: "tools",
  title: "Tools",
  summary: "Tools that show their progress, write into the database, ask another agent, and fail.",
  sources: ["example/convex/tools", "example/ui/tools", "example/ui/chat/ToolPart.tsx"],
  icon: Wrench,
  load: async () => (await import("../tools/ToolsPage")).ToolsPage,
};

const approval: Topic = {
  path: "approval",
  title: "Tool approval",
  summary: "A call that waits until somebody approves or denies it, once, from whichever browser.",
  sources: ["example/convex/approval", "example/ui/approval"],
  icon: ShieldQuestion,
  load: async () => (await import("../approval/ApprovalPage")).ApprovalPage,
};

const workflow: Topic = {
  path: "workflow",
  title: "Durable workflow",
  summary: "Two agents plan a trip, one after the other, in a workflow that survives the end of the process.",
  sources: ["example/convex/workflow", "example/ui/workflow"],
  icon: Route,
  load: async () => (await import("../workflow/WorkflowPage")).WorkflowPage,
};

const rateLimits: Topic = {
  path: "rate-limits",
  title: "Rate limits",
  summary: "How many messages and tokens one person may use, with a countdown that every tab shows.",
  sources: ["example/convex/rateLimits", "example/ui/rateLimits"],
  icon: Gauge,
  load: async () => (await import("../rateLimits/RateLimitsPage")).RateLimitsPage,
};

const usage: Topic = {
  path: "usage",
  title: "Usage and invoices",
  summary: "Every call of a model is written down by a usage handler and ends up on an invoice.",
  sources: ["example/convex/usage", "example/convex/crons.ts", "example/ui/usage"],
  icon: ChartColumn,
  load: async () => (await import("../usage/UsagePage")).UsagePage,
};

const useChat: Topic = {
  path: "use-chat",
  title: "useChat",
  summary: "The AI SDK's useChat on a thread: history, sending, stop, resume after a reload, approval, regenerate.",
  sources: ["example/ui/useChat", "example/convex/useChat", "example/convex/approval/reply.ts", "example/convex/approval/decide.ts"],
  icon: Plug,
  load: async () => (await import("../useChat/UseChatPage")).UseChatPage,
};

const httpStream: Topic = {
  path: "http-stream",
  title: "HTTP streaming",
  summary: "One reply over two ways: the response of an HTTP action, and the deltas that everybody sees.",
  sources: ["example/convex/http.ts", "example/convex/httpStream", "example/ui/httpStream"],
  icon: Cable,
  load: async () => (await import("../httpStream/HttpStreamPage")).HttpStreamPage,
};

const human: Topic = {
  path: "human",
  title: "Human agents",
  summary: "A person takes a conversation over from the agent, hands it back, and answers what the agent asks.",
  sources: ["example/convex/human", "example/ui/human"],
  icon: Headset,
  load: async () => (await import("../human/HumanPage")).HumanPage,
};

const search: Topic = {
  path: "search",
  title: "Context search",
  summary: "What a search by words and by vectors puts before the model, also from other conversations, and why.",
  sources: ["example/convex/search", "example/convex/model/embedding.ts", "example/convex/model/demoEmbedding.ts", "example/ui/search"],
  icon: Search,
  load: async () => (await import("../search/SearchPage")).SearchPage,
};

const rag: Topic = {
  path: "rag",
  title: "Documents (RAG)",
  summary: "Answers from documents that you add here, searched with each question or by a tool, with their sources.",
  sources: ["example/convex/rag", "example/convex/convex.config.ts", "example/ui/rag"],
  icon: BookOpen,
  load: async () => (await import("../rag/RagPage")).RagPage,
};

/** What there is to see. It stands above the menu, in none of its groups. */
export const overview: Topic = {
  path: "overview",
  title: "All examples",
  summary: "What each page shows.",
  sources: ["example/ui/app", "example/convex/access.ts", "example/convex/errors.ts", "example/convex/schema.ts"],
  icon: LayoutGrid,
  load: async () => (await import("./OverviewPage")).OverviewPage,
};

/** The page that an address without a path leads to. */
export const home = chat;

/** In the order of the menu. A new page gets an entry above and its place here. */
export const topicGroups: readonly TopicGroup[] = [
  { title: "Talk", topics: [chat, streaming, reasoning, objects, files, useChat, httpStream] },
  { title: "Know", topics: [search, rag] },
  { title: "Work", topics: [tools, approval, workflow, human] },
  { title: "Run it", topics: [rateLimits, usage] },
];

const pages = [overview, ...topicGroups.flatMap((group) => group.topics)];

/** The page that the first part of an address names. */
export function findTopic(path: string | undefined): Topic | undefined {
  return pages.find((page) => page.path === path);
}
