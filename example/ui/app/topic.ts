import type { LucideIcon } from "lucide-react";
import { createContext, useContext, type ComponentType } from "react";

/** One page of the example: a topic of the documentation, shown working. */
export interface Topic {
  /** First part of its address. */
  path: string;
  title: string;
  /** One sentence: what the page shows. */
  summary: string;
  /** The files to read, from the root of the repository. */
  sources: readonly string[];
  icon: LucideIcon;
  /** Fetches its code. */
  load: () => Promise<ComponentType<PageProps>>;
}

/** What every page is given: `item` is the second part of the address. */
export interface PageProps {
  topic: Topic;
  item: string | undefined;
}

/** Topics that stand together in the menu. */
export interface TopicGroup {
  title: string;
  topics: readonly Topic[];
}

const TopicsContext = createContext<readonly TopicGroup[]>([]);
export const TopicsProvider = TopicsContext.Provider;

/** All topics, in the order of the menu. */
export function useTopicGroups(): readonly TopicGroup[] {
  return useContext(TopicsContext);
}
