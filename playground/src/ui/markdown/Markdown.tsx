import { memo, Suspense, useMemo } from "react";
import { lazyPart } from "../app/lazyPart";
import { AsWritten } from "./AsWritten";
import { splitBlocks } from "./splitBlocks";

const Block = lazyPart(async () => (await import("./MarkdownBlock")).MarkdownBlock);

/** Markdown of a message, which is untrusted: see MarkdownBlock. While it grows, only its last block is parsed again. */
export const Markdown = memo(function Markdown({ text, isGrowing = false }: { text: string; isGrowing?: boolean }) {
  const blocks = useMemo(() => (isGrowing ? splitBlocks(text) : [text]), [text, isGrowing]);
  return (
    <div className="prose-reply">
      <AsWritten text={text}>
        <Suspense fallback={<p className="whitespace-pre-wrap">{text}</p>}>{blocks.map((block, index) => <Block key={index} text={block} />)}</Suspense>
      </AsWritten>
    </div>
  );
});
