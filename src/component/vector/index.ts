import { v } from "convex/values";
import { vVector } from "../../shared/validators/search.js";
import { fail } from "../../shared/errors.js";
import { mutation, query } from "../_generated/server.js";
import { findMessage } from "../../model/messageRows.js";
import {
  deleteVectorOf,
  insertVector,
  listVectors,
  MESSAGES,
  messageOfVector,
  parseVectorId,
  setVector,
  updateVector,
  vectorTableOf,
} from "../../model/vectors.js";
import { unpackVector } from "../../shared/vectors.js";

/**
 * A page of the vectors of one model and length, oldest first: their ids, and in the same places the messages they are
 * of. `table` leaves out vectors of anything else. A page may be empty and not be the last.
 */
export const paginate = query({
  args: {
    vectorDimension: v.number(),
    targetModel: v.string(),
    table: v.optional(v.string()),
    cursor: v.optional(v.union(v.string(), v.null())),
    limit: v.number(),
  },
  returns: v.object({
    ids: v.array(v.string()),
    messageIds: v.array(v.union(v.string(), v.null())),
    isDone: v.boolean(),
    continueCursor: v.string(),
  }),
  handler: async (ctx, { vectorDimension, targetModel, table, cursor = null, limit }) =>
    await listVectors(ctx, { dimension: vectorDimension, model: targetModel, table, cursor, limit }),
});

/**
 * Saves vectors, all of one length. With `messageId` a vector becomes that message's, in the place of one that it has;
 * its thread and user are then the message's.
 */
export const insertBatch = mutation({
  args: {
    vectorDimension: v.number(),
    vectors: v.array(
      v.object({
        model: v.string(),
        table: v.string(),
        userId: v.optional(v.string()),
        threadId: v.optional(v.string()),
        vector: vVector,
        messageId: v.optional(v.string()),
      }),
    ),
  },
  returns: v.array(v.string()),
  handler: async (ctx, { vectorDimension, vectors }) => {
    vectorTableOf(vectorDimension);
    const ids: string[] = [];
    for (const { vector, model, table, userId, threadId, messageId } of vectors) {
      const { length } = unpackVector(vector);
      if (length !== vectorDimension) {
        fail({ code: "invalid_argument", argument: "vectors", message: `A vector has ${length} numbers, and vectorDimension says ${vectorDimension}.` });
      }
      if (messageId === undefined) {
        ids.push(await insertVector(ctx, vector, { model, table, userId, threadId }));
        continue;
      }
      const row = await findMessage(ctx, messageId);
      if (row === null) fail({ code: "message_not_found", messageId, message: `There is no message with the id "${messageId}".` });
      if (table !== MESSAGES) fail({ code: "invalid_argument", argument: "table", message: `The vector of a message has the table "${MESSAGES}", not "${table}".` });
      ids.push(await setVector(ctx, row, { model, vector }));
    }
    return ids;
  },
});

/** Replaces vectors by others of the same length. For another length delete the old ones and insert the new ones. */
export const updateBatch = mutation({
  args: { vectors: v.array(v.object({ model: v.string(), vector: vVector, id: v.string() })) },
  returns: v.null(),
  handler: async (ctx, { vectors }) => {
    for (const { id, model, vector } of vectors) await updateVector(ctx, id, { model, vector });
    return null;
  },
});

/** Deletes vectors; those that are gone already are passed over. Their messages can be given others. */
export const deleteBatch = mutation({
  args: { ids: v.array(v.string()) },
  returns: v.null(),
  handler: async (ctx, { ids }) => {
    for (const vectorId of ids) {
      const id = parseVectorId(ctx, vectorId);
      const message = await messageOfVector(ctx, id);
      if (message !== null) await ctx.db.patch(message.stored._id, { embeddingId: undefined });
      if ((await ctx.db.get(id)) !== null) await deleteVectorOf(ctx, { embeddingId: id });
    }
    return null;
  },
});
