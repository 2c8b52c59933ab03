/** The longest prompt this app takes, in UTF-16 units (what `string.length` counts). */
export const MAX_PROMPT_CHARS = 8_000;

/** A lone surrogate: half of a character, which no UTF-8 text can hold. Matches no whole emoji. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** What is wrong with a prompt, in words for the person who wrote it; null: nothing. The page asks before it sends. */
export function promptProblem(prompt: string): string | null {
  if (prompt.trim() === "") return "Write a message first.";
  if (prompt.length > MAX_PROMPT_CHARS) {
    return `This message has ${prompt.length.toLocaleString("en")} characters; ${MAX_PROMPT_CHARS.toLocaleString("en")} is the most. Shorten it, or send it in parts.`;
  }
  if (LONE_SURROGATE.test(prompt)) {
    return "This message has a broken character in it (half of an emoji). Delete it and send again.";
  }
  return null;
}
