import { expect } from "vitest";
import { refusal, type Law } from "../law.ts";
import type { Target } from "../targets.ts";

interface Page {
  readonly page: { n: number }[];
  readonly isDone: boolean;
  readonly continueCursor: string;
}

const pageOf = async (t: Target, opts: object, more: object = {}): Promise<Page> => (await t.query("documents:page", { table: "things", index: "by_group_n", range: [["eq", "group", "p"]], paginationOpts: opts, ...more })) as Page;
const fill = async (t: Target, count: number): Promise<unknown> => await t.mutation("documents:insertAll", { table: "things", documents: Array.from({ length: count }, (_, n) => ({ group: "p", n })) });

async function allPages(t: Target, numItems: number, more: object = {}): Promise<number[][]> {
  const pages: number[][] = [];
  for (let cursor: string | null = null, isDone = false; !isDone;) {
    const next: Page = await pageOf(t, { cursor, numItems }, more);
    pages.push(next.page.map(({ n }) => n));
    ({ isDone, continueCursor: cursor } = next);
  }
  return pages;
}

export const pageLaws: readonly Law[] = [
  {
    states: "pages together hold everything once, in order, and none holds more than was asked for",
    holds: async (t) => {
      await fill(t, 23);
      for (const numItems of [1, 5, 22, 23, 100]) {
        const pages = await allPages(t, numItems);
        expect(pages.flat()).toEqual(Array.from({ length: 23 }, (_, n) => n));
        expect(Math.max(...pages.map(({ length }) => length))).toBeLessThanOrEqual(numItems);
      }
      expect((await allPages(t, 5, { order: "desc" })).flat()).toEqual(Array.from({ length: 23 }, (_, n) => 22 - n));
    },
  },
  {
    states: "an empty result is one empty page that is done",
    holds: async (t) => expect(await pageOf(t, { cursor: null, numItems: 5 })).toMatchObject({ page: [], isDone: true }),
  },
  {
    states: "what is added behind the cursor is seen by the next page, what is added before it is not",
    holds: async (t) => {
      await fill(t, 10);
      const { continueCursor } = await pageOf(t, { cursor: null, numItems: 5 });
      await t.mutation("documents:insertAll", { table: "things", documents: [{ group: "p", n: 0.5 }, { group: "p", n: 7.5 }] });
      expect((await pageOf(t, { cursor: continueCursor, numItems: 3 })).page.map(({ n }) => n)).toEqual([5, 6, 7]);
      expect((await pageOf(t, { cursor: continueCursor, numItems: 4 })).page.map(({ n }) => n)).toEqual([5, 6, 7, 7.5]);
    },
  },
  {
    states: "a filter is applied before a page is full",
    convexTestDiffers: "cuts pages before it filters",
    holds: async (t) => {
      await fill(t, 20);
      const even = { filter: ["eq", ["mod", ["field", "n"], 2], 0] };
      expect(await allPages(t, 4, even)).toEqual([[0, 2, 4, 6], [8, 10, 12, 14], [16, 18]]);
    },
  },
  {
    states: "with an end cursor a page is whatever lies up to it",
    holds: async (t) => {
      await fill(t, 10);
      const { continueCursor: endCursor } = await pageOf(t, { cursor: null, numItems: 4 });
      await t.mutation("documents:insert", { table: "things", document: { group: "p", n: 1.5 } });
      expect((await pageOf(t, { cursor: null, numItems: 2, endCursor })).page.map(({ n }) => n)).toEqual([0, 1, 1.5, 2, 3]);
    },
  },
  {
    states: "a cursor of another query is refused as one",
    convexTestDiffers: "does not know whose a cursor is",
    holds: async (t) => {
      await fill(t, 10);
      const { continueCursor } = await pageOf(t, { cursor: null, numItems: 4 });
      expect(await refusal(t.query("documents:page", { table: "things", index: "by_value", paginationOpts: { cursor: continueCursor, numItems: 4 } }))).toContain("InvalidCursor");
      expect(await refusal(pageOf(t, { cursor: "nonsense", numItems: 4 }))).toContain("InvalidCursor");
    },
  },
];
