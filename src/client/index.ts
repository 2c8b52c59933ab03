export { isStepCount, stepCountIs } from "ai";
export { Agent } from "./agent.js";
export { DEFAULT_STREAMING_OPTIONS } from "./agentOptions.js";
export type {
  AgentCallSettings,
  AgentOptions,
  Config,
  ContextHandler,
  ContextOptions,
  GenerationScope,
  Options,
  RawRequestResponseHandler,
  StorageOptions,
  StreamingOptions,
  UsageHandler,
} from "./agentOptions.js";
export { errorToString, failureReason } from "./aiSdk/failures.js";
export type { UsageReport } from "./aiSdk/usage.js";
export { embedMany, embedMessages, generateAndSaveEmbeddings, type EmbedOptions, type MessageEmbeddings } from "./context/embed.js";
export { fetchContextWithPrompt } from "./context/fetchWithPrompt.js";
export {
  asObjectAction,
  asSaveMessagesMutation,
  asTextAction,
  createThreadMutation,
  type ActionResult,
  type ObjectActionSpec,
  type TextActionSpec,
} from "./functions.js";
export type {
  AgentPrompt,
  GenerateObjectArgs,
  GenerationOutputMetadata,
  ObjectMode,
  ObjectResult,
  ObjectStream,
  StreamObjectArgs,
  StreamResult,
  StreamTextOptions,
  StreamingTextArgs,
  TextArgs,
  TextResult,
  ThreadTarget,
} from "./generate/args.js";
export { generateObject, streamObject } from "./generate/generateObject.js";
export { generateText } from "./generate/generateText.js";
export type { RawCallContent, RawCallOptions } from "./generate/rawCalls.js";
export { streamText } from "./generate/streamText.js";
export {
  publicCreateThreadMutation,
  publicObjectAction,
  publicSaveMessagesMutation,
  publicTextAction,
  type Authorize,
  type ClaimedTarget,
} from "./publicFunctions.js";
export { definePlaygroundAPI, type AgentsFn, type PlaygroundAPI } from "./playground/definePlaygroundAPI.js";
export type { AgentDescription, ToolDescription } from "./playground/describeAgent.js";
export type { PlaygroundAnswer } from "./playground/answers.js";
export type { ContextEntry, ContextSource, PromptContext } from "./playground/promptContext.js";
export type { ListedThread } from "./playground/listFunctions.js";
export type { ExportedPage, MessagesPage, UsageRow } from "./playground/readFunctions.js";
export * from "./read.js";
export { hasSuccessfulToolCall } from "./stopConditions.js";
export { compressUIMessageChunks } from "./streaming/compress.js";
export { adaptiveThrottle, type Throttle } from "./streaming/throttle.js";
export { DeltaStreamer, type DeltaStreamerConfig, type StreamMetadata } from "./streaming/deltaStreamer.js";
export type { Thread, ThreadBinding } from "./thread.js";
export { createTool, type ToolCtx, type ToolDefinition, type ToolHandler } from "./tools/createTool.js";
