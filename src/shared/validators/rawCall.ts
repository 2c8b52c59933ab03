import { v, type Infer } from "convex/values";

/** What was sent to a model's provider in one call and what came back, each as JSON text. */
export const vRawCall = v.object({ request: v.string(), response: v.string() });
export type RawCall = Infer<typeof vRawCall>;
