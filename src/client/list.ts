// The lightest entry: what a list query needs and no more. Convex evaluates a module with all it imports for each run,
// and viewers run lists more often than anything else.
export { listMessages, listUIMessages, type ListMessagesArgs } from "./listMessages.js";
export { listThread } from "./listThread.js";
export { listStreams, syncStreams } from "./streaming/syncStreams.js";
export type { PackedThread } from "../shared/packedThread.js";
export type { UIMessage } from "../shared/uiMessage.js";
export { vStreamArgs } from "../shared/validators/stream.js";
