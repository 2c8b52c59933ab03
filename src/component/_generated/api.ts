/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as generations from "../generations.js";
import type * as messages from "../messages.js";
import type * as model_context from "../model/context.js";
import type * as model_deletion from "../model/deletion.js";
import type * as model_generation from "../model/generation.js";
import type * as model_listByTurn from "../model/listByTurn.js";
import type * as model_listThreads from "../model/listThreads.js";
import type * as model_messageDoc from "../model/messageDoc.js";
import type * as model_overflow from "../model/overflow.js";
import type * as model_saveMessages from "../model/saveMessages.js";
import type * as model_streamLog from "../model/streamLog.js";
import type * as model_streamState from "../model/streamState.js";
import type * as model_threads from "../model/threads.js";
import type * as streams from "../streams.js";
import type * as threads from "../threads.js";
import type * as users from "../users.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";
import { anyApi, componentsGeneric } from "convex/server";

const fullApi: ApiFromModules<{
  generations: typeof generations;
  messages: typeof messages;
  "model/context": typeof model_context;
  "model/deletion": typeof model_deletion;
  "model/generation": typeof model_generation;
  "model/listByTurn": typeof model_listByTurn;
  "model/listThreads": typeof model_listThreads;
  "model/messageDoc": typeof model_messageDoc;
  "model/overflow": typeof model_overflow;
  "model/saveMessages": typeof model_saveMessages;
  "model/streamLog": typeof model_streamLog;
  "model/streamState": typeof model_streamState;
  "model/threads": typeof model_threads;
  streams: typeof streams;
  threads: typeof threads;
  users: typeof users;
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
