import type { Element, ElementContent, Root } from "hast";

const HEADING = /^h[1-6]$/;
/** The only addresses that a reply may link to. */
const OUTSIDE = /^(?:https?|mailto):/i;

/**
 * A plugin for the tree that a reply's Markdown becomes. A reply is untrusted: its links lead to other sites, which learn
 * nothing of this page, and its pictures are links, for loading one would tell its server what the reply was about. What a
 * screen reader would announce without a name gets one, or goes.
 */
export function replyTree(): (tree: Root) => void {
  return (tree) => { tree.children = tree.children.flatMap((child): Root["children"] => (child.type === "element" ? rewrite(child, false) : [child])); };
}

function rewrite(element: Element, isInLink: boolean): ElementContent[] {
  const { tagName, properties } = element;
  // The way back from a footnote is no link here: two replies on a page may have the same ones.
  if ("dataFootnoteBackref" in properties) return [];
  const children = element.children.flatMap((child) => (child.type === "element" ? rewrite(child, isInLink || tagName === "a") : [child]));
  if (HEADING.test(tagName) && !children.some(hasWords)) return [];
  switch (tagName) {
    case "a": return [linkTo(properties.href, children)];
    case "img": {
      const name: ElementContent = { type: "text", value: typeof properties.alt === "string" && properties.alt.trim() !== "" ? properties.alt : "picture" };
      return [isInLink ? name : linkTo(properties.src, [name])];
    }
    case "input": return [{ ...element, properties: { ...properties, ariaLabel: properties.checked === true ? "done" : "to do" } }];
    case "th": return [{ ...element, tagName: children.some(hasWords) ? "th" : "td", children }];
    default: return [{ ...element, children }];
  }
}

function linkTo(href: unknown, children: ElementContent[]): Element {
  if (typeof href !== "string" || !OUTSIDE.test(href)) return { type: "element", tagName: "span", properties: {}, children };
  const words: ElementContent[] = children.some(hasWords) ? children : [{ type: "text", value: href }];
  return { type: "element", tagName: "a", properties: { href, target: "_blank", rel: ["noopener", "noreferrer", "nofollow"] }, children: words };
}

function hasWords(node: ElementContent): boolean {
  return node.type === "element" ? node.children.some(hasWords) : node.value.trim() !== "";
}
