/**
 * Gives the focus to the first of these that is on the page, unless something has it. For after what had it was disabled
 * or went: whoever uses the keyboard alone would begin again at the top of the page.
 */
export function giveFocus(...to: readonly (HTMLElement | null | undefined)[]): void {
  const { activeElement } = document;
  const isLost = activeElement === null || activeElement === document.body || activeElement.matches(":disabled");
  if (isLost) to.find((element) => element?.isConnected === true)?.focus({ preventScroll: true });
}

/** The turn of the thread on screen, where it is in view. */
export function turnOnPage(order: number): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-turn="${order}"]`);
}

let wantedThread: string | null = null;

/** The field for a message to this thread is to have the focus once it is there. */
export function wantMessageField(threadId: string): void {
  wantedThread = threadId;
}

/** True once for each time that it was wanted. */
export function takeMessageField(threadId: string): boolean {
  if (wantedThread !== threadId) return false;
  wantedThread = null;
  return true;
}
