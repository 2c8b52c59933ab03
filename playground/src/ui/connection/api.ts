import { useAction, useMutation, usePaginatedQuery, useQueries, useQuery, type PaginatedQueryReference, type RequestForQueries, type UsePaginatedQueryResult } from "convex/react";
import { anyApi, type FunctionArgs, type FunctionReference, type FunctionReturnType } from "convex/server";
import type { Value } from "convex/values";
import type { AgentDescription, PlaygroundAPI } from "convex-agent";
import { createContext, useCallback, useContext, useMemo } from "react";
import { missingFunction } from "../app/errors";
import { useLocation } from "../app/location";

/** Where the playground's functions are, and the key that they ask for. */
export interface Connection {
  /** The deployment: `https://….convex.cloud` or `http://127.0.0.1:3210`. */
  readonly url: string;
  /** The module that exports the functions: `playground` for `convex/playground.ts`, `foo/bar` for `convex/foo/bar.ts`. */
  readonly apiPath: string;
  readonly apiKey: string;
  /** The key may look and change nothing. */
  readonly isReadOnly: boolean;
}

type Named<Type extends "query" | "mutation" | "action"> = {
  [Name in keyof PlaygroundAPI]: PlaygroundAPI[Name] extends FunctionReference<Type> ? Name : never;
}[keyof PlaygroundAPI];

/** The names of the playground's functions, by kind. */
export type QueryName = Named<"query">;
export type MutationName = Named<"mutation">;
export type ActionName = Named<"action">;
export type PaginatedQueryName = { [Name in QueryName]: PlaygroundAPI[Name] extends PaginatedQueryReference ? Name : never }[QueryName];

type OmitEach<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;
/** What a function takes beside the key. */
export type ArgsOf<Name extends keyof PlaygroundAPI> = OmitEach<FunctionArgs<PlaygroundAPI[Name]>, "apiKey">;
/** What a function returns. */
export type ResultOf<Name extends keyof PlaygroundAPI> = FunctionReturnType<PlaygroundAPI[Name]>;

const ConnectionContext = createContext<Connection | null>(null);
export const ConnectionProvider = ConnectionContext.Provider;

/** The connection that all of the screen stands on. */
export function useConnection(): Connection {
  const connection = useContext(ConnectionContext);
  if (connection === null) throw new Error("Invariant: the playground's hooks work below <ConnectionProvider>");
  return connection;
}

/** A function of the app by its name, `<apiPath>:<name>`. */
export function functionNamed<Name extends keyof PlaygroundAPI>(apiPath: string, name: Name): PlaygroundAPI[Name] {
  const path: string[] = [...apiPath.split("/"), name];
  let module: unknown = anyApi;
  // anyApi gives an object for whatever name is asked for; its last level is a function reference.
  for (const part of path) module = (module as Record<string, unknown>)[part];
  // What the app exports there is what definePlaygroundAPI made; an app that exports something else is told so by the server.
  return module as PlaygroundAPI[Name];
}

/** A function of the app, the same object for as long as the connection stands. */
export function usePlaygroundFunction<Name extends keyof PlaygroundAPI>(name: Name): PlaygroundAPI[Name] {
  const { apiPath } = useConnection();
  return useMemo(() => functionNamed(apiPath, name), [apiPath, name]);
}

/**
 * What a query of the playground's API returns, live; undefined until it is here.
 *
 * @throws During render, what the query threw: the nearest `ErrorBoundary` says it.
 * @example const thread = usePlaygroundQuery("getThread", { threadId });
 */
export function usePlaygroundQuery<Name extends QueryName>(name: Name, args: ArgsOf<Name> | "skip"): ResultOf<Name> | undefined {
  const { apiKey } = useConnection();
  const query: FunctionReference<"query"> = usePlaygroundFunction(name);
  // The result is that of the function of this name.
  return useQuery(query, args === "skip" ? "skip" : { ...args, apiKey }) as ResultOf<Name> | undefined;
}

