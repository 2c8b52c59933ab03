import { useCallback, useLayoutEffect, useRef, useState } from "react";

/** Within this distance of the end a reader counts as being at the end. */
const NEAR_PX = 80;

/**
 * Keeps a scrolled list where its reader is: at the end while it grows there, and at the same message when older ones
 * are put above. `firstKey` is the key of the first message.
 */
export function useStickToBottom(firstKey: string | undefined) {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isStuck = useRef(true);
  const height = useRef(0);
  const lastTop = useRef(0);
  const [isAtEnd, setIsAtEnd] = useState(true);

  const scrollTo = useCallback((element: HTMLElement, top: number) => {
    element.scrollTop = top;
    lastTop.current = element.scrollTop;
  }, []);

  const toEnd = useCallback(() => {
    isStuck.current = true;
    setIsAtEnd(true);
    if (box.current !== null) scrollTo(box.current, box.current.scrollHeight);
  }, [scrollTo]);

  const onScroll = useCallback(() => {
    const element = box.current;
    if (element === null) return;
    const isNear = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    // Our own write is told late, when the list may have grown far beyond it again: only a person goes up.
    const hasGoneUp = element.scrollTop < lastTop.current;
    lastTop.current = element.scrollTop;
    if (isNear) isStuck.current = true;
    else if (hasGoneUp) isStuck.current = false;
    setIsAtEnd(isStuck.current);
  }, []);

  // Older messages came: what they added above moves the view down by as much.
  const shownFirstKey = useRef(firstKey);
  useLayoutEffect(() => {
    const element = box.current;
    if (shownFirstKey.current === firstKey) return;
    shownFirstKey.current = firstKey;
    if (element !== null && !isStuck.current) scrollTo(element, element.scrollTop + element.scrollHeight - height.current);
  });

  useLayoutEffect(() => {
    const [element, inner] = [box.current, content.current];
    if (element === null || inner === null) return;
    const follow = () => {
      if (isStuck.current) scrollTo(element, element.scrollHeight);
      height.current = element.scrollHeight;
    };
    follow();
    const observer = new ResizeObserver(follow);
    observer.observe(inner);
    observer.observe(element);
    return () => observer.disconnect();
  }, [scrollTo]);

  return { box, content, onScroll, isAtEnd, toEnd };
}
