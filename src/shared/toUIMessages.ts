import type { UIDataTypes, UITools } from "ai";
import { fromConvexJson } from "./convexJson.js";
import { isRecord } from "./json.js";
import { APPROVAL_FIELDS } from "./approvalFields.js";
import type { ReducedPart } from "./reduceChunks.js";
import { messageKey, type UIMessage } from "./uiMessage.js";
import type { ToolResultOutput } from "./validators/message.js";
import type { MessageDoc } from "./validators/messageDoc.js";

/**
 * Saved messages as messages to render. The rows of a generation (each step's assistant message and tool results) come
 * together in one assistant message; a tool's result joins its call. Expects and returns them in the thread's order.
 *
 * Field names that Convex refuses (`$ref`) are back in tools' inputs and outputs, so a query cannot return these
 * messages as they are: use `listUIMessages` there.
 *
 * @example const messages = toUIMessages(results)
 */
export function toUIMessages<
  METADATA = unknown,
  DATA_PARTS extends UIDataTypes = UIDataTypes,
  TOOLS extends UITools = UITools,
>(docs: readonly (Omit<MessageDoc, "metadata"> & { metadata?: METADATA })[]): UIMessage<METADATA, DATA_PARTS, TOOLS>[] {
  // Messages stay messages; only field names within them change.
  return fromConvexJson(toListedUIMessages(docs)) as UIMessage<METADATA, DATA_PARTS, TOOLS>[];
}

/** As {@link toUIMessages}, as a query can return them: with the field names that Convex takes. Hooks undo that. */
export function toListedUIMessages<
  METADATA = unknown,
  DATA_PARTS extends UIDataTypes = UIDataTypes,
  TOOLS extends UITools = UITools,
>(docs: readonly (Omit<MessageDoc, "metadata"> & { metadata?: METADATA })[]): UIMessage<METADATA, DATA_PARTS, TOOLS>[] {
  const messages: UIMessage<METADATA>[] = [];
  let group: Doc<METADATA>[] = [];
  const endGroup = () => {
    if (group.length > 0) messages.push(assistantMessage(group));
    group = [];
  };
  for (const doc of docs) {
    if (doc.message === undefined) continue;
    const isReply = doc.message.role === "assistant" || doc.message.role === "tool";
    // Results of tools and decisions on calls may be a person's; they do not change whose reply it is.
    const previous = group.findLast(({ message }) => message?.role === "assistant") ?? group.at(-1);
    if (!isReply || (previous !== undefined && !continues(previous, doc))) endGroup();
    if (isReply) group.push(doc);
    else messages.push(promptMessage(doc));
  }
  endGroup();
  // Which data parts and tools a message may hold is the caller's knowledge; nothing here depends on it.
  return messages as UIMessage<METADATA, DATA_PARTS, TOOLS>[];
}

/** A step belongs to the generation before it when it is of the same turn and the same agent. */
function continues(previous: AnyDoc, doc: AnyDoc): boolean {
  if (previous.order !== doc.order || previous.threadId !== doc.threadId) return false;
  return doc.message?.role === "tool" || previous.agentName === doc.agentName;
}

type Doc<METADATA> = Omit<MessageDoc, "metadata"> & { metadata?: METADATA };
type AnyDoc = Doc<unknown>;

