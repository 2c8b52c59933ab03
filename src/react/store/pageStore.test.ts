import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FakeClient } from "../testing/fakeClient.js";
import { FakeThread, type FakeRow } from "../testing/fakeThread.js";
import { PageStore, type PagePolicy } from "./pageStore.js";
import { QueryGroup } from "./queryGroup.js";

const TAIL = 6;

/** Cursors are orders: a cut below the newest turn is that turn's order. */
const ownCursors: PagePolicy<FakeRow> = {
  keyOf: (row) => row.key,
  compare: (a, b) => a.order - b.order || a.stepOrder - b.stepOrder,
  cutBelowNewest: ({ page }) => {
    const orders = page.map((row) => row.order);
    const newest = Math.max(...orders);
    if (orders.every((order) => order === newest)) return undefined;
    return page.length <= TAIL ? undefined : String(newest);
  },
};
const foreignCursors: PagePolicy<FakeRow> = { ...ownCursors, cutBelowNewest: () => undefined };

function open(thread: FakeThread, options: { initialNumItems?: number; policy?: PagePolicy<FakeRow> } = {}) {
  const client = new FakeClient(thread.page);
  let pages: PageStore<FakeRow> | undefined;
  const group = new QueryGroup(client, () => pages?.refresh());
  pages = new PageStore<FakeRow>(group, {
    args: { threadId: "t" }, initialNumItems: options.initialNumItems ?? 4, policy: options.policy ?? ownCursors,
  });
  group.activate();
  return { client, pages, group };
}

const keys = (rows: readonly FakeRow[]) => rows.map((row) => row.key).sort();

/** What a reader should see: everything from the oldest loaded turn up. */
function expected(thread: FakeThread, pages: PageStore<FakeRow>): string[] {
  if (pages.view.status === "Exhausted") return keys(thread.rows);
  const oldest = Math.min(...pages.view.items.map((row) => row.order));
  return keys(thread.rows.filter((row) => row.order >= oldest));
}

/** How many rows a reader is sent in all while a thread grows by so many turns. */
function sentRows(turns: number): number {
  const thread = new FakeThread();
  const { client } = open(thread);
  client.settle();
  for (let turn = 0; turn < turns; turn++) {
    thread.addTurn();
    client.settle();
  }
  return client.sent.reduce((sum, { value }) => sum + (value as { page: FakeRow[] }).page.length, 0);
}

describe.each([["our cursors", ownCursors], ["opaque cursors", foreignCursors]])("pages with %s", (_name, policy) => {
  test("statuses go from the first page to the end of the list", () => {
    const thread = new FakeThread();
    for (let turn = 0; turn < 4; turn++) thread.addTurn();
    const { client, pages } = open(thread, { policy });
    expect(pages.view).toEqual({ items: [], status: "LoadingFirstPage" });
    client.settle();
    expect(pages.view.status).toBe("CanLoadMore");
    expect(pages.view.items).toHaveLength(4);
    expect(pages.loadMore(10)).toBe(true);
    expect(pages.view.status).toBe("LoadingMore");
    expect(pages.loadMore(10)).toBe(false);
    client.settle();
    expect(pages.view.status).toBe("Exhausted");
    expect(keys(pages.view.items)).toEqual(keys(thread.rows));
  });

  test("an empty thread is exhausted, and shows what comes", () => {
    const thread = new FakeThread();
    const { client, pages } = open(thread, { policy });
    client.settle();
    expect(pages.view).toEqual({ items: [], status: "Exhausted" });
    for (let turn = 0; turn < 12; turn++) {
      thread.addTurn();
      client.settle();
      expect(keys(pages.view.items)).toEqual(keys(thread.rows));
    }
    expect(pages.view.status).toBe("Exhausted");
  });

  test("of a short thread nothing goes out of sight when several turns come at once", () => {
    const thread = new FakeThread();
    thread.addTurn();
    const { client, pages } = open(thread, { policy, initialNumItems: 50 });
    client.settle();
    for (let turn = 0; turn < 3; turn++) thread.addTurn();
    client.settle();
    expect(keys(pages.view.items)).toEqual(keys(thread.rows));
    expect(pages.view.status).toBe("Exhausted");
  });

  test("gapless and free of repetitions, whatever is added, removed and loaded, in whatever order it arrives", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("turn" as const), replies: fc.integer({ min: 0, max: 5 }) }),
      fc.record({ kind: fc.constant("reply" as const), pick: fc.nat() }),
      fc.record({ kind: fc.constant("remove" as const), pick: fc.nat() }),
      fc.record({ kind: fc.constant("loadMore" as const), numItems: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ kind: fc.constant("deliver" as const) }),
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 3, max: 20 }), fc.integer({ min: 0, max: 5 }), (steps, maxRows, turns) => {
      const thread = new FakeThread({ maxRows });
      for (let turn = 0; turn < turns; turn++) thread.addTurn(2);
      const { client, pages } = open(thread, { policy, initialNumItems: 3 });
      for (const action of steps) {
        const before = new Set(keys(pages.view.items));
        if (action.kind === "turn") thread.addTurn(action.replies);
        if (action.kind === "reply" && thread.rows.length > 0) thread.addReply(thread.rows[action.pick % thread.rows.length]!.order);
        if (action.kind === "remove" && thread.rows.length > 1) thread.remove(thread.rows[action.pick % thread.rows.length]!.key);
        if (action.kind === "loadMore") pages.loadMore(action.numItems);
        if (action.kind === "deliver") client.deliver();
        const now = keys(pages.view.items);
        expect(new Set(now).size).toBe(now.length);
        const gone = [...before].filter((key) => !now.includes(key) && thread.rows.some((row) => row.key === key));
        expect(gone).toEqual([]);
      }
      client.settle();
      expect(keys(pages.view.items)).toEqual(expected(thread, pages));
    }), { numRuns: 150 });
  });

  test("loading more until the end shows everything", () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 30 }), fc.integer({ min: 1, max: 7 }), (turns, numItems) => {
      const thread = new FakeThread();
      for (const replies of turns) thread.addTurn(replies);
      const { client, pages } = open(thread, { policy, initialNumItems: numItems });
      client.settle();
      for (let guard = 0; guard < 50 && pages.view.status === "CanLoadMore"; guard++) {
        pages.loadMore(numItems);
        client.settle();
      }
      expect(pages.view.status).toBe("Exhausted");
      expect(keys(pages.view.items)).toEqual(keys(thread.rows));
    }));
  });

  test("closing the subscriptions and opening them again keeps what is shown", () => {
    const thread = new FakeThread();
    for (let turn = 0; turn < 5; turn++) thread.addTurn();
    const { client, pages, group } = open(thread, { policy });
    client.settle();
    const shown = keys(pages.view.items);
    group.deactivate();
    expect(client.active).toEqual([]);
    group.activate();
    pages.refresh();
    expect(keys(pages.view.items)).toEqual(shown);
    client.settle();
    expect(keys(pages.view.items)).toEqual(shown);
  });
});

