interface TextNode {
  type: "text";
  value: string;
}
interface Parent {
  children: (TextNode | Parent | { type: string })[];
}

/** A piece of text has about so many characters. */
const PIECE_CHARS = 24;

/**
 * Cuts text into pieces that stay as they are while more is added to the end. Each is a text node of its own on the page:
 * one that grew would be written anew for every word, and whatever a reader has selected in it would be lost.
 */
export function cutSteadily(text: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  for (const { index } of text.matchAll(/\s(?=\S)/g)) {
    if (index + 1 - start < PIECE_CHARS) continue;
    pieces.push(text.slice(start, index + 1));
    start = index + 1;
  }
  pieces.push(text.slice(start));
  return pieces;
}

/** A plugin for the tree that Markdown becomes. */
export function steadyText(): (tree: Parent) => void {
  return cutWithin;
}

function cutWithin(parent: Parent): void {
  parent.children = parent.children.flatMap((child) => {
    if ("value" in child && child.type === "text") return cutSteadily(child.value).map((value) => ({ type: "text" as const, value }));
    if ("children" in child) cutWithin(child);
    return [child];
  });
}
