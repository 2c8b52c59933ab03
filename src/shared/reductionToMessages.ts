import { toConvexJson } from "./convexJson.js";
import { isRecord, type JsonValue } from "./json.js";
import { APPROVAL_FIELDS } from "./approvalFields.js";
import type { ReducedPart, Reduction } from "./reduceChunks.js";
import type { Message, ToolResultOutput } from "./validators/message.js";

/**
 * What a viewer was shown, as messages to save: each step's assistant message, and the results of its tools. A call
 * that has no result yet gets one that says `reason`, so that no call stays without its pair; one that waits for an
 * approval keeps waiting. Without a reason all of them keep waiting. `skipSteps` leaves out the steps that are saved
 * already.
 */
export function reductionToMessages(reduction: Pick<Reduction, "parts">, { reason, skipSteps }: { reason: string | undefined; skipSteps: number }): Message[] {
  const steps: ReducedPart[][] = [[]];
  for (const part of reduction.parts) {
    if (part.type === "step-start") steps.push([]);
    else steps.at(-1)?.push(part);
  }
  // What comes before the first step-start belongs to the first step.
  const [before = [], first = [], ...others] = steps;
  const all = steps.length === 1 ? [before] : [[...before, ...first], ...others];
  return all.slice(skipSteps).flatMap((parts) => stepMessages(parts, reason));
}

/**
 * The results that a log holds of calls which were made before it, as the message that answers them; undefined when it
 * holds none. `toolNames` names the tools by call.
 */
export function outcomesToMessage({ outcomes }: Reduction, toolNames: ReadonlyMap<string, string>): Message | undefined {
  const content = Object.entries(outcomes).flatMap(([toolCallId, change]): unknown[] => {
    const toolName = toolNames.get(toolCallId);
    // What a tool shows while it still runs is no result.
    if (toolName === undefined || change.preliminary === true || !isSettled(change.state)) return [];
    return toolResult({ ...change, type: `tool-${toolName}`, toolCallId }, "");
  });
  // Results of tools, as a message of that role holds them.
  return content.length === 0 ? undefined : ({ role: "tool", content: toConvexJson(content) } as unknown as Message);
}

const isSettled = (state: unknown): boolean => state === "output-available" || state === "output-error" || state === "output-denied";

function stepMessages(parts: readonly ReducedPart[], reason: string | undefined): Message[] {
  const content = parts.flatMap((part) => assistantPart(part));
  const results = parts.flatMap((part) => toolResult(part, reason));
  const messages: { role: "assistant" | "tool"; content: unknown[] }[] = [];
  if (content.length > 0) messages.push({ role: "assistant", content });
  if (results.length > 0) messages.push({ role: "tool", content: results });
  // Built from the kinds of parts that a stream carries; kinds that we do not know are kept as they are.
  return toConvexJson(messages) as unknown as Message[];
}

const toolNameOf = (part: ReducedPart): string => (part.type === "dynamic-tool" ? String(part.toolName) : part.type.slice("tool-".length));

const isTool = (part: ReducedPart): boolean => typeof part.toolCallId === "string";

const options = (metadata: unknown): Record<string, unknown> => (isRecord(metadata) ? { providerOptions: metadata } : {});

function assistantPart(part: ReducedPart): unknown[] {
  if (isTool(part)) return callParts(part);
  switch (part.type) {
    case "text":
      return part.text === "" ? [] : [{ type: "text", text: part.text, ...options(part.providerMetadata) }];
    case "reasoning":
      return part.text === "" ? [] : [{ type: "reasoning", text: part.text, ...options(part.providerMetadata) }];
    case "file":
    case "reasoning-file":
      return [{ type: part.type, data: part.url, mediaType: part.mediaType, ...options(part.providerMetadata) }];
    case "source-url":
      return [{ type: "source", sourceType: "url", id: part.sourceId, url: part.url, ...(part.title === undefined ? {} : { title: part.title }) }];
    case "source-document":
      return [{ type: "source", sourceType: "document", id: part.sourceId, mediaType: part.mediaType, title: part.title, ...(part.filename === undefined ? {} : { filename: part.filename }) }];
    default:
      return [part];
  }
}

const defined = (source: Readonly<Record<string, unknown>>, fields: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(fields.flatMap((field) => (source[field] === undefined ? [] : [[field, source[field]]])));

function callParts(part: ReducedPart): unknown[] {
  const call = {
    type: "tool-call",
    toolCallId: part.toolCallId,
    toolName: toolNameOf(part),
    input: part.input ?? null,
    ...(part.type === "dynamic-tool" ? { dynamic: true } : {}),
    ...defined(part, ["providerExecuted", "title", "toolMetadata"]),
    ...options(part.callProviderMetadata),
  };
  const { approval } = part;
  const request = isRecord(approval) ? [{ type: "tool-approval-request", approvalId: approval.id, toolCallId: part.toolCallId, ...defined(approval, APPROVAL_FIELDS) }] : [];
  return [call, ...request];
}

function toolResult(part: ReducedPart, reason: string | undefined): unknown[] {
  if (!isTool(part) || part.state === "approval-requested" || part.state === "approval-responded") return [];
  if (reason === undefined && !isSettled(part.state)) return [];
  return [
    {
      type: "tool-result",
      toolCallId: part.toolCallId,
      toolName: toolNameOf(part),
      output: outputOf(part, reason),
      ...options(part.resultProviderMetadata),
    },
  ];
}

function outputOf(part: ReducedPart, reason: string | undefined): ToolResultOutput {
  switch (part.state) {
    case "output-available":
      // Never shown to a model as if it were what the tool gave.
      if (typeof part.omittedBytes === "number") return { type: "error-text", value: `The tool ran, but its result of ${part.omittedBytes} bytes was too large to keep: the reply ended before it was saved.` };
      // A tool's output crossed the wire as a Convex value.
      return typeof part.output === "string" ? { type: "text", value: part.output } : { type: "json", value: (part.output ?? null) as JsonValue };
    case "output-error":
      return { type: "error-text", value: String(part.errorText) };
    case "output-denied":
      return { type: "execution-denied" };
    default:
      return { type: "error-text", value: `The tool was stopped: ${reason ?? ""}` };
  }
}
