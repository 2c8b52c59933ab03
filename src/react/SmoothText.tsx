"use client";
import { useSmoothText, type SmoothTextOptions } from "./useSmoothText.js";

/**
 * {@link useSmoothText} as a component: renders the visible text and nothing around it.
 *
 * @example
 * <SmoothText text={message.text} startStreaming={message.status === "streaming"} />
 */
export function SmoothText({ text, ...options }: { text: string } & SmoothTextOptions): string {
  const [visibleText] = useSmoothText(text, options);
  return visibleText;
}
