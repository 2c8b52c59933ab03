import { createHash } from "node:crypto";
import type { ModuleSource } from "../components/types.ts";

/** The hash by which the official CLI knows a module: of its source, then its source map. */
export function sha256Hex(module: Pick<ModuleSource, "source" | "sourceMap">): string {
  return createHash("sha256").update(module.source).update(module.sourceMap ?? "").digest("hex");
}
