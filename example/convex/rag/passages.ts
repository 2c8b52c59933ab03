/** A heading alone says little: paragraphs are joined until a passage has about this many characters. */
const MIN_CHARS = 80;
const MAX_CHARS = 1_000;

/** Cuts a text into passages, at its blank lines where that is possible. An answer's source is then a paragraph, not a page. */
export function passagesOf(text: string): string[] {
  const passages: string[] = [];
  let current = "";
  for (const paragraph of text.split(/\n\s*\n/).map((part) => part.trim()).filter((part) => part !== "")) {
    current = current === "" ? paragraph : `${current}\n\n${paragraph}`;
    if (current.length < MIN_CHARS) continue;
    passages.push(current);
    current = "";
  }
  if (current !== "") passages.push(current);
  return passages.flatMap((passage) => passage.match(new RegExp(`[^]{1,${MAX_CHARS}}`, "gu")) ?? []);
}
