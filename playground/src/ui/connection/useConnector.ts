import { ConvexReactClient } from "convex/react";
import { useSyncExternalStore } from "react";
import { nameInLinks } from "../app/location";
import { checkTarget } from "./check";
import { Connector, type Connecting } from "./connector";
import { forgetKey, knownTarget, rememberTarget } from "./known";

/** The page's connection: where it is, and what changes it. */
export function useConnector(): { state: Connecting<ConvexReactClient>; connector: Connector<ConvexReactClient> } {
  const connector = theConnector();
  return { state: useSyncExternalStore(connector.subscribe, connector.getSnapshot), connector };
}

let made: Connector<ConvexReactClient> | undefined;

/** The page has one, however often it is rendered: it reads and tidies the address. */
function theConnector(): Connector<ConvexReactClient> {
  made ??= makeConnector();
  return made;
}

function makeConnector(): Connector<ConvexReactClient> {
  const { isServed, ...known } = knownTarget();
  return new Connector({
    known,
    check: (target) => checkTarget(target, (url, init) => fetch(url, init)),
    remember: rememberTarget,
    forget: forgetKey,
    open: ({ url, apiPath }) => {
      nameInLinks(isServed && url === known.url ? null : { url, apiPath });
      return new ConvexReactClient(url, { unsavedChangesWarning: false, skipConvexDeploymentUrlCheck: true });
    },
    // What it waits for is of no use any more.
    close: (client) => void client.close(),
    later: (run, delayMs) => {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  });
}
