/** An item of a list, also one that has only begun: it may belong to the list above. */
const ITEM = /^(?:[-*+]|\d+[.)])(?:\s|$)|^\d+$/;
const FENCE = /^ {0,3}(```+|~~~+)/;

/**
 * Cuts Markdown at blank lines between blocks, never within a code fence or before an indented line (which may belong
 * to a list item). The blocks together are the text; only the last one can still change when text is added.
 */
export function splitBlocks(text: string): string[] {
  const blocks: string[] = [];
  let block = "";
  let fence: string | null = null;
  let afterBlank = false;
  for (const line of text.split(/(?<=\n)/)) {
    const startsBlock: boolean = afterBlank && fence === null && /^\S/.test(line) && !ITEM.test(line);
    if (startsBlock && block !== "") {
      blocks.push(block);
      block = "";
    }
    const mark = FENCE.exec(line)?.[1] ?? null;
    if (mark !== null) fence = fence === null ? mark : mark.startsWith(fence) ? null : fence;
    afterBlank = line.trim() === "";
    block += line;
  }
  if (block !== "") blocks.push(block);
  return blocks;
}
