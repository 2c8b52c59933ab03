/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as access from "../access.js";
import type * as agents_weather from "../agents/weather.js";
import type * as chat_generate from "../chat/generate.js";
import type * as chat_prompt from "../chat/prompt.js";
import type * as chat_send from "../chat/send.js";
import type * as chat_streaming from "../chat/streaming.js";
import type * as errors from "../errors.js";
import type * as guides_access from "../guides/access.js";
import type * as guides_agents from "../guides/agents.js";
import type * as guides_approval from "../guides/approval.js";
import type * as guides_chat from "../guides/chat.js";
import type * as guides_context from "../guides/context.js";
import type * as guides_files from "../guides/files.js";
import type * as guides_functions from "../guides/functions.js";
import type * as guides_messages from "../guides/messages.js";
import type * as guides_models from "../guides/models.js";
import type * as guides_objects from "../guides/objects.js";
import type * as guides_threads from "../guides/threads.js";
import type * as guides_tools from "../guides/tools.js";
import type * as model_answer from "../model/answer.js";
import type * as model_conversation from "../model/conversation.js";
import type * as model_demoModel from "../model/demoModel.js";
import type * as model_hints from "../model/hints.js";
import type * as model_index from "../model/index.js";
import type * as model_markdown from "../model/markdown.js";
import type * as model_memory from "../model/memory.js";
import type * as model_schemaValue from "../model/schemaValue.js";
import type * as model_toolPlan from "../model/toolPlan.js";
import type * as model_words from "../model/words.js";
import type * as modelInfo from "../modelInfo.js";
import type * as threads from "../threads.js";
import type * as tools_weather from "../tools/weather.js";
import type * as weather_cities from "../weather/cities.js";
import type * as weather_climate from "../weather/climate.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  access: typeof access;
  "agents/weather": typeof agents_weather;
  "chat/generate": typeof chat_generate;
  "chat/prompt": typeof chat_prompt;
  "chat/send": typeof chat_send;
  "chat/streaming": typeof chat_streaming;
  errors: typeof errors;
  "guides/access": typeof guides_access;
  "guides/agents": typeof guides_agents;
  "guides/approval": typeof guides_approval;
  "guides/chat": typeof guides_chat;
  "guides/context": typeof guides_context;
  "guides/files": typeof guides_files;
  "guides/functions": typeof guides_functions;
  "guides/messages": typeof guides_messages;
  "guides/models": typeof guides_models;
  "guides/objects": typeof guides_objects;
  "guides/threads": typeof guides_threads;
  "guides/tools": typeof guides_tools;
  "model/answer": typeof model_answer;
  "model/conversation": typeof model_conversation;
  "model/demoModel": typeof model_demoModel;
  "model/hints": typeof model_hints;
  "model/index": typeof model_index;
  "model/markdown": typeof model_markdown;
  "model/memory": typeof model_memory;
  "model/schemaValue": typeof model_schemaValue;
  "model/toolPlan": typeof model_toolPlan;
  "model/words": typeof model_words;
  modelInfo: typeof modelInfo;
  threads: typeof threads;
  "tools/weather": typeof tools_weather;
  "weather/cities": typeof weather_cities;
  "weather/climate": typeof weather_climate;
}>;

/**
 * A utility for referencing Convex functions in your app's public API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = api.myModule.myFunction;
 * ```
 */
export declare const api: FilterApi<
  typeof fullApi,
  FunctionReference<any, "public">
>;

/**
 * A utility for referencing Convex functions in your app's internal API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = internal.myModule.myFunction;
 * ```
 */
export declare const internal: FilterApi<
  typeof fullApi,
  FunctionReference<any, "internal">
>;

export declare const components: {
  agent: import("convex-agent/_generated/component.js").ComponentApi<"agent">;
};
