import { Suspense, useEffect } from "react";
import { ConnectionBanner } from "./ConnectionBanner";
import { Dots } from "./controls";
import { navigate, useRoute } from "./router";
import { TopicsProvider } from "./topic";
import { home, overview, topicGroups } from "./topics";

const pages = [overview, ...topicGroups.flatMap((group) => group.topics)];

/** Picks the page for the address. An address that names no page leads to the home page. */
export function App() {
  const { topic: path, item } = useRoute();
  const topic = pages.find((candidate) => candidate.path === path);
  useEffect(() => {
    if (topic === undefined) navigate(`/${home.path}`, { replace: true });
  }, [topic]);
  const shown = topic ?? home;
  return (
    <TopicsProvider value={topicGroups}>
      <div className="flex h-dvh flex-col">
        <ConnectionBanner />
        <div className="min-h-0 flex-1">
          <Suspense fallback={<div className="grid h-full place-items-center"><Dots /></div>}>
            <shown.Page topic={shown} item={item} />
          </Suspense>
        </div>
      </div>
    </TopicsProvider>
  );
}
