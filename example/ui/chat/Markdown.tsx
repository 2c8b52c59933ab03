import { Fragment, memo, useMemo } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { AsWritten } from "./AsWritten";
import { CodeBlock } from "./CodeBlock";
import { growingText } from "./growingText";
import { useHighlighting } from "./highlight";
import { replyTree } from "./replyTree";
import { splitBlocks } from "./splitBlocks";
import { steadyText } from "./steadyText";

/*
 * A reply is untrusted: it may repeat what a web page or another person told the model. So no raw HTML (react-markdown
 * shows it as text), no address but those of other sites, and no pictures: see replyTree. Code is coloured by elements that
 * are made from it, never by HTML text.
 */
const components: Components = {
  pre: ({ children }) => <CodeBlock>{children}</CodeBlock>,
};
const plugins = [remarkGfm];

const FENCE = /^ {0,3}(?:```|~~~)/m;
/** Colouring more than this would make the page wait. */
const MAX_COLOURED_CHARS = 30_000;

/** `isOpen`: more of this block is to come; it is made to read as what it becomes, and coloured when it is whole, not again for each word. */
const Block = memo(function Block({ text, isOpen }: { text: string; isOpen: boolean }) {
  const colouring = useHighlighting(!isOpen && text.length <= MAX_COLOURED_CHARS && FENCE.test(text));
  const rehypePlugins = useMemo(() => [...colouring, replyTree, steadyText], [colouring]);
  return (
    <AsWritten text={text}>
      <ReactMarkdown components={components} remarkPlugins={plugins} rehypePlugins={rehypePlugins}>{isOpen ? growingText(text) : text}</ReactMarkdown>
    </AsWritten>
  );
});

/** What a block may refer to from another one: the target of a link, a footnote. */
const DEFINITION = /^ {0,3}\[[^\]\n]+\]:/m;

/**
 * Markdown, rendered safely. While it grows, only its last block is parsed again; when it is whole the blocks stay as they
 * are, with what is selected in them, unless one of them refers to another.
 */
export function Markdown({ text, isGrowing }: { text: string; isGrowing: boolean }) {
  const blocks = useMemo(() => (isGrowing || !DEFINITION.test(text) ? splitBlocks(text) : [text]), [text, isGrowing]);
  return (
    <div className="prose-reply">
      {blocks.map((block, index) => <Fragment key={index}>{index > 0 && "\n"}<Block text={block} isOpen={isGrowing && index === blocks.length - 1} /></Fragment>)}
    </div>
  );
}
