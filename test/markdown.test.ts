import fc from "fast-check";
import { createElement, type FunctionComponent } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { Markdown as ExampleMarkdown } from "../example/ui/chat/Markdown";
import { splitBlocks as exampleBlocks } from "../example/ui/chat/splitBlocks";
import { MarkdownBlock } from "../playground/src/ui/markdown/MarkdownBlock";
import { splitBlocks as playgroundBlocks } from "../playground/src/ui/markdown/splitBlocks";

const pages: [string, FunctionComponent<{ text: string; isGrowing: boolean }>][] = [["example", ExampleMarkdown], ["playground", MarkdownBlock]];

const anyMarkdown = fc.array(
  fc.constantFrom("word", " ", "a.", "1990", "\n", "\n\n", "# ", "## ", "###### ", "- ", "* ", "1. ", "> ", "- [ ] ", "- [x] ", "**", "*", "_", "~~", "`", "```\n", "[", "](", ")", "![", "https://example.com", "javascript:alert(1)", "#here", "|", "| a | |\n| - | - |\n", "---", "=", "[^1]", "[^1]: note\n", "<b>", "&nbsp;", "\\"),
  { maxLength: 14 },
).map((pieces) => pieces.join(""));

function renderWith(Markdown: (typeof pages)[number][1]) {
  return (text: string, isGrowing: boolean) => renderToStaticMarkup(createElement(Markdown, { text, isGrowing }));
}

describe.each(pages)("Markdown of the %s", (_, Markdown) => {
  const render = renderWith(Markdown);

  test("nothing that a screen reader announces is without a name, at any moment of a reply", () => {
    fc.assert(fc.property(anyMarkdown, fc.boolean(), (text, isGrowing) => {
      const html = render(text, isGrowing);
      for (const [element, , content] of html.matchAll(/<(h[1-6]|a|th)\b[^>]*>(.*?)<\/\1>/gs)) {
        expect(content?.replace(/<[^>]*>/g, "").replaceAll("&nbsp;", " ").trim() !== "", `${element} of ${JSON.stringify(text)}`).toBe(true);
      }
      for (const [box] of html.matchAll(/<input\b[^>]*>/g)) expect(box).toContain("aria-label=");
    }), { numRuns: 400, examples: [["Found:\n\n## ", true], ["## ", false], ["[](https://example.com)", false], ["- [ ] word", false], ["| a | |\n| - | - |\n", false]] });
  });

  test("a link leads to another site or it is no link", () => {
    fc.assert(fc.property(anyMarkdown, fc.boolean(), (text, isGrowing) => {
      for (const [, href] of render(text, isGrowing).matchAll(/<a\b[^>]*?href="([^"]*)"/g)) expect(href).toMatch(/^https:\/\/example\.com/);
    }), { numRuns: 300, examples: [["[word](javascript:alert(1))", false], ["[word](#here)", false], ["word[^1]\n\n[^1]: note\n", false]] });
  });

});

describe("a reply of the example", () => {
  const render = renderWith(ExampleMarkdown);

  test("what has begun is shown as what it becomes", () => {
    expect(render("Some **bold", true)).toContain("<strong>bold</strong>");
    expect(render("See [the guide](https://exam", true)).toContain("See the guide</p>");
    expect(render("A picture: ![of it](https://exam", true)).not.toMatch(/!\[|<a/);
    for (const mark of ["-", "--", "="]) expect(render(`The first line\n${mark}`, true)).toContain("<p>The first line");
    for (const mark of ["## ", "- ", "1. ", "> ", "- [ ] ", "> - "]) expect(render(`Before\n\n${mark}`, true).replace(/<[^>]*>/g, "").trim()).toBe("Before");
    expect(render("Before\n\n```js\nconst a = 2 **b", true)).toContain("const a = 2 **b\n</code>");
  });

  test("what has ended is shown as it was written", () => {
    expect(render("Some **bold", false)).toContain("Some **bold");
    expect(render("See [the guide](https://exam", false)).toContain("See [the guide](");
    expect(render("3.", false)).toContain('<ol start="3">');
    expect(render("The first line\n-", false)).toContain("<h2>The first line</h2>");
  });
});

describe.each([["example", exampleBlocks], ["playground", playgroundBlocks]])("blocks of the %s", (_, splitBlocks) => {
  test("together they are the text, and only the last one changes when text is added", () => {
    fc.assert(fc.property(anyMarkdown, fc.array(fc.constantFrom("a", " ", "\n", "1", ".", "*", "-", "`", "~"), { maxLength: 20 }), (text, more) => {
      let grown = text;
      for (const character of more) {
        const before = splitBlocks(grown);
        expect(before.join("")).toBe(grown);
        grown += character;
        expect(splitBlocks(grown).slice(0, Math.max(0, before.length - 1))).toEqual(before.slice(0, -1));
      }
    }), { numRuns: 300 });
  });
});
