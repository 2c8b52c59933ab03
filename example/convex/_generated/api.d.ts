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
import type * as approval_account from "../approval/account.js";
import type * as approval_decide from "../approval/decide.js";
import type * as approval_reply from "../approval/reply.js";
import type * as approval_send from "../approval/send.js";
import type * as approval_tables from "../approval/tables.js";
import type * as chat_generate from "../chat/generate.js";
import type * as chat_prompt from "../chat/prompt.js";
import type * as chat_send from "../chat/send.js";
import type * as chat_streaming from "../chat/streaming.js";
import type * as crons from "../crons.js";
import type * as errors from "../errors.js";
import type * as files_kinds from "../files/kinds.js";
import type * as files_reply from "../files/reply.js";
import type * as files_send from "../files/send.js";
import type * as files_tables from "../files/tables.js";
import type * as files_textFiles from "../files/textFiles.js";
import type * as files_uploads from "../files/uploads.js";
import type * as files_vacuum from "../files/vacuum.js";
import type * as guides_access from "../guides/access.js";
import type * as guides_agents from "../guides/agents.js";
import type * as guides_approval from "../guides/approval.js";
import type * as guides_chat from "../guides/chat.js";
import type * as guides_context from "../guides/context.js";
import type * as guides_debugging from "../guides/debugging.js";
import type * as guides_files from "../guides/files.js";
import type * as guides_functions from "../guides/functions.js";
import type * as guides_messages from "../guides/messages.js";
import type * as guides_models from "../guides/models.js";
import type * as guides_objects from "../guides/objects.js";
import type * as guides_playground from "../guides/playground.js";
import type * as guides_threads from "../guides/threads.js";
import type * as guides_tools from "../guides/tools.js";
import type * as http from "../http.js";
import type * as httpStream_answer from "../httpStream/answer.js";
import type * as httpStream_origins from "../httpStream/origins.js";
import type * as httpStream_turns from "../httpStream/turns.js";
import type * as human_cases from "../human/cases.js";
import type * as human_customer from "../human/customer.js";
import type * as human_inbox from "../human/inbox.js";
import type * as human_reply from "../human/reply.js";
import type * as human_support from "../human/support.js";
import type * as human_tables from "../human/tables.js";
import type * as human_team from "../human/team.js";
import type * as input from "../input.js";
import type * as model_answer from "../model/answer.js";
import type * as model_arithmetic from "../model/arithmetic.js";
import type * as model_conversation from "../model/conversation.js";
import type * as model_demoEmbedding from "../model/demoEmbedding.js";
import type * as model_demoModel from "../model/demoModel.js";
import type * as model_embedding from "../model/embedding.js";
import type * as model_examples from "../model/examples.js";
import type * as model_givenContext from "../model/givenContext.js";
import type * as model_givenFiles from "../model/givenFiles.js";
import type * as model_hints from "../model/hints.js";
import type * as model_imageSize from "../model/imageSize.js";
import type * as model_index from "../model/index.js";
import type * as model_markdown from "../model/markdown.js";
import type * as model_meanings from "../model/meanings.js";
import type * as model_memory from "../model/memory.js";
import type * as model_patientFetch from "../model/patientFetch.js";
import type * as model_samples from "../model/samples.js";
import type * as model_schemaValue from "../model/schemaValue.js";
import type * as model_toolPlan from "../model/toolPlan.js";
import type * as model_wire from "../model/wire.js";
import type * as model_words from "../model/words.js";
import type * as modelInfo from "../modelInfo.js";
import type * as objects_recipe from "../objects/recipe.js";
import type * as objects_reply from "../objects/reply.js";
import type * as objects_send from "../objects/send.js";
import type * as playground from "../playground.js";
import type * as promptInput from "../promptInput.js";
import type * as rag_documents from "../rag/documents.js";
import type * as rag_passages from "../rag/passages.js";
import type * as rag_rag from "../rag/rag.js";
import type * as rag_reply from "../rag/reply.js";
import type * as rag_searchDocuments from "../rag/searchDocuments.js";
import type * as rag_searchTool from "../rag/searchTool.js";
import type * as rag_send from "../rag/send.js";
import type * as rag_sources from "../rag/sources.js";
import type * as rag_tables from "../rag/tables.js";
import type * as rateLimits_limiter from "../rateLimits/limiter.js";
import type * as rateLimits_limits from "../rateLimits/limits.js";
import type * as rateLimits_reply from "../rateLimits/reply.js";
import type * as rateLimits_send from "../rateLimits/send.js";
import type * as reasoning_efforts from "../reasoning/efforts.js";
import type * as reasoning_reply from "../reasoning/reply.js";
import type * as reasoning_send from "../reasoning/send.js";
import type * as search_explain from "../search/explain.js";
import type * as search_record from "../search/record.js";
import type * as search_reply from "../search/reply.js";
import type * as search_samples from "../search/samples.js";
import type * as search_send from "../search/send.js";
import type * as search_settings from "../search/settings.js";
import type * as search_tables from "../search/tables.js";
import type * as streaming_reply from "../streaming/reply.js";
import type * as streaming_send from "../streaming/send.js";
import type * as streaming_settings from "../streaming/settings.js";
import type * as threadRows from "../threadRows.js";
import type * as threads from "../threads.js";
import type * as tools_colleague from "../tools/colleague.js";
import type * as tools_notebook from "../tools/notebook.js";
import type * as tools_notes from "../tools/notes.js";
import type * as tools_primes from "../tools/primes.js";
import type * as tools_reply from "../tools/reply.js";
import type * as tools_send from "../tools/send.js";
import type * as tools_tables from "../tools/tables.js";
import type * as tools_units from "../tools/units.js";
import type * as tools_weather from "../tools/weather.js";
import type * as topicThreads from "../topicThreads.js";
import type * as topicTurns from "../topicTurns.js";
import type * as usage_invoices from "../usage/invoices.js";
import type * as usage_prices from "../usage/prices.js";
import type * as usage_record from "../usage/record.js";
import type * as usage_reply from "../usage/reply.js";
import type * as usage_report from "../usage/report.js";
import type * as usage_send from "../usage/send.js";
import type * as usage_tables from "../usage/tables.js";
import type * as useChat_turns from "../useChat/turns.js";
import type * as weather_cities from "../weather/cities.js";
import type * as weather_climate from "../weather/climate.js";
import type * as workflow_agents from "../workflow/agents.js";
import type * as workflow_manager from "../workflow/manager.js";
import type * as workflow_packing from "../workflow/packing.js";
import type * as workflow_plan from "../workflow/plan.js";
import type * as workflow_reply from "../workflow/reply.js";
import type * as workflow_stages from "../workflow/stages.js";
import type * as workflow_tables from "../workflow/tables.js";
import type * as workflow_trips from "../workflow/trips.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  access: typeof access;
  "agents/weather": typeof agents_weather;
  "approval/account": typeof approval_account;
  "approval/decide": typeof approval_decide;
  "approval/reply": typeof approval_reply;
  "approval/send": typeof approval_send;
  "approval/tables": typeof approval_tables;
  "chat/generate": typeof chat_generate;
  "chat/prompt": typeof chat_prompt;
  "chat/send": typeof chat_send;
  "chat/streaming": typeof chat_streaming;
  crons: typeof crons;
  errors: typeof errors;
  "files/kinds": typeof files_kinds;
  "files/reply": typeof files_reply;
  "files/send": typeof files_send;
  "files/tables": typeof files_tables;
  "files/textFiles": typeof files_textFiles;
  "files/uploads": typeof files_uploads;
  "files/vacuum": typeof files_vacuum;
  "guides/access": typeof guides_access;
  "guides/agents": typeof guides_agents;
  "guides/approval": typeof guides_approval;
  "guides/chat": typeof guides_chat;
  "guides/context": typeof guides_context;
  "guides/debugging": typeof guides_debugging;
  "guides/files": typeof guides_files;
  "guides/functions": typeof guides_functions;
  "guides/messages": typeof guides_messages;
  "guides/models": typeof guides_models;
  "guides/objects": typeof guides_objects;
  "guides/playground": typeof guides_playground;
  "guides/threads": typeof guides_threads;
  "guides/tools": typeof guides_tools;
  http: typeof http;
  "httpStream/answer": typeof httpStream_answer;
  "httpStream/origins": typeof httpStream_origins;
  "httpStream/turns": typeof httpStream_turns;
  "human/cases": typeof human_cases;
  "human/customer": typeof human_customer;
  "human/inbox": typeof human_inbox;
  "human/reply": typeof human_reply;
  "human/support": typeof human_support;
  "human/tables": typeof human_tables;
  "human/team": typeof human_team;
  input: typeof input;
  "model/answer": typeof model_answer;
  "model/arithmetic": typeof model_arithmetic;
  "model/conversation": typeof model_conversation;
  "model/demoEmbedding": typeof model_demoEmbedding;
  "model/demoModel": typeof model_demoModel;
  "model/embedding": typeof model_embedding;
  "model/examples": typeof model_examples;
  "model/givenContext": typeof model_givenContext;
  "model/givenFiles": typeof model_givenFiles;
  "model/hints": typeof model_hints;
  "model/imageSize": typeof model_imageSize;
  "model/index": typeof model_index;
  "model/markdown": typeof model_markdown;
  "model/meanings": typeof model_meanings;
  "model/memory": typeof model_memory;
  "model/patientFetch": typeof model_patientFetch;
  "model/samples": typeof model_samples;
  "model/schemaValue": typeof model_schemaValue;
  "model/toolPlan": typeof model_toolPlan;
  "model/wire": typeof model_wire;
  "model/words": typeof model_words;
  modelInfo: typeof modelInfo;
  "objects/recipe": typeof objects_recipe;
  "objects/reply": typeof objects_reply;
  "objects/send": typeof objects_send;
  playground: typeof playground;
  promptInput: typeof promptInput;
  "rag/documents": typeof rag_documents;
  "rag/passages": typeof rag_passages;
  "rag/rag": typeof rag_rag;
  "rag/reply": typeof rag_reply;
  "rag/searchDocuments": typeof rag_searchDocuments;
  "rag/searchTool": typeof rag_searchTool;
  "rag/send": typeof rag_send;
  "rag/sources": typeof rag_sources;
  "rag/tables": typeof rag_tables;
  "rateLimits/limiter": typeof rateLimits_limiter;
  "rateLimits/limits": typeof rateLimits_limits;
  "rateLimits/reply": typeof rateLimits_reply;
  "rateLimits/send": typeof rateLimits_send;
  "reasoning/efforts": typeof reasoning_efforts;
  "reasoning/reply": typeof reasoning_reply;
  "reasoning/send": typeof reasoning_send;
  "search/explain": typeof search_explain;
  "search/record": typeof search_record;
  "search/reply": typeof search_reply;
  "search/samples": typeof search_samples;
  "search/send": typeof search_send;
  "search/settings": typeof search_settings;
  "search/tables": typeof search_tables;
  "streaming/reply": typeof streaming_reply;
  "streaming/send": typeof streaming_send;
  "streaming/settings": typeof streaming_settings;
  threadRows: typeof threadRows;
  threads: typeof threads;
  "tools/colleague": typeof tools_colleague;
  "tools/notebook": typeof tools_notebook;
  "tools/notes": typeof tools_notes;
  "tools/primes": typeof tools_primes;
  "tools/reply": typeof tools_reply;
  "tools/send": typeof tools_send;
  "tools/tables": typeof tools_tables;
  "tools/units": typeof tools_units;
  "tools/weather": typeof tools_weather;
  topicThreads: typeof topicThreads;
  topicTurns: typeof topicTurns;
  "usage/invoices": typeof usage_invoices;
  "usage/prices": typeof usage_prices;
  "usage/record": typeof usage_record;
  "usage/reply": typeof usage_reply;
  "usage/report": typeof usage_report;
  "usage/send": typeof usage_send;
  "usage/tables": typeof usage_tables;
  "useChat/turns": typeof useChat_turns;
  "weather/cities": typeof weather_cities;
  "weather/climate": typeof weather_climate;
  "workflow/agents": typeof workflow_agents;
  "workflow/manager": typeof workflow_manager;
  "workflow/packing": typeof workflow_packing;
  "workflow/plan": typeof workflow_plan;
  "workflow/reply": typeof workflow_reply;
  "workflow/stages": typeof workflow_stages;
  "workflow/tables": typeof workflow_tables;
  "workflow/trips": typeof workflow_trips;
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
  workflow: import("@convex-dev/workflow/_generated/component.js").ComponentApi<"workflow">;
  rateLimiter: import("@convex-dev/rate-limiter/_generated/component.js").ComponentApi<"rateLimiter">;
  rag: import("@convex-dev/rag/_generated/component.js").ComponentApi<"rag">;
};
