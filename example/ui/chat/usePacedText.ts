import { useSmoothText } from "convex-agent/react";
import { useSyncExternalStore } from "react";

const lessMotion = window.matchMedia("(prefers-reduced-motion: reduce)");

function subscribe(listener: () => void): () => void {
  lessMotion.addEventListener("change", listener);
  return () => lessMotion.removeEventListener("change", listener);
}

/** What is to be seen of a growing text: at an even pace, or as it comes for those who asked for less motion. */
export function usePacedText(text: string, isGrowing: boolean): string {
  const isStill = useSyncExternalStore(subscribe, () => lessMotion.matches);
  // A text that never grows takes no time of its own.
  const [visible] = useSmoothText(isStill ? "" : text, { startStreaming: isGrowing });
  return isStill ? text : visible;
}
