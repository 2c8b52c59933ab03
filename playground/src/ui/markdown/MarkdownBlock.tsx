import { memo } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { messageTree } from "./messageTree";

const components: Components = { pre: ({ children }) => <pre tabIndex={0}>{children}</pre> };
const remarkPlugins = [remarkGfm];
const rehypePlugins = [messageTree];

/**
 * One block of Markdown, rendered so that it can do nothing: it may repeat what a web page or another person told the model.
 * Raw HTML is shown as text; for links and pictures see messageTree.
 */
export const MarkdownBlock = memo(function MarkdownBlock({ text }: { text: string }) {
  return <ReactMarkdown components={components} remarkPlugins={remarkPlugins} rehypePlugins={rehypePlugins}>{text}</ReactMarkdown>;
});