/** "loading": also as long as it is skipped. "missing": the app exports no such function, as one that exports only those that its documentation names. */
export type Optional<Result> = { kind: "loading" } | { kind: "missing" } | { kind: "value"; value: Result };

/**
 * As {@link usePlaygroundQuery}, for what the screen can do without.
 *
 * @throws During render, what the query threw, other than that there is none.
 */
export function useOptionalQuery<Name extends QueryName>(name: Name, args: ArgsOf<Name> | "skip"): Optional<ResultOf<Name>> {
  const { apiKey } = useConnection();
  const query: FunctionReference<"query"> = usePlaygroundFunction(name);
  const argsJson = args === "skip" ? null : JSON.stringify({ ...args, apiKey });
  // Arguments of queries are JSON here; the same text is the same query.
  const queries = useMemo((): RequestForQueries => (argsJson === null ? {} : { one: { query, args: JSON.parse(argsJson) as Record<string, Value> } }), [query, argsJson]);
  const { one }: { one?: unknown } = useQueries(queries);
  if (one === undefined) return { kind: "loading" };
  // The result is that of the function of this name.
  if (!(one instanceof Error)) return { kind: "value", value: one as ResultOf<Name> };
  if (missingFunction(one.message) === null) throw one;
  return { kind: "missing" };
}

/**
 * A query of the playground's API that lists by page, live, as Convex's `usePaginatedQuery`.
 *
 * @throws During render, what the query threw.
 * @example const { results, status, loadMore } = usePlaygroundPaginatedQuery("listThreads", { userId }, { initialNumItems: 50 });
 */
export function usePlaygroundPaginatedQuery<Name extends PaginatedQueryName>(
  name: Name,
  args: OmitEach<ArgsOf<Name>, "paginationOpts"> | "skip",
  options: { initialNumItems: number },
): UsePaginatedQueryResult<ResultOf<Name>["page"][number]> {
  const { apiKey } = useConnection();
  const query: PaginatedQueryReference = usePlaygroundFunction(name);
  return usePaginatedQuery(query, args === "skip" ? "skip" : { ...args, apiKey }, options);
}

/**
 * Calls a mutation of the playground's API; keeps its identity.
 *
 * @example const rename = usePlaygroundMutation("updateThread"); await rename({ threadId, patch: { title } });
 */
export function usePlaygroundMutation<Name extends MutationName>(name: Name): (args: ArgsOf<Name>) => Promise<ResultOf<Name>> {
  const { apiKey } = useConnection();
  const mutation: FunctionReference<"mutation"> = usePlaygroundFunction(name);
  const run = useMutation(mutation);
  return useCallback((args: ArgsOf<Name>): Promise<ResultOf<Name>> => run({ ...args, apiKey }), [run, apiKey]);
}

/**
 * Calls an action of the playground's API; keeps its identity.
 *
 * @example const send = usePlaygroundAction("streamText"); await send({ threadId, agentName, prompt });
 */
export function usePlaygroundAction<Name extends ActionName>(name: Name): (args: ArgsOf<Name>) => Promise<ResultOf<Name>> {
  const { apiKey } = useConnection();
  const action: FunctionReference<"action"> = usePlaygroundFunction(name);
  const run = useAction(action);
  return useCallback((args: ArgsOf<Name>): Promise<ResultOf<Name>> => run({ ...args, apiKey }), [run, apiKey]);
}

export interface PlaygroundState {
  readonly connection: Connection;
  /** The key may look and change nothing: controls that change something are disabled, and say why. */
  readonly isReadOnly: boolean;
  /** The agents for the user and the thread on screen; undefined until they are here. */
  readonly agents: readonly AgentDescription[] | undefined;
}

/** What every panel needs to know of the app that is looked at. */
export function usePlayground(): PlaygroundState {
  const connection = useConnection();
  const { userId, threadId } = useLocation();
  const agents = usePlaygroundQuery("listAgents", { userId, threadId });
  return { connection, isReadOnly: connection.isReadOnly, agents };
}
