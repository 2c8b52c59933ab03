import { memo, useMemo } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { CodeBlock } from "./CodeBlock";
import { useHighlighting } from "./highlight";
import { splitBlocks } from "./splitBlocks";

/*
 * A reply is untrusted: it may repeat what a web page or another person told the model. So no raw HTML (react-markdown
 * shows it as text), only the addresses that its default transform lets through (no `javascript:`), links that tell the
 * target nothing about this page, and no pictures: loading one would tell its server what the reply was about. Code is
 * coloured by elements that are made from it, never by HTML text.
 */
const components: Components = {
  a: ({ href, children }) => <a href={href} target="_blank" rel="noopener noreferrer nofollow">{children}</a>,
  img: ({ src, alt }) => <a href={typeof src === "string" ? src : undefined} target="_blank" rel="noopener noreferrer nofollow">{alt === "" || alt === undefined ? "picture" : alt}</a>,
  pre: ({ children }) => <CodeBlock>{children}</CodeBlock>,
};
const plugins = [remarkGfm];

const FENCE = /^ {0,3}(?:```|~~~)/m;
/** Colouring more than this would make the page wait. */
const MAX_COLOURED_CHARS = 30_000;

/** `isOpen`: more of this block is to come; it is coloured when it is whole, not again for each word. */
const Block = memo(function Block({ text, isOpen }: { text: string; isOpen: boolean }) {
  const rehypePlugins = useHighlighting(!isOpen && text.length <= MAX_COLOURED_CHARS && FENCE.test(text));
  return <ReactMarkdown components={components} remarkPlugins={plugins} rehypePlugins={rehypePlugins}>{text}</ReactMarkdown>;
});

/** Markdown, rendered safely. While it grows, only its last block is parsed again. */
export function Markdown({ text, isGrowing }: { text: string; isGrowing: boolean }) {
  const blocks = useMemo(() => (isGrowing ? splitBlocks(text) : [text]), [text, isGrowing]);
  return (
    <div className="prose-reply">
      {blocks.map((block, index) => <Block key={index} text={block} isOpen={isGrowing && index === blocks.length - 1} />)}
    </div>
  );
}
