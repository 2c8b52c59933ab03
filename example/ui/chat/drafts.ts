import { useSyncExternalStore } from "react";

/** Texts that are being written, by conversation. They survive a reload and a look at another conversation. */
const drafts = new Map<string, string>();
const listeners = new Set<() => void>();

/** A text longer than this is kept only until the page is left: the browser's storage is small. */
const MAX_STORED_CHARS = 100_000;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function draftOf(conversation: string): string {
  const known = drafts.get(conversation);
  if (known !== undefined) return known;
  const stored = sessionStorage.getItem(`draft:${conversation}`) ?? "";
  drafts.set(conversation, stored);
  return stored;
}

export function useDraft(conversation: string): string {
  return useSyncExternalStore(subscribe, () => draftOf(conversation));
}

export function setDraft(conversation: string, text: string): void {
  drafts.set(conversation, text);
  if (text === "" || text.length > MAX_STORED_CHARS) sessionStorage.removeItem(`draft:${conversation}`);
  else sessionStorage.setItem(`draft:${conversation}`, text);
  for (const listener of listeners) listener();
}

/** Puts an unsent text back, above what has been begun in the meantime. */
export function restoreDraft(conversation: string, text: string): void {
  const begun = draftOf(conversation);
  setDraft(conversation, begun === "" ? text : `${text}\n${begun}`);
}

/** What was begun where a conversation has just started goes along into it. */
export function moveDraft(from: string, to: string): void {
  const begun = draftOf(from);
  if (from === to || begun === "") return;
  setDraft(from, "");
  restoreDraft(to, begun);
}
