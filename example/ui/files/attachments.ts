import { useSyncExternalStore } from "react";
import { fileProblem, MAX_FILES, mediaTypeOf } from "../../convex/files/kinds";
import { describeError } from "../app/errors";

export type AttachmentState =
  | { kind: "uploading" }
  | { kind: "ready"; fileId: string }
  /** It cannot be sent as it is; another try would end the same. */
  | { kind: "refused"; problem: string }
  /** It did not arrive; another try may. */
  | { kind: "failed"; problem: string };

export interface Attachment {
  id: number;
  file: File;
  mediaType: string;
  /** Of a picture, to be shown; it lasts as long as the attachment. */
  previewUrl: string | undefined;
  state: AttachmentState;
}

export type Upload = (given: { name: string; mediaType: string; bytes: ArrayBuffer }) => Promise<{ fileId: string }>;

/** Whether it has a place in the message. What was refused is only told. */
export function goesAlong({ state }: Attachment): boolean {
  return state.kind !== "refused";
}

const NONE: readonly Attachment[] = [];

/** Files that are to go with the next message, by conversation: a look at another one loses none. */
class AttachmentStore {
  readonly #byConversation = new Map<string, readonly Attachment[]>();
  readonly #listeners = new Set<() => void>();
  #nextId = 1;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  of(conversation: string): readonly Attachment[] {
    return this.#byConversation.get(conversation) ?? NONE;
  }

  /**
   * Takes files and uploads those that may be; one that is refused at once takes no place. Returns what to tell the
   * person when some were too many.
   */
  add(conversation: string, files: readonly File[], upload: Upload): string | null {
    const leftOut: string[] = [];
    for (const file of files) {
      const isRefused = fileProblem({ name: file.name, mediaType: mediaTypeOf(file), sizeBytes: file.size }) !== null;
      if (!isRefused && this.of(conversation).filter(goesAlong).length >= MAX_FILES) {
        leftOut.push(`“${file.name}”`);
        continue;
      }
      const mediaType = mediaTypeOf(file);
      const previewUrl = mediaType.startsWith("image/") ? URL.createObjectURL(file) : undefined;
      const attachment: Attachment = { id: this.#nextId++, file, mediaType, previewUrl, state: { kind: "uploading" } };
      this.#set(conversation, [...this.of(conversation), attachment]);
      void this.upload(conversation, attachment.id, upload);
    }
    const names = new Intl.ListFormat("en").format(leftOut);
    return leftOut.length === 0 ? null : `At most ${MAX_FILES} files go into one message: ${names} ${leftOut.length === 1 ? "was" : "were"} left out.`;
  }

  /** Uploads one, again after it has failed. */
  async upload(conversation: string, id: number, upload: Upload): Promise<void> {
    const attachment = this.of(conversation).find((candidate) => candidate.id === id);
    if (attachment === undefined) return;
    const { file, mediaType } = attachment;
    const given = { name: file.name, mediaType, sizeBytes: file.size };
    const refuse = (problem: string | null) => {
      if (problem !== null) this.#setState(conversation, id, { kind: "refused", problem });
      return problem !== null;
    };
    // Before it is read: a film of a gigabyte is not loaded to find out that it is too large.
    if (refuse(fileProblem(given))) return;
    this.#setState(conversation, id, { kind: "uploading" });
    try {
      const bytes = await file.arrayBuffer();
      if (refuse(fileProblem(given, new Uint8Array(bytes)))) return;
      const { fileId } = await upload({ name: file.name, mediaType, bytes });
      this.#setState(conversation, id, { kind: "ready", fileId });
    } catch (error) {
      this.#setState(conversation, id, { kind: "failed", problem: `“${file.name}” was not uploaded. ${describeError(error)}` });
    }
  }

  remove(conversation: string, ids: readonly number[]): void {
    const attachments = this.of(conversation);
    for (const { id, previewUrl } of attachments) if (previewUrl !== undefined && ids.includes(id)) URL.revokeObjectURL(previewUrl);
    this.#set(conversation, attachments.filter(({ id }) => !ids.includes(id)));
  }

  #setState(conversation: string, id: number, state: AttachmentState): void {
    this.#set(conversation, this.of(conversation).map((attachment) => (attachment.id === id ? { ...attachment, state } : attachment)));
  }

  #set(conversation: string, attachments: readonly Attachment[]): void {
    this.#byConversation.set(conversation, attachments);
    for (const listener of this.#listeners) listener();
  }
}

export const attachmentStore = new AttachmentStore();

export function useAttachments(conversation: string): readonly Attachment[] {
  return useSyncExternalStore(attachmentStore.subscribe, () => attachmentStore.of(conversation));
}
