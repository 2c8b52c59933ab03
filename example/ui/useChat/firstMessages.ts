/** Messages that a conversation begins with: written before it had an id, sent as soon as its page is there. */
const waiting = new Map<string, string>();

export function keepFirst(threadId: string, prompt: string): void {
  waiting.set(threadId, prompt);
}

export function firstOf(threadId: string): string | undefined {
  return waiting.get(threadId);
}

/** Gives it once. */
export function takeFirst(threadId: string): string | undefined {
  const prompt = waiting.get(threadId);
  waiting.delete(threadId);
  return prompt;
}
