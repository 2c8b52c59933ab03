import type { FunctionReference } from "convex/server";
import type { api } from "./api.js";
type Exported<T, Name extends string | undefined> = T extends FunctionReference<infer Kind, any, infer Args, infer Returns>
  ? FunctionReference<Kind, "internal", Args, Returns, Name>
  : { [K in keyof T]: Exported<T[K], Name> };
export type ComponentApi<Name extends string | undefined = string | undefined> = Exported<typeof api, Name>;
