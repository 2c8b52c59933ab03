import { join } from "node:path";
import { makeFunctionReference, type PaginationResult } from "convex/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestBackend } from "../support/testBackend.ts";

// The server helpers of `convex-helpers`, as they are published.
let backend: TestBackend;
let authors: string[];
beforeAll(async () => {
  backend = await TestBackend.open({ functionsDir: join(import.meta.dirname, "helpersApp/convex") });
  authors = [];
  for (const name of ["Ada", "Bob"]) authors.push(((await mutate("create", { name, books: 0 })) as { _id: string })._id);
});
afterAll(() => backend.close());

const mutate = async (name: string, args: Record<string, unknown>): Promise<unknown> => await backend.http.mutation(makeFunctionReference<"mutation">(`library:${name}`), args);
const ask = async (name: string, args: Record<string, unknown>): Promise<unknown> => await backend.http.query(makeFunctionReference<"query">(`library:${name}`), args);
const add = async (author: number, title: string, year: number, isSecret = false): Promise<unknown> => await mutate("addBook", { authorId: authors[author], title, year, isSecret });

test("crud creates, reads, updates and destroys; triggers follow writes; row rules hide rows", async () => {
  const id = await add(0, "first", 1843);
  await add(0, "hidden", 1844, true);
  expect(await ask("read", { id: authors[0] })).toMatchObject({ name: "Ada", books: 2 });
  expect(await ask("titlesOf", { authorId: authors[0] })).toEqual(["first"]);
  await mutate("dropBook", { id });
  await mutate("update", { id: authors[0], patch: { name: "Ada Lovelace" } });
  expect(await ask("read", { id: authors[0] })).toMatchObject({ name: "Ada Lovelace", books: 1 });
  const { _id } = (await mutate("create", { name: "gone", books: 0 })) as { _id: string };
  await mutate("destroy", { id: _id });
  expect(await ask("read", { id: _id })).toBeNull();
});

test("one query reads several pages, and pages of merged streams hold everything once, in order", async () => {
  for (const year of [2001, 2002, 2003, 2004, 2005, 2006]) await add(year % 2, String(year), year);
  expect(await ask("twoPages", { size: 3 })).toEqual([["hidden", "2001", "2002"], ["2003", "2004", "2005"]]);
  const titles: string[] = [];
  for (let cursor: string | null = null, isDone = false; !isDone;) {
    const page = (await ask("byAuthors", { authorIds: authors, paginationOpts: { cursor, numItems: 2 } })) as PaginationResult<{ title: string }>;
    titles.push(...page.page.map(({ title }) => title));
    ({ isDone, continueCursor: cursor } = page);
  }
  expect(titles).toEqual(["hidden", "2001", "2002", "2003", "2004", "2005", "2006"]);
});

test("an HTTP route with CORS answers its pages, and their preflights", async () => {
  const headers = { origin: "https://page.test" };
  const answer = await fetch(`${backend.running.siteUrl}/hello`, { headers });
  expect([await answer.text(), answer.headers.get("access-control-allow-origin")]).toEqual(["hello", "https://page.test"]);
  const preflight = await fetch(`${backend.running.siteUrl}/hello`, { method: "OPTIONS", headers: { ...headers, "access-control-request-method": "GET" } });
  expect([preflight.status, preflight.headers.get("access-control-allow-methods")]).toEqual([204, expect.stringContaining("GET")]);
});
