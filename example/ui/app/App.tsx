import { useEffect } from "react";
import { ConnectionBanner } from "./ConnectionBanner";
import { CurrentPage } from "./CurrentPage";
import { navigate, useRoute } from "./router";
import { TopicsProvider } from "./topic";
import { findTopic, home, topicGroups } from "./topics";

/** Picks the page for the address. An address that names no page leads to the home page. */
export function App() {
  const { topic: path, item } = useRoute();
  const topic = findTopic(path);
  useEffect(() => {
    if (topic === undefined) navigate(`/${home.path}`, { replace: true });
  }, [topic]);
  const shown = topic ?? home;
  return (
    <TopicsProvider value={topicGroups}>
      <div className="flex h-dvh flex-col">
        <ConnectionBanner />
        <div className="min-h-0 flex-1">
          <CurrentPage topic={shown} item={item} />
        </div>
      </div>
    </TopicsProvider>
  );
}
