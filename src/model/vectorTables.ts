import { defineTable } from "convex/server";
import { v } from "convex/values";

/*
 * A vector index has one fixed length, so there is a table for each length that is common; a vector of another length
 * goes to the next larger one, with zeros after it. `dimension` is the length it came with: only vectors of the same
 * model and the same length are compared.
 */

function vectorTable(dimensions: number) {
  return defineTable({
    model: v.string(),
    /** What it is the vector of: "messages", or a word of the app's own. */
    table: v.string(),
    dimension: v.number(),
    userId: v.optional(v.string()),
    threadId: v.optional(v.string()),
    vector: v.array(v.number()),
    // A vector search cannot ask for two fields at once, so these hold model, length, table and owner together.
    userScope: v.optional(v.string()),
    threadScope: v.optional(v.string()),
  })
    .vectorIndex("vector", { vectorField: "vector", dimensions, filterFields: ["userScope", "threadScope"] })
    .index("model", ["model", "dimension"])
    .index("threadId", ["threadId"])
    .index("userId", ["userId"]);
}

export const vectorTables = {
  vectors256: vectorTable(256),
  vectors384: vectorTable(384),
  vectors512: vectorTable(512),
  vectors768: vectorTable(768),
  vectors1024: vectorTable(1024),
  vectors1536: vectorTable(1536),
  vectors2048: vectorTable(2048),
  vectors3072: vectorTable(3072),
  vectors4096: vectorTable(4096),
};
