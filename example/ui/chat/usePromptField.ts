import { useCallback, useEffect, useLayoutEffect, useRef, type RefObject } from "react";
import { flushSync } from "react-dom";
import { draftOf, setDraft } from "./drafts";

/** On a touch screen the keyboard would cover what one came to read. */
export function focusUnlessTouch(element: HTMLElement | null): void {
  if (matchMedia("(pointer: fine)").matches) element?.focus();
}

function fitHeight(element: HTMLElement, maxPx: number): void {
  element.style.height = "auto";
  element.style.height = `${Math.min(element.scrollHeight, maxPx)}px`;
}

/** Where the focus goes when the button that had it goes away: to the field, or by touch to the page around it. */
export function keepFocus(field: HTMLElement | null): void {
  focusUnlessTouch(field);
  if (document.activeElement !== field) field?.closest("main")?.focus({ preventScroll: true });
}

/** A field that is as high as its text, up to `maxPx`, and may take the focus when it appears. */
export function useGrowingField(field: RefObject<HTMLTextAreaElement | null>, { maxPx, takesFocus }: { maxPx: number; takesFocus: boolean }): void {
  useLayoutEffect(() => { if (field.current !== null) fitHeight(field.current, maxPx); });
  // Only where nobody has it: who came by a link that is still there goes on from that link.
  useEffect(() => { if (takesFocus && document.activeElement === document.body) focusUnlessTouch(field.current); }, [field, takesFocus]);
}

/** What the field holds after a suggestion was picked: nothing that somebody wrote is lost, and one picked before gives way. */
export function withPicked(draft: string, picked: string, suggestions: readonly string[]): string {
  return draft.trim() === "" || suggestions.includes(draft.trim()) ? picked : `${draft.trimEnd()}\n${picked}`;
}

/** The field of a conversation, and how something is put into it from elsewhere on the page. */
export function usePromptField(conversation: string) {
  const field = useRef<HTMLTextAreaElement>(null);
  const put = useCallback((text: string) => {
    flushSync(() => setDraft(conversation, text));
    field.current?.focus();
    field.current?.setSelectionRange(text.length, text.length);
  }, [conversation]);
  const pick = useCallback((text: string, suggestions: readonly string[]) => put(withPicked(draftOf(conversation), text, suggestions)), [conversation, put]);
  return { field, put, pick };
}
