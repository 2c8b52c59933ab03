import { v } from "convex/values";
import { query } from "./_generated/server";
import { describeModel } from "./model/index";

/** Which model answers here. Public: it says nothing about anybody. */
export const get = query({
  args: {},
  returns: v.object({ kind: v.union(v.literal("demo"), v.literal("openai")), label: v.string() }),
  handler: async () => describeModel(),
});
