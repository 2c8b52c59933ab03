/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npm run codegen`.
 * @module
 */

import type * as access from "../access.js";
import type * as agents_weather from "../agents/weather.js";
import type * as chat_generate from "../chat/generate.js";
import type * as chat_prompt from "../chat/prompt.js";
import type * as chat_send from "../chat/send.js";
import type * as chat_streaming from "../chat/streaming.js";
import type * as errors from "../errors.js";
import type * as modelInfo from "../modelInfo.js";
import type * as threads from "../threads.js";
import type * as tools_weather from "../tools/weather.js";
import type * as weather_cities from "../weather/cities.js";
import type * as weather_climate from "../weather/climate.js";

import type { ApiFromModules, FilterApi, FunctionReference } from "convex/server";

declare const fullApi: ApiFromModules<{
  access: typeof access;
  "agents/weather": typeof agents_weather;
  "chat/generate": typeof chat_generate;
  "chat/prompt": typeof chat_prompt;
  "chat/send": typeof chat_send;
  "chat/streaming": typeof chat_streaming;
  errors: typeof errors;
  modelInfo: typeof modelInfo;
  threads: typeof threads;
  "tools/weather": typeof tools_weather;
  "weather/cities": typeof weather_cities;
  "weather/climate": typeof weather_climate;
}>;

export declare const api: FilterApi<typeof fullApi, FunctionReference<any, "public">>;
export declare const internal: FilterApi<typeof fullApi, FunctionReference<any, "internal">>;
export declare const components: {
  agent: import("convex-agent/_generated/component.js").ComponentApi<"agent">;
};
