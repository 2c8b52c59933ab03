import type { Element, ElementContent, Root } from "hast";

const HEADING = /^h[1-6]$/;
/** The only addresses that a message may link to: what follows a # is a place of this page. */
const OUTSIDE = /^(?:https?|mailto):/i;
const LARGE: Record<string, string> = { h1: "text-lg", h2: "text-base" };

/**
 * A plugin for the tree that a message's Markdown becomes. A message is untrusted: its links lead to other sites, which
 * learn nothing of this page, and its pictures are links, for loading one would tell its server what is looked at here. Its
 * headings are none of the page's, and what a screen reader would announce without a name gets one.
 */
export function messageTree(): (tree: Root) => void {
  return (tree) => { tree.children = tree.children.flatMap((child): Root["children"] => (child.type === "element" ? rewrite(child, false) : [child])); };
}

function rewrite(element: Element, isInLink: boolean): ElementContent[] {
  const { tagName, properties } = element;
  if ("dataFootnoteBackref" in properties) return [];
  const children = element.children.flatMap((child) => (child.type === "element" ? rewrite(child, isInLink || tagName === "a") : [child]));
  if (HEADING.test(tagName)) return [{ type: "element", tagName: "p", properties: { className: ["font-semibold", LARGE[tagName] ?? ""] }, children }];
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
