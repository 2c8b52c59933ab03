import { BaseConvexClient, ConvexClient, ConvexHttpClient, type OptimisticLocalStore } from "convex/browser";
import { ConvexError } from "convex/values";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { follow } from "../support/follow.ts";
import { messages, Served } from "./served.ts";

let served: Served;
const clients: { close(): Promise<unknown> }[] = [];
beforeAll(async () => {
  served = await Served.open();
});
afterEach(async () => void (await Promise.all(clients.splice(0).map((client) => client.close()))));
afterAll(() => served.close());

const QUIET = { logger: false, unsavedChangesWarning: false } as const;
function connect(options: object = {}): ConvexClient {
  const client = new ConvexClient(served.url, { ...QUIET, ...options });
  clients.push(client);
  return client;
}

/** Shows a message before the server has it. */
function showAtOnce(store: OptimisticLocalStore, { channel, body }: { channel: string; body: string }): void {
  const shown = store.getQuery(messages.list, { channel });
  if (shown !== undefined) store.setQuery(messages.list, { channel }, [...shown, `${body} …`]);
}

describe("ConvexClient", () => {
  test("an optimistic update is shown at once and replaced by the stored row, without a moment in which neither is there", async () => {
    const client = connect();
    const shown = follow(client, messages.list, { channel: "optimistic" });
    await shown.until(({ length }) => length === 0);
    for (const body of ["a", "b"]) await client.mutation(messages.send, { channel: "optimistic", body }, { optimisticUpdate: showAtOnce });
    expect(shown.values).toEqual([[], ["a …"], ["A"], ["A", "b …"], ["A", "B"]]);
  });

  test("an optimistic update of a mutation that fails is taken back, and the failure has its data", async () => {
    const client = connect();
    const shown = follow(client, messages.list, { channel: "taken back" });
    await shown.until(({ length }) => length === 0);
    const failure: unknown = await client.mutation(messages.send, { channel: "taken back", body: "" }, { optimisticUpdate: showAtOnce }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConvexError);
    expect(failure).toMatchObject({ data: { code: "empty" } });
    await shown.until(({ length }) => length === 0);
    expect(shown.values).toEqual([[], [" …"], []]);
  });

  test("a token is fetched again before it expires, and the user stays signed in all the while", async () => {
    const client = connect({ authRefreshTokenLeewaySeconds: 3599 });
    const asked: boolean[] = [];
    const states: boolean[] = [];
    const enough = Promise.withResolvers<void>();
    client.setAuth(async ({ forceRefreshToken }) => {
      asked.push(forceRefreshToken);
      if (asked.length === 4) enough.resolve();
      return served.token("ada");
    }, (isAuthenticated) => states.push(isAuthenticated));
    const who = follow(client, messages.whoAmI, {});
    await who.until((subject) => subject === "ada");
    await enough.promise;
    expect(asked.slice(0, 4)).toEqual([false, true, true, true]);
    expect([...new Set(states), who.values.includes(null)]).toEqual([true, false]);
  });

  test("what it was sending when the process was killed arrives once, and what it shows goes on", async () => {
    const client = connect();
    const shown = follow(client, messages.list, { channel: "killed" });
    await shown.until(({ length }) => length === 0);
    await client.mutation(messages.send, { channel: "killed", body: "before" });
    const sending: Promise<unknown>[] = [];
    const crashed = served.crash(async () => {
      sending.push(client.mutation(messages.send, { channel: "killed", body: "meanwhile" }, { optimisticUpdate: showAtOnce }));
      await shown.until(({ length }) => length === 2);
    });
    await crashed;
    await Promise.all(sending);
    expect(await shown.until((bodies) => bodies[1] === "MEANWHILE")).toEqual(["BEFORE", "MEANWHILE"]);
    // After the reconnect a client may be told again what it shows.
    const seen = shown.values.map((bodies) => bodies.join(", "));
    expect(seen.filter((bodies, at) => bodies !== seen[at - 1])).toEqual(["", "BEFORE", "BEFORE, meanwhile …", "BEFORE, MEANWHILE"]);
  });
});

test("BaseConvexClient tells which queries changed, of one snapshot", async () => {
  const told: string[][] = [];
  const bodies = (): (string[] | undefined)[] => ["base 1", "base 2"].map((channel) => client.localQueryResult("messages:list", { channel }) as string[] | undefined);
  const both = Promise.withResolvers<void>();
  const client = new BaseConvexClient(served.url, (changed) => {
    told.push(changed);
    if (bodies().every((found) => found?.length === 1)) both.resolve();
  }, QUIET);
  clients.push(client);
  for (const channel of ["base 1", "base 2"]) client.subscribe("messages:list", { channel });
  for (const channel of ["base 1", "base 2"]) await client.mutation("messages:send", { channel, body: "x" });
  await both.promise;
  expect(bodies()).toEqual([["X"], ["X"]]);
  expect(new Set(told.flat()).size).toBe(2);
});

test("ConvexHttpClient queries, mutates, calls actions, is somebody, and reads at one moment", async () => {
  const http = new ConvexHttpClient(served.url, QUIET);
  await http.mutation(messages.send, { channel: "http", body: "one" });
  expect([await http.query(messages.list, { channel: "http" }), await http.action(messages.count, { channel: "http" })]).toEqual([["ONE"], 1]);
  await expect(http.mutation(messages.send, { channel: "http", body: "" })).rejects.toMatchObject({ data: { code: "empty" } });
  // Not in the published types yet.
  const { consistentQuery } = http as unknown as { consistentQuery: ConvexHttpClient["query"] };
  expect(await consistentQuery.call(http, messages.list, { channel: "http" })).toEqual(["ONE"]);
  expect(await http.query(messages.whoAmI, {})).toBeNull();
  http.setAuth(served.token("bob"));
  expect(await http.query(messages.whoAmI, {})).toBe("bob");
});
