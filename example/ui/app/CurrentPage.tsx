import { CloudOff } from "lucide-react";
import { useState, type ComponentType } from "react";
import { Button, Dots } from "./controls";
import { usePageCode } from "./pageCode";
import type { PageProps } from "./topic";

interface Shown extends PageProps {
  readonly Page: ComponentType<PageProps> | undefined;
}

/**
 * The page of a topic. The page before it stays until its code is here. (With `lazy` and `Suspense` something empty
 * would be seen between them, and for 300 ms at least: React lets nobody see a fallback for less.)
 */
export function CurrentPage({ topic, item }: PageProps) {
  const code = usePageCode(topic);
  const Page = code === "failed" ? undefined : code;
  const [shown, setShown] = useState<Shown>({ topic, item, Page });
  if (Page !== undefined && (shown.Page !== Page || shown.item !== item)) setShown({ topic, item, Page });
  if (code === "failed") return <NotFetched title={topic.title} />;
  if (shown.Page === undefined) return <div role="status" className="grid h-full place-items-center"><Dots /><span className="sr-only">Loading the page</span></div>;
  return <shown.Page topic={shown.topic} item={shown.item} />;
}

/** A browser does not fetch the same code twice in the life of a document, so it is the document that tries again. */
function NotFetched({ title }: { title: string }) {
  return (
    <main className="grid h-full place-items-center p-6">
      <div role="alert" className="max-w-md text-center">
        <CloudOff size={28} aria-hidden className="mx-auto text-muted" />
        <h1 className="mt-4 text-lg font-semibold">{title}</h1>
        <p className="mt-2 text-muted">This page could not be fetched. The server of the page may be gone, or have a newer version of it.</p>
        <div className="mt-5 flex justify-center gap-2">
          <Button onClick={() => window.history.back()}>Back</Button>
          <Button look="primary" onClick={() => window.location.reload()}>Reload</Button>
        </div>
      </div>
    </main>
  );
}
