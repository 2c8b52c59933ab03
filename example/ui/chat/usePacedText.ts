import { useSmoothText } from "convex-agent/react";
import { useState } from "react";

/** What is to be seen of a growing text: at an even pace, or as it comes for those who asked for less motion. */
export function usePacedText(text: string, isGrowing: boolean): string {
  // Asked once: a text that changed its pace in the middle would be written again from its beginning.
  const [isStill] = useState(() => window.matchMedia("(prefers-reduced-motion: reduce)").matches);
  // A text that never grows takes no time of its own.
  const [visible] = useSmoothText(isStill ? "" : text, { startStreaming: isGrowing });
  return isStill ? text : visible;
}
