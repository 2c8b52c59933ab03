import { v } from "convex/values";

const answer = { approved: v.boolean(), reason: v.optional(v.string()), answeredMs: v.number(), responseId: v.string() };

/** Where the decision on a tool call is; see component/README.md, "States". */
export const vApprovalState = v.union(
  v.object({ kind: v.literal("requested") }),
  v.object({ kind: v.literal("answered"), ...answer }),
  v.object({ kind: v.literal("continued"), ...answer, startedMs: v.number(), streamId: v.optional(v.string()) }),
);
