import { v, type Infer } from "convex/values";

/** `archived` threads are the app's to hide; the library treats them alike. */
export const vThreadStatus = v.union(v.literal("active"), v.literal("archived"));
export type ThreadStatus = Infer<typeof vThreadStatus>;

/** A thread, as queries return it. */
export const vThreadDoc = v.object({
  _id: v.string(),
  _creationTime: v.number(),
  userId: v.optional(v.string()),
  title: v.optional(v.string()),
  summary: v.optional(v.string()),
  status: vThreadStatus,
});
export type ThreadDoc = Infer<typeof vThreadDoc>;
