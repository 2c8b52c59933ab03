import { v, type Infer } from "convex/values";

/** How long the model may think before it answers, in the AI SDK's words. */
export const efforts = ["low", "medium", "high"] as const;
export const vEffort = v.union(v.literal("low"), v.literal("medium"), v.literal("high"));
export type Effort = Infer<typeof vEffort>;