describe("pages with our cursors", () => {
  test("a new turn and its replies re-send the newest turns alone, not the page that is read", () => {
    const thread = new FakeThread();
    for (let turn = 0; turn < 30; turn++) thread.addTurn();
    const { client, pages } = open(thread, { initialNumItems: 20 });
    client.settle();
    const before = client.sent.length;
    const opened = client.opened.length;
    const order = thread.addTurn(0);
    client.settle();
    for (let reply = 0; reply < 3; reply++) {
      thread.addReply(order);
      client.settle();
    }
    const rows = client.sent.slice(before).map(({ value }) => (value as { page: FakeRow[] }).page.length);
    // The new turn, then with the one before it (which is from now on part of the tail), then each reply.
    expect(rows).toEqual([1, 3, 4, 5, 6]);
    expect(client.opened).toHaveLength(opened + 1);
    expect(keys(pages.view.items)).toEqual(expected(thread, pages));
  });

  test("the number of rows sent grows with the rows added, not with their square", () => {
    expect(sentRows(120)).toBeLessThan(2.2 * sentRows(60));
  });

  test("an item that did not change keeps its identity when only the tail is re-sent", () => {
    const thread = new FakeThread();
    for (let turn = 0; turn < 5; turn++) thread.addTurn();
    const { client, pages } = open(thread, { initialNumItems: 10 });
    client.settle();
    const old = pages.view.items.find((row) => row.key === "1-0");
    thread.addTurn();
    client.settle();
    expect(pages.view.items.find((row) => row.key === "1-0")).toBe(old);
  });
});

describe("failures", () => {
  test("what the query throws reaches the reader of the pages", () => {
    const client = new FakeClient(() => { throw new Error("no access"); });
    let pages: PageStore<FakeRow> | undefined;
    const group = new QueryGroup(client, () => undefined);
    pages = new PageStore<FakeRow>(group, { args: {}, initialNumItems: 2, policy: ownCursors });
    group.activate();
    client.deliver();
    expect(() => pages.refresh()).toThrow("no access");
  });

  test("a cursor that is no longer valid starts the list anew", () => {
    const thread = new FakeThread();
    for (let turn = 0; turn < 6; turn++) thread.addTurn();
    const given = new Set<string>();
    const stale = new Set<string>();
    const client = new FakeClient((args) => {
      const { cursor } = args.paginationOpts as { cursor: string | null };
      if (cursor !== null && stale.has(cursor)) throw new Error("InvalidCursor: tried to use a cursor of another list");
      const result = thread.page(args);
      given.add(result.continueCursor);
      return result;
    });
    let pages: PageStore<FakeRow> | undefined;
    const group = new QueryGroup(client, () => pages?.refresh());
    pages = new PageStore<FakeRow>(group, { args: {}, initialNumItems: 4, policy: foreignCursors });
    group.activate();
    client.settle();
    pages.loadMore(4);
    client.settle();
    expect(pages.view.items).toHaveLength(8);
    for (const cursor of given) stale.add(cursor);
    thread.addTurn();
    client.settle();
    expect(pages.view.items).toHaveLength(4);
    expect(pages.view.status).toBe("CanLoadMore");
  });
});
