// @vitest-environment happy-dom
import { act, cleanup, renderHook } from "@testing-library/react";
import { ConvexProvider, ConvexProviderWithAuth, ConvexReactClient, useAction, useConvexAuth, useMutation, usePaginatedQuery, useQueries, useQuery } from "convex/react";
import { createElement, useCallback, useMemo, type ReactNode } from "react";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import WebSocket from "ws";
import { messages, Served } from "./served.ts";

let served: Served;
const clients: ConvexReactClient[] = [];
beforeAll(async () => {
  served = await Served.open();
});
afterEach(async () => {
  cleanup();
  await Promise.all(clients.splice(0).map((client) => client.close()));
});
afterAll(() => served.close());

function connect(): ConvexReactClient {
  // A page has a WebSocket; this one does not.
  const client = new ConvexReactClient(served.url, { webSocketConstructor: WebSocket as never, logger: false, unsavedChangesWarning: false });
  clients.push(client);
  return client;
}

function render<T>(hook: () => T) {
  const client = connect();
  const wrapper = ({ children }: { children: ReactNode }) => createElement(ConvexProvider, { client }, children);
  return { client, ...renderHook(hook, { wrapper }) };
}

test("a component shows nothing yet, then what is there, then each change; one that skips asks nothing", async () => {
  const { client, result } = render(() => [useQuery(messages.list, { channel: "live" }), useQuery(messages.list, "skip")]);
  expect(result.current).toEqual([undefined, undefined]);
  await vi.waitFor(() => expect(result.current).toEqual([[], undefined]), 20_000);
  await act(() => client.mutation(messages.send, { channel: "live", body: "hello" }));
  expect(result.current).toEqual([["HELLO"], undefined]);
});

test("a mutation's promise settles when its effect is on the screen; until then the optimistic one is", async () => {
  const renders: (string[] | undefined)[] = [];
  const { result } = render(() => {
    const shown = useQuery(messages.list, { channel: "optimistic" });
    renders.push(shown);
    const send = useMutation(messages.send);
    return { shown, send: useMemo(() => send.withOptimisticUpdate((store, { body }) => store.setQuery(messages.list, { channel: "optimistic" }, [`${body} …`])), [send]) };
  });
  await vi.waitFor(() => expect(result.current.shown).toEqual([]), 20_000);
  const sent: Promise<string>[] = [];
  act(() => void sent.push(result.current.send({ channel: "optimistic", body: "x" })));
  expect(result.current.shown).toEqual(["x …"]);
  await act(async () => void (await Promise.all(sent)));
  expect(result.current.shown).toEqual(["X"]);
  expect(renders.filter((shown, at) => at === 0 || shown !== renders[at - 1])).toEqual([undefined, [], ["x …"], ["X"]]);
});

test("pages load on demand and stay whole while rows are added", async () => {
  const { client, result } = render(() => usePaginatedQuery(messages.page, { channel: "pages" }, { initialNumItems: 3 }));
  for (const body of ["a", "b", "c", "d", "e"]) await client.mutation(messages.send, { channel: "pages", body });
  const bodies = () => result.current.results.map(({ body }) => body).join("");
  await vi.waitFor(() => expect(bodies()).toContain("EDC"), 20_000);
  act(() => result.current.loadMore(10));
  await vi.waitFor(() => expect([bodies(), result.current.status]).toEqual(["EDCBA", "Exhausted"]), 20_000);
  await act(() => client.mutation(messages.send, { channel: "pages", body: "f" }));
  await vi.waitFor(() => expect(bodies()).toBe("FEDCBA"), 20_000);
});

test("several queries in one hook, an action, and the state of the connection", async () => {
  const { client, result } = render(() => {
    const queries = useMemo(() => ({ one: { query: messages.list, args: { channel: "many" } }, who: { query: messages.whoAmI, args: {} } }), []);
    return { found: useQueries(queries), count: useAction(messages.count) };
  });
  await client.mutation(messages.send, { channel: "many", body: "y" });
  await vi.waitFor(() => expect(result.current.found).toEqual({ one: ["Y"], who: null }), 20_000);
  expect(await result.current.count({ channel: "many" })).toBe(1);
  expect(client.connectionState()).toMatchObject({ isWebSocketConnected: true, hasInflightRequests: false });
});

test("whoever signs in is seen by queries, and signing out undoes it", async () => {
  const client = connect();
  const user = { isAuthenticated: true };
  const useAuth = () => ({
    isLoading: false,
    isAuthenticated: user.isAuthenticated,
    fetchAccessToken: useCallback(async () => served.token("ada"), []),
  });
  // The provider takes its children among its properties.
  const wrapper = (props: { children: ReactNode }) => createElement(ConvexProviderWithAuth, { client, useAuth, ...props });
  const { result, rerender } = renderHook(() => ({ ...useConvexAuth(), who: useQuery(messages.whoAmI, {}) }), { wrapper });
  expect(result.current).toMatchObject({ isLoading: true, isAuthenticated: false });
  await vi.waitFor(() => expect(result.current).toMatchObject({ isLoading: false, isAuthenticated: true, who: "ada" }), 20_000);
  user.isAuthenticated = false;
  rerender();
  await vi.waitFor(() => expect(result.current).toMatchObject({ isAuthenticated: false, who: null }), 20_000);
});