function base<METADATA>(doc: Doc<METADATA>) {
  const { _id, _creationTime, order, stepOrder, threadId, agentName, userId, metadata } = doc;
  return {
    id: _id,
    _creationTime,
    order,
    stepOrder,
    key: messageKey(threadId, { order, stepOrder }),
    ...(agentName === undefined ? {} : { agentName }),
    ...(userId === undefined ? {} : { userId }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function promptMessage<METADATA>(doc: Doc<METADATA>): UIMessage<METADATA> {
  const parts = partsOf(doc).flatMap((part) => toUIPart(part));
  const role = doc.message?.role === "system" ? "system" : "user";
  return finished({ ...base(doc), role, parts, text: textOf(parts), status: doc.status, ...errorOf(doc) });
}

function errorOf({ error }: AnyDoc): { error?: string } {
  return error === undefined ? {} : { error };
}

/** The parts that are built here are those of the AI SDK's `UIMessage`, or kinds that it does not know either. */
function finished<METADATA>(message: Omit<UIMessage<METADATA>, "parts"> & { parts: readonly ReducedPart[] }): UIMessage<METADATA> {
  return message as unknown as UIMessage<METADATA>;
}

function assistantMessage<METADATA>(group: readonly Doc<METADATA>[]): UIMessage<METADATA> {
  const first = group[0];
  const last = group.at(-1);
  if (first === undefined || last === undefined) throw new Error("Invariant: a group of steps is never empty");
  const parts: ReducedPart[] = [];
  for (const doc of group) {
    if (doc.message?.role === "assistant") parts.push(...assistantParts(doc));
    else for (const part of partsOf(doc)) joinToolPart(parts, part);
  }
  const metadata = group.findLast((doc) => doc.metadata !== undefined)?.metadata;
  // Steps that failed before a later try went well are no failure of the reply.
  const failed = last.status === "success" ? undefined : group.findLast((doc) => doc.error !== undefined);
  return finished({
    ...base(first),
    ...(metadata === undefined ? {} : { metadata }),
    role: "assistant",
    parts,
    text: textOf(parts),
    status: last.status,
    ...(failed === undefined ? {} : errorOf(failed)),
  });
}

interface AnyPart {
  readonly type: string;
  readonly [field: string]: unknown;
}

function partsOf({ message }: AnyDoc): AnyPart[] {
  if (message === undefined) return [];
  if (typeof message.content === "string") return message.content === "" ? [] : [{ type: "text", text: message.content }];
  // Content parts are objects with a `type`, of kinds we know or not.
  return message.content as unknown as AnyPart[];
}

function assistantParts(doc: AnyDoc): ReducedPart[] {
  const parts: ReducedPart[] = [{ type: "step-start" }];
  for (const part of partsOf(doc)) {
    if (part.type === "tool-result" || part.type.startsWith("tool-approval-")) joinToolPart(parts, part);
    else parts.push(...toUIPart(part));
  }
  const known = new Set(parts.map((part) => part.sourceId));
  for (const source of doc.sources ?? []) if (!known.has(source.id)) parts.push(...toUIPart({ ...source, type: "source" }));
  return parts;
}

const optional = (part: AnyPart, fields: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(fields.flatMap((field) => (part[field] === undefined ? [] : [[field, part[field]]])));

function toUIPart(part: AnyPart): ReducedPart[] {
  const metadata = part.providerMetadata ?? part.providerOptions;
  const providerMetadata = metadata === undefined ? {} : { providerMetadata: metadata };
  switch (part.type) {
    case "text":
      return [{ type: "text", text: part.text, state: "done", ...providerMetadata }];
    case "reasoning":
      return [{ type: "reasoning", text: part.text, state: "done", ...providerMetadata }];
    case "tool-call":
      return [toolPart(part)];
    case "image":
      return [{ type: "file", url: urlOf(part.image, part.mediaType ?? "image/*"), mediaType: part.mediaType ?? "image/*", ...providerMetadata }];
    case "file":
    case "reasoning-file":
      return [{ type: part.type, url: urlOf(part.data ?? part.url, part.mediaType), mediaType: part.mediaType, ...optional(part, ["filename"]), ...providerMetadata }];
    case "source":
      return [sourcePart(part, providerMetadata)];
    default:
      return [part];
  }
}

function sourcePart(part: AnyPart, providerMetadata: object): ReducedPart {
  if (part.sourceType === "document") {
    return { type: "source-document", sourceId: part.id, mediaType: part.mediaType, title: part.title, ...optional(part, ["filename"]), ...providerMetadata };
  }
  return { type: "source-url", sourceId: part.id, url: part.url, ...optional(part, ["title"]), ...providerMetadata };
}

/** A URL to show a file by: its own, or its data as a data URL. */
function urlOf(data: unknown, mediaType: unknown): string {
  if (data instanceof ArrayBuffer) return `data:${String(mediaType)};base64,${toBase64(data)}`;
  const text = typeof data === "string" ? data : "";
  return /^[a-z][a-z\d+.-]*:/i.test(text) ? text : `data:${String(mediaType)};base64,${text}`;
}

function toBase64(data: ArrayBuffer): string {
  let binary = "";
  for (const byte of new Uint8Array(data)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function toolPart(part: AnyPart): ReducedPart {
  const metadata = part.providerMetadata ?? part.providerOptions;
  const kind = part.dynamic === true ? { type: "dynamic-tool", toolName: part.toolName } : { type: `tool-${String(part.toolName)}` };
  return {
    ...kind,
    toolCallId: part.toolCallId,
    // A call that was cut off while its input arrived; `input` is what had arrived.
    state: part.isPartial === true ? "input-streaming" : "input-available",
    ...optional(part, ["input", "providerExecuted", "title", "toolMetadata"]),
    // What the model wrote, where it was no input that a provider takes.
    ...(part.rawInput === undefined ? {} : { input: part.rawInput }),
    ...(metadata === undefined ? {} : { callProviderMetadata: metadata }),
  };
}

/** Joins a result, a request for approval or an answer to the call that it belongs to. */
function joinToolPart(parts: ReducedPart[], part: AnyPart): void {
  const index = parts.findLastIndex((candidate) =>
    part.type === "tool-approval-response"
      ? isRecord(candidate.approval) && candidate.approval.id === part.approvalId
      : "toolCallId" in candidate && candidate.toolCallId === part.toolCallId,
  );
  const call = parts[index];
  if (call !== undefined) parts[index] = joined(call, part);
  // A result whose call is on a page that is not loaded still shows what came out.
  else if (part.type === "tool-result") parts.push(joined(toolPart(part), part));
}

function joined(call: ReducedPart, part: AnyPart): ReducedPart {
  switch (part.type) {
    case "tool-approval-request":
      return { ...call, state: "approval-requested", approval: { id: part.approvalId, ...approvalFields(part) } };
    case "tool-approval-response": {
      const approval = { ...(isRecord(call.approval) ? call.approval : {}), approved: part.approved, ...optional(part, ["reason"]) };
      // A denied call is "output-denied" once its result says so.
      return { ...call, state: "approval-responded", approval, ...optional(part, ["providerExecuted"]) };
    }
    default:
      return { ...call, ...resultFields(part) };
  }
}

function approvalFields({ reason, ...part }: AnyPart): Record<string, unknown> {
  const fields = optional({ ...part, requestReason: part.requestReason ?? reason }, APPROVAL_FIELDS);
  // The SDK stores `isAutomatic: false` in messages and leaves it out of chunks.
  if (fields.isAutomatic === false) delete fields.isAutomatic;
  return fields;
}

function resultFields(part: AnyPart): Record<string, unknown> {
  const output = part.output as ToolResultOutput | undefined;
  const metadata = part.providerMetadata ?? part.providerOptions;
  const extra = metadata === undefined ? {} : { resultProviderMetadata: metadata };
  switch (output?.type) {
    case "error-text":
      return { state: "output-error", errorText: output.value, ...extra };
    case "error-json":
      return { state: "output-error", errorText: typeof output.value === "string" ? output.value : JSON.stringify(fromConvexJson(output.value)), ...extra };
    case "execution-denied":
      return { state: "output-denied", ...extra };
    case "text":
    case "json":
    case "content":
      // `result` is what the tool gave, where a model was shown something else.
      return { state: "output-available", output: part.result ?? output.value, ...extra };
    default:
      return { state: "output-available", output: part.result ?? null, ...extra };
  }
}

/** The text parts, a line each. */
export function textOf(parts: readonly ReducedPart[]): string {
  return parts.flatMap((part) => (part.type === "text" && typeof part.text === "string" ? [part.text] : [])).join("\n");
}
