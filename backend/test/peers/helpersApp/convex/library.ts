import { customCtx, customMutation, customQuery } from "convex-helpers/server/customFunctions";
import { crud } from "convex-helpers/server/crud";
import { getManyFrom } from "convex-helpers/server/relationships";
import { wrapDatabaseReader } from "convex-helpers/server/rowLevelSecurity";
import { paginator } from "convex-helpers/server/pagination";
import { mergedStream, stream } from "convex-helpers/server/stream";
import { Triggers } from "convex-helpers/server/triggers";
import { mutationGeneric, paginationOptsValidator, queryGeneric, type DataModelFromSchemaDefinition, type MutationBuilder, type QueryBuilder } from "convex/server";
import { v } from "convex/values";
import schema from "./schema.js";

type DataModel = DataModelFromSchemaDefinition<typeof schema>;
// The builders of an app's `_generated/server`, which these are.
const query = queryGeneric as QueryBuilder<DataModel, "public">;
const mutation = mutationGeneric as MutationBuilder<DataModel, "public">;

/** An author's number of books follows the books. */
const triggers = new Triggers<DataModel>();
triggers.register("books", async (ctx, change) => {
  const authorId = (change.newDoc ?? change.oldDoc).authorId;
  const author = await ctx.db.get(authorId);
  const by = change.operation === "insert" ? 1 : change.operation === "delete" ? -1 : 0;
  if (author !== null) await ctx.db.patch(authorId, { books: author.books + by });
});
const counting = customMutation(mutation, customCtx(triggers.wrapDB));
/** Nobody reads secret books. */
const reading = customQuery(query, customCtx((ctx) => ({ db: wrapDatabaseReader({}, ctx.db, { books: { read: async (_ctx, book) => !book.isSecret } }) })));

export const { create, read, update, destroy } = crud(schema, "authors", query, mutation);

const book = { authorId: v.id("authors"), title: v.string(), year: v.number(), isSecret: v.boolean() };
export const addBook = counting({ args: book, handler: async (ctx, args) => await ctx.db.insert("books", args) });
export const dropBook = counting({ args: { id: v.id("books") }, handler: async (ctx, { id }) => await ctx.db.delete(id) });
export const titlesOf = reading({
  args: { authorId: v.id("authors") },
  handler: async (ctx, { authorId }) => (await getManyFrom(ctx.db, "books", "authorId", authorId)).map(({ title }) => title),
});

/** Two pages of one query, which Convex's own `paginate` cannot do. */
export const twoPages = query({
  args: { size: v.number() },
  handler: async (ctx, { size }) => {
    const books = (cursor: string | null) => paginator(ctx.db, schema).query("books").withIndex("by_year").paginate({ cursor, numItems: size });
    const first = await books(null);
    const second = await books(first.continueCursor);
    return [first, second].map(({ page }) => page.map(({ title }) => title));
  },
});

/** The books of several authors as one list, by year, page by page. */
export const byAuthors = query({
  args: { authorIds: v.array(v.id("authors")), paginationOpts: paginationOptsValidator },
  handler: async (ctx, { authorIds, paginationOpts }) => {
    const streams = authorIds.map((authorId) => stream(ctx.db, schema).query("books").withIndex("authorId", (q) => q.eq("authorId", authorId)));
    return await mergedStream(streams, ["year"]).paginate(paginationOpts);
  },
});
