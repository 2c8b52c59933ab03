import type { UIMessageChunk } from "ai";
import { isRecord } from "../../shared/json.js";
import type { UIMessage } from "../wireTypes.js";

/** A part of a message, seen without its kind's type. */
type Part = { readonly type: string; readonly [field: string]: unknown };

/** Kinds that go into a message as the chunk that brings them. */
const WHOLE = new Set(["source-url", "source-document", "file", "reasoning-file", "custom"]);
const GROWING = new Set(["text", "reasoning"]);

/**
 * Tells a growing message as the chunks of the AI SDK, for consumers that build their own copy from chunks. Each
 * update costs what changed. Kinds of parts that no chunk can bring are left out.
 */
export class ChunkWriter {
  /** What the consumer's copy holds, part by part. */
  #shown: Part[] = [];
  #openText: number | undefined;
  #isStepOpen = false;

  /** `shown`: what the consumer has already, when the message is continued. */
  constructor(shown: UIMessage["parts"] = []) {
    this.#shown = known(shown);
  }

  /** The chunks that lead from what was shown to these parts. */
  update(parts: UIMessage["parts"]): UIMessageChunk[] {
    const next = known(parts);
    const chunks: object[] = [];
    if (!this.#continues(next)) this.#rewind(chunks);
    next.forEach((part, index) => {
      const before = this.#shown[index];
      if (before === part) return;
      this.#shown[index] = part;
      this.#tell(chunks, { part, before, index });
    });
    // Each object was built with the fields of its kind of chunk.
    return chunks as UIMessageChunk[];
  }

  /** Closes what is open. */
  end(): UIMessageChunk[] {
    const chunks: object[] = [];
    this.#closeText(chunks);
    this.#closeStep(chunks);
    return chunks as UIMessageChunk[];
  }

  /** Only the last step may change its mind: a provider that fails half way starts it again. */
  #continues(next: readonly Part[]): boolean {
    if (next.length < this.#shown.length) return false;
    return this.#shown.every((part, index) => {
      const now = next[index];
      if (now === undefined || now.type !== part.type) return false;
      return now === part || !GROWING.has(part.type) || lengthOf(now) >= lengthOf(part);
    });
  }

  #rewind(chunks: object[]): void {
    const start = this.#shown.findLastIndex(({ type }) => type === "step-start");
    this.#shown.length = start + 1;
    this.#openText = undefined;
    chunks.push({ type: "reset-step" });
  }

  #tell(chunks: object[], change: Change): void {
    const { part, before, index } = change;
    if (part.type === "step-start") {
      if (before !== undefined) return;
      this.#closeText(chunks);
      this.#closeStep(chunks);
      chunks.push({ type: "start-step" });
      this.#isStepOpen = true;
    } else if (GROWING.has(part.type)) this.#tellText(chunks, change);
    else {
      if (before === undefined) this.#closeText(chunks);
      if (isTool(part)) chunks.push(...toolChunks(part, before));
      else if (before === undefined || part.type.startsWith("data-")) chunks.push(part);
    }
    if (part.state === "done" && this.#openText === index) this.#closeText(chunks);
  }

  #tellText(chunks: object[], { part, before, index }: Change): void {
    const from = before === undefined ? 0 : lengthOf(before);
    const length = lengthOf(part);
    const metadata = part.providerMetadata === undefined ? {} : { providerMetadata: part.providerMetadata };
    if (this.#openText !== index) {
      // A text that the consumer holds already cannot be opened again; the same part only changed its state.
      if (before !== undefined && from === length) return;
      this.#closeText(chunks);
      this.#openText = index;
      chunks.push({ type: `${part.type}-start`, id: idOf(index), ...metadata });
    }
    if (length > from) chunks.push({ type: `${part.type}-delta`, id: idOf(index), delta: String(part.text).slice(from), ...metadata });
  }

  #closeText(chunks: object[]): void {
    const index = this.#openText;
    const part = index === undefined ? undefined : this.#shown[index];
    this.#openText = undefined;
    if (index !== undefined && part !== undefined) chunks.push({ type: `${part.type}-end`, id: idOf(index) });
  }

  #closeStep(chunks: object[]): void {
    if (this.#isStepOpen) chunks.push({ type: "finish-step" });
    this.#isStepOpen = false;
  }
}

interface Change {
  readonly part: Part;
  readonly before: Part | undefined;
  readonly index: number;
}

const idOf = (index: number): string => `part-${index}`;

const lengthOf = ({ text }: Part): number => (typeof text === "string" ? text.length : 0);

const isTool = ({ type }: Part): boolean => type === "dynamic-tool" || type.startsWith("tool-");

function known(parts: UIMessage["parts"]): Part[] {
  // Every part is an object with a `type`.
  return (parts as unknown as readonly Part[]).filter((part) =>
    part.type === "step-start" || GROWING.has(part.type) || isTool(part) || WHOLE.has(part.type) || part.type.startsWith("data-"));
}

function pick(part: Part, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(fields.flatMap((field) => (part[field] === undefined ? [] : [[field, part[field]]])));
}

/** What brings a call from one state to another; states that were passed unseen are told too. */
function toolChunks(part: Part, before: Part | undefined): object[] {
  const { toolCallId } = part;
  const toolName = part.type === "dynamic-tool" ? part.toolName : part.type.slice("tool-".length);
  const dynamic = part.type === "dynamic-tool" ? { dynamic: true } : {};
  const common = { toolCallId, ...dynamic, ...pick(part, ["providerExecuted"]) };
  const input = { toolName, ...common, ...pick(part, ["title", "toolMetadata"]) };
  if (part.state === "input-streaming") return before === undefined ? [{ type: "tool-input-start", ...input }] : [];
  const chunks: object[] = [];
  if (before === undefined || before.state === "input-streaming") {
    const metadata = part.callProviderMetadata === undefined ? {} : { providerMetadata: part.callProviderMetadata };
    chunks.push({ type: "tool-input-available", ...input, input: part.input ?? null, ...metadata });
  }
  return [...chunks, ...approvalChunks(part, before), ...outcomeChunks(part, common)];
}

function approvalChunks(part: Part, before: Part | undefined): object[] {
  const { approval, toolCallId } = part;
  if (!isRecord(approval)) return [];
  const known = isRecord(before?.approval) ? before.approval : undefined;
  const chunks: object[] = [];
  if (known === undefined) {
    chunks.push({ type: "tool-approval-request", approvalId: approval.id, toolCallId, ...(approval.isAutomatic === true ? { isAutomatic: true } : {}) });
  }
  if (typeof approval.approved === "boolean" && known?.approved !== approval.approved) {
    const reason = approval.reason === undefined ? {} : { reason: approval.reason };
    chunks.push({ type: "tool-approval-response", approvalId: approval.id, approved: approval.approved, ...reason });
  }
  return chunks;
}

function outcomeChunks(part: Part, common: object): object[] {
  switch (part.state) {
    case "output-available":
      return [{ type: "tool-output-available", ...common, output: part.output ?? null, ...pick(part, ["preliminary"]) }];
    case "output-error":
      return [{ type: "tool-output-error", ...common, errorText: part.errorText ?? "" }];
    case "output-denied":
      return [{ type: "tool-output-denied", toolCallId: part.toolCallId }];
    default:
      return [];
  }
}
