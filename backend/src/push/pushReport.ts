import type { PushResult } from "./deployer.ts";

/** What came of a push over HTTP: from the official CLI, or from `convex-embedded push --url`. */
export type PushReport =
  | { readonly ok: true; readonly result: PushResult; readonly tookMs: number }
  | { readonly ok: false; readonly error: unknown };
