"use client";
import { useConvex, type ConvexReactClient } from "convex/react";
import { getFunctionName, type FunctionReference } from "convex/server";
import type { Value } from "convex/values";
import { useState, useSyncExternalStore } from "react";
import type { QueryArgs, QuerySource } from "./store/queryGroup.js";
import { isEqual } from "./store/shareUnchanged.js";

/** What a hook needs of a store. */
interface Store<Snapshot> {
  readonly subscribe: (listener: () => void) => () => void;
  readonly getSnapshot: () => Snapshot;
}

/**
 * Keeps one store for as long as the client, the query and the identity of its arguments stay the same, and renders
 * with its snapshot. A new identity starts a new store in the same render: no frame shows the old thread's messages.
 */
export function useStore<Snapshot, S extends Store<Snapshot>>(
  query: FunctionReference<"query">,
  identity: unknown,
  make: (source: QuerySource) => S & Store<Snapshot>,
): { store: S; snapshot: Snapshot } {
  const client = mustHaveClient(useConvex());
  // Each access of `api.x.y` makes a new reference; its name is what stays.
  const name = getFunctionName(query);
  const create = () => {
    // The client only asks that arguments are an object of Convex values.
    const watch = (args: QueryArgs) => client.watchQuery(query, args as Record<string, Value>);
    return { client, name, identity, store: make({ watch }) };
  };
  const [kept, setKept] = useState(create);
  let current = kept;
  if (kept.client !== client || kept.name !== name || !isEqual(kept.identity, identity)) {
    current = create();
    setKept(current);
  }
  const { store } = current;
  const snapshot = useSyncExternalStore(store.subscribe, store.getSnapshot, store.getSnapshot);
  return { store, snapshot };
}

/** Convex's own hook gives undefined outside a provider, though its type does not say so. */
function mustHaveClient(client: ConvexReactClient | undefined): ConvexReactClient {
  if (client !== undefined) return client;
  throw new Error("There is no Convex client here: render the hooks of convex-agent/react inside a <ConvexProvider>.");
}

/** The arguments without those whose value is undefined: they do not travel, and do not make two calls differ. */
export function definedArgs(args: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
}
