import type { ComponentType } from "react";
import type { PageProps, Topic } from "./topic";

const loaded = new Map<Topic, ComponentType<PageProps>>();

/** Fetches the code of a page, so that it is there at once when it is asked for. */
export async function loadPage(topic: Topic): Promise<void> {
  loaded.set(topic, await topic.load());
}

/** The code of a page, if it is here. */
export function loadedPage(topic: Topic): ComponentType<PageProps> | undefined {
  return loaded.get(topic);
}
