import type { LanguageModelV4, LanguageModelV4Message } from "@ai-sdk/provider";
import { wrapLanguageModel } from "ai";

type UserPart = Extract<LanguageModelV4Message, { role: "user" }>["content"][number];

/** A model that is shown text files as text: most providers take images and PDF as files, and nothing else. */
export function readsTextFiles(model: LanguageModelV4): LanguageModelV4 {
  return wrapLanguageModel({
    model,
    middleware: {
      specificationVersion: "v4",
      transformParams: async ({ params }) => ({
        ...params,
        prompt: params.prompt.map((message) => (message.role === "user" ? { ...message, content: message.content.map(asText) } : message)),
      }),
    },
  });
}

function asText(part: UserPart): UserPart {
  if (part.type !== "file" || !part.mediaType.startsWith("text/") || part.data.type !== "data") return part;
  const { data } = part.data;
  const bytes = typeof data === "string" ? Uint8Array.from(atob(data), (char) => char.charCodeAt(0)) : data;
  return { type: "text", text: `The file “${part.filename ?? "without a name"}” (${part.mediaType}):\n\n${new TextDecoder().decode(bytes)}` };
}
