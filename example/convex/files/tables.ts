import { defineTable } from "convex/server";
import { v } from "convex/values";

export const fileTables = {
  /**
   * Who has uploaded which file. The agent component keeps the same content once for all who bring it; a message may only
   * show what its sender has uploaded. Written by `files/uploads.ts`, deleted by `files/vacuum.ts` with the file.
   */
  uploads: defineTable({
    ownerId: v.string(),
    fileId: v.string(),
  }).index("by_file", ["fileId", "ownerId"]),
};
