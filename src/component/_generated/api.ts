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
import type * as model_activity from "../model/activity.js";
import type * as model_apiKeys from "../model/apiKeys.js";
import type * as model_approvals from "../model/approvals.js";
import type * as model_context from "../model/context.js";
import type * as model_deletion from "../model/deletion.js";
import type * as model_files from "../model/files.js";
import type * as model_generation from "../model/generation.js";
import type * as model_listByTurn from "../model/listByTurn.js";
import type * as model_listThreads from "../model/listThreads.js";
import type * as model_messageDoc from "../model/messageDoc.js";
import type * as model_messageRows from "../model/messageRows.js";
import type * as model_overflow from "../model/overflow.js";
import type * as model_rawCalls from "../model/rawCalls.js";
import type * as model_saveMessages from "../model/saveMessages.js";
import type * as model_search from "../model/search.js";
import type * as model_searchRanges from "../model/searchRanges.js";
import type * as model_stopTurn from "../model/stopTurn.js";
import type * as model_streamEnd from "../model/streamEnd.js";
import type * as model_streamLog from "../model/streamLog.js";
import type * as model_streamState from "../model/streamState.js";
import type * as model_threads from "../model/threads.js";
import type * as model_usage from "../model/usage.js";
import type * as model_vectors from "../model/vectors.js";
import type * as search from "../search.js";
import type * as streams from "../streams.js";
import type * as threads from "../threads.js";
import type * as usage from "../usage.js";
import type * as users from "../users.js";
import type * as vector_index from "../vector/index.js";
import type * as vector_tables from "../vector/tables.js";

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
  "model/activity": typeof model_activity;
  "model/apiKeys": typeof model_apiKeys;
  "model/approvals": typeof model_approvals;
  "model/context": typeof model_context;
  "model/deletion": typeof model_deletion;
  "model/files": typeof model_files;
  "model/generation": typeof model_generation;
  "model/listByTurn": typeof model_listByTurn;
  "model/listThreads": typeof model_listThreads;
  "model/messageDoc": typeof model_messageDoc;
  "model/messageRows": typeof model_messageRows;
  "model/overflow": typeof model_overflow;
  "model/rawCalls": typeof model_rawCalls;
  "model/saveMessages": typeof model_saveMessages;
  "model/search": typeof model_search;
  "model/searchRanges": typeof model_searchRanges;
  "model/stopTurn": typeof model_stopTurn;
  "model/streamEnd": typeof model_streamEnd;
  "model/streamLog": typeof model_streamLog;
  "model/streamState": typeof model_streamState;
  "model/threads": typeof model_threads;
  "model/usage": typeof model_usage;
  "model/vectors": typeof model_vectors;
  search: typeof search;
  streams: typeof streams;
  threads: typeof threads;
  usage: typeof usage;
  users: typeof users;
  "vector/index": typeof vector_index;
  "vector/tables": typeof vector_tables;
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
