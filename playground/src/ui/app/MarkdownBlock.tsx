import { memo } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";

/*
 * A message is untrusted: it may repeat what a web page or another person told the model. So no raw HTML (react-markdown
 * shows it as text), only the addresses that its default transform lets through (no `javascript:`), links that tell the
 * target nothing about this page, and no pictures: loading one would tell its server what is looked at here.
 */
const components: Components = {
  a: ({ href, children }) => <a href={href} target="_blank" rel="noopener noreferrer nofollow">{children}</a>,
  img: ({ src, alt }) => <a href={typeof src === "string" ? src : undefined} target="_blank" rel="noopener noreferrer nofollow">{alt === "" || alt === undefined ? "picture" : alt}</a>,
  pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
  // A heading in a message is none of the page's.
  h1: ({ children }) => <p className="text-lg font-semibold">{children}</p>,
  h2: ({ children }) => <p className="text-base font-semibold">{children}</p>,
  h3: ({ children }) => <p className="font-semibold">{children}</p>,
  h4: ({ children }) => <p className="font-semibold">{children}</p>,
  h5: ({ children }) => <p className="font-semibold">{children}</p>,
  h6: ({ children }) => <p className="font-semibold">{children}</p>,
};
const plugins = [remarkGfm];

/** One block of Markdown, rendered so that it can do nothing. */
export const MarkdownBlock = memo(function MarkdownBlock({ text }: { text: string }) {
  return <ReactMarkdown components={components} remarkPlugins={plugins}>{text}</ReactMarkdown>;
});
