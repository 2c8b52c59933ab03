import { ConvexReactClient } from "convex/react";
import { useState, useSyncExternalStore } from "react";
import { checkTarget } from "./check";
import { Connector, type Connecting } from "./connector";
import { forgetKey, knownTarget, rememberTarget } from "./known";

/** The page's connection: where it is, and what changes it. */
export function useConnector(): { state: Connecting<ConvexReactClient>; connector: Connector<ConvexReactClient> } {
  const [connector] = useState(makeConnector);
  return { state: useSyncExternalStore(connector.subscribe, connector.getSnapshot), connector };
}

function makeConnector(): Connector<ConvexReactClient> {
  return new Connector({
    known: knownTarget(),
    check: (target) => checkTarget(target, (url, init) => fetch(url, init)),
    remember: rememberTarget,
    forget: forgetKey,
    open: (url) => new ConvexReactClient(url, { unsavedChangesWarning: false, skipConvexDeploymentUrlCheck: true }),
    // What it waits for is of no use any more.
    close: (client) => void client.close(),
  });
}
