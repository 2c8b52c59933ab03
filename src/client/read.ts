// The light entry: what queries and mutations need. Nothing here loads the AI SDK or zod at run time.
export { listMessages, listUIMessages, type ListMessagesArgs } from "./listMessages.js";
export { saveMessage, saveMessages, updateMessage, deleteMessages, deleteMessageRange, getRawCall } from "./messages.js";
export type { MessageMetadata, MessageRange, SaveMessageArgs, SaveMessagesArgs } from "./messages.js";
export { listThread } from "./listThread.js";
export { isPackedThread, unpackThread, type PackedMessage, type PackedStream, type PackedThread, type ThreadView } from "../shared/packedThread.js";
export { fetchContextMessages, fetchRecentAndSearchMessages, type FetchContextArgs, type GetEmbedding } from "./context/fetch.js";
export { approveToolCall, denyToolCall, respondToToolCalls } from "./approvals.js";
export type { Continuation, ContinueOption, RecordedDecision, ToolCallDecision } from "./approvals.js";
export { getFile, storeFile, vacuumFiles, type FileWithParts, type StoredFile } from "./files/storeFile.js";
export { abortStream, listStreams, stopTurn, syncStreams } from "./streaming/syncStreams.js";
export {
  createThread,
  deleteThreadAsync,
  deleteThreadSync,
  deleteThreadsByUserId,
  getThreadMetadata,
  listThreadsByActivity,
  markThreadRead,
  searchThreadTitles,
  updateThreadMetadata,
} from "./threads.js";
export type { ActiveThread, NewThread, ThreadPatch } from "./threads.js";
export { startThread, type StartThreadArgs } from "./startThread.js";
export { parseFailure, type FailureReason } from "../shared/failureReason.js";
export { serializeMessage, type SerializedMessage } from "./files/serializeMessage.js";
export { docsToModelMessages, toModelMessage, toModelMessage as deserializeMessage } from "./aiSdk/messages.js";
export { guessMimeType, serializeDataOrUrl } from "./aiSdk/files.js";
export { extractText } from "../shared/extractText.js";
export { failureOf, type Failure } from "../shared/errors.js";
export { filterOutOrphanedToolMessages } from "../shared/toolPairs.js";
export { toUIMessages } from "../shared/toUIMessages.js";
export { fromUIMessages, type FromUIMessagesMeta } from "../shared/fromUIMessages.js";
export { parsePartialJson } from "../shared/partialJson.js";
export type { UIMessage, UIStatus } from "../shared/uiMessage.js";
export type { ActionCtx, AgentComponent, InstalledComponent, MutationCtx, QueryCtx } from "./ctx.js";
export { vCallSettings, vContextOptions, vStorageOptions, vStreamMessagesReturnValue } from "./functionArgs.js";
export * from "../shared/validators/index.js";
