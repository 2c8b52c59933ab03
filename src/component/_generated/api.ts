/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as apiKeys from "../apiKeys.js";
import type * as approvals from "../approvals.js";
import type * as files from "../files.js";
import type * as generations from "../generations.js";
import type * as messages from "../messages.js";
import type * as search from "../search.js";
import type * as streams from "../streams.js";
import type * as threads from "../threads.js";
import type * as usage from "../usage.js";
import type * as users from "../users.js";
import type * as vector_index from "../vector/index.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";
import { anyApi, componentsGeneric } from "convex/server";

const fullApi: ApiFromModules<{
  apiKeys: typeof apiKeys;
  approvals: typeof approvals;
  files: typeof files;
  generations: typeof generations;
  messages: typeof messages;
  search: typeof search;
  streams: typeof streams;
  threads: typeof threads;
  usage: typeof usage;
  users: typeof users;
  "vector/index": typeof vector_index;
}> = anyApi as any;

/**
 * A utility for referencing Convex functions in your app's public API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = api.myModule.myFunction;
 * ```
 */
export const api: FilterApi<
  typeof fullApi,
  FunctionReference<any, "public">
> = anyApi as any;

/**
 * A utility for referencing Convex functions in your app's internal API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = internal.myModule.myFunction;
 * ```
 */
export const internal: FilterApi<
  typeof fullApi,
  FunctionReference<any, "internal">
> = anyApi as any;

export const components = componentsGeneric() as unknown as {};
