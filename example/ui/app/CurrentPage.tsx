import { useEffect, useState, type ComponentType } from "react";
import { Dots } from "./controls";
import { loadedPage, loadPage } from "./pageCode";
import type { PageProps, Topic } from "./topic";

interface Shown extends PageProps {
  readonly Page: ComponentType<PageProps> | undefined;
}

/**
 * The page of a topic. The page before it stays until its code is here. (With `lazy` and `Suspense` something empty
 * would be seen between them, and for 300 ms at least: React lets nobody see a fallback for less.)
 */
export function CurrentPage({ topic, item }: PageProps) {
  const Page = loadedPage(topic);
  const [shown, setShown] = useState<Shown>({ topic, item, Page });
  const [arrival, setArrival] = useState<{ topic: Topic; failure?: unknown } | null>(null);
  useEffect(() => {
    if (loadedPage(topic) !== undefined) return;
    let isWanted = true;
    const arrive = (failure?: unknown) => { if (isWanted) setArrival({ topic, failure }); };
    loadPage(topic).then(() => arrive(), arrive);
    return () => { isWanted = false; };
  }, [topic]);
  if (arrival?.topic === topic && arrival.failure !== undefined) throw arrival.failure;
  if (Page !== undefined && (shown.Page !== Page || shown.item !== item)) setShown({ topic, item, Page });
  if (shown.Page === undefined) return <div role="status" className="grid h-full place-items-center"><Dots /><span className="sr-only">Loading the page</span></div>;
  return <shown.Page topic={shown.topic} item={shown.item} />;
}
