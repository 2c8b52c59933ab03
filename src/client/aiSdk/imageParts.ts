import type { FilePart, ModelMessage, UserContent } from "ai";

/**
 * The messages with images as files of the media type "image", which is what the SDK makes of them itself, with a
 * warning to the app each time. Stored messages and handlers keep the documented form.
 */
export function imagesAsFiles(messages: readonly ModelMessage[]): ModelMessage[] {
  return messages.map((message) => (message.role === "user" && typeof message.content !== "string" ? { ...message, content: message.content.map(asFile) } : message));
}

function asFile(part: Exclude<UserContent, string>[number]): Exclude<UserContent, string>[number] {
  if (part.type !== "image") return part;
  const { type: _type, image, mediaType = "image", ...rest } = part;
  return { ...rest, type: "file", data: image, mediaType } satisfies FilePart;
}
