/** The shapes that cross the wire, from the folder that server and hooks share. */
import type { StreamArgs as OptionalStreamArgs } from "../shared/validators/stream.js";

export type { UIMessage, UIStatus } from "../shared/uiMessage.js";
export type { MessageDoc } from "../shared/validators/messageDoc.js";
export type { PackedThread } from "../shared/packedThread.js";
export type { StoredChunk, StreamDelta, StreamMessage, SyncStreamsReturnValue } from "../shared/validators/stream.js";

export type StreamArgs = NonNullable<OptionalStreamArgs>;
