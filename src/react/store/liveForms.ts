import { messageKey } from "../../shared/uiMessage.js";
import type { MessageDoc, UIMessage } from "../wireTypes.js";
import { changedTool, textOf } from "./reduction.js";
import type { LiveMessage } from "./streamStore.js";

/**
 * A live message as one to show. When it continues a saved message, the two are one message, with the saved one's
 * place and key: its earlier steps as saved, then what is live. The steps that the stream itself has saved so far are
 * the saved message's last ones, and are shown from the stream.
 */
export function liveUIMessage(live: LiveMessage, before: UIMessage | undefined): UIMessage {
  if (before === undefined) return live.message;
  const parts = [...withOutcomes(live, withoutStepsOf(live, before.parts)), ...live.message.parts];
  const { status, metadata = before.metadata, error } = live.message;
  return { ...before, parts, text: textOf(parts), status, metadata, error };
}

/** What the live message tells of calls that were made before it: an approved tool's result shows when it is there. */
function withOutcomes({ outcomes }: LiveMessage, parts: UIMessage["parts"]): UIMessage["parts"] {
  return parts.map((part) => {
    const change = "toolCallId" in part ? outcomes[part.toolCallId] : undefined;
    // A call's part stays one when its state changes.
    return change === undefined ? part : (changedTool({ ...part }, change) as unknown as typeof part);
  });
}

/** What of `saved` is not in `live`: a step is saved a moment before or after its end is seen, so content decides. */
function withoutStepsOf(live: LiveMessage, saved: UIMessage["parts"]): UIMessage["parts"] {
  const savedSteps = stepsOf(saved).map(signature);
  const liveSteps = stepsOf(live.message.parts).map(signature);
  let shared = Math.min(live.finishedSteps, savedSteps.length);
  while (shared > 0 && savedSteps.slice(-shared).some((step, index) => step !== liveSteps[index])) shared--;
  const starts = saved.flatMap((part, index) => (part.type === "step-start" ? [index] : []));
  const cut = starts[starts.length - shared];
  return shared === 0 || cut === undefined ? saved : saved.slice(0, cut);
}

/** What a step said and which tools it called: the same while it streams and when it is saved. */
function signature(step: readonly AnyPart[]): string {
  return JSON.stringify(step.flatMap(({ type, text, toolCallId }) => (toolCallId ?? text) === undefined ? [] : [[type, toolCallId ?? text]]));
}

/** A part of a message, seen without its kind's type: live messages may hold kinds that this version does not know. */
type AnyPart = { readonly type: string; readonly [field: string]: unknown };

/** A live message as the rows that its steps will be saved as: for each an assistant message and its tools' results. */
export function liveMessageDocs(live: LiveMessage, threadId: string): (MessageDoc & { key: string })[] {
  const { message } = live;
  const docs: (MessageDoc & { key: string })[] = [];
  const add = (content: { role: string; content: AnyPart[] }, tool: boolean): void => {
    const text = content.role === "assistant" ? textOf(content.content) : "";
    const place = { order: message.order, stepOrder: message.stepOrder + docs.length };
        const { agentName, userId, error } = message;
    docs.push({
      _id: `${message.id}:${docs.length}`, _creationTime: message._creationTime, threadId, ...place, key: messageKey(threadId, place),
      status: message.status === "streaming" ? "pending" : message.status, tool,
      // These are content parts of a stored message; kinds that are not known pass through, as they do when stored.
      message: content as unknown as MessageDoc["message"],
      ...(text === "" ? {} : { text }), ...(agentName === undefined ? {} : { agentName }),
      ...(userId === undefined ? {} : { userId }), ...(error === undefined ? {} : { error }),
    });
  };
  for (const step of stepsOf(message.parts)) {
    const content = step.flatMap(contentPart);
    const results = step.flatMap(resultPart);
    add({ role: "assistant", content }, step.some(isTool));
    if (results.length > 0) add({ role: "tool", content: results }, true);
  }
  return docs;
}

function stepsOf(parts: UIMessage["parts"]): AnyPart[][] {
  const steps: AnyPart[][] = [];
  // Every part is an object with a `type`.
  for (const part of parts as unknown as readonly AnyPart[]) {
    if (part.type === "step-start" || steps.length === 0) steps.push([]);
    if (part.type !== "step-start") steps.at(-1)?.push(part);
  }
  return steps.length === 0 ? [[]] : steps;
}

function isTool(part: AnyPart): boolean {
  return part.type === "dynamic-tool" || part.type.startsWith("tool-");
}

function toolNameOf(part: AnyPart): unknown {
  return part.type === "dynamic-tool" ? part.toolName : part.type.slice("tool-".length);
}

function contentPart(part: AnyPart): AnyPart[] {
  if (!isTool(part)) return part.type === "text" || part.type === "reasoning" ? [{ type: part.type, text: part.text }] : [part];
  // A call whose input is still being written is not a call yet.
  if (part.state === "input-streaming") return [];
  return [{ type: "tool-call", toolCallId: part.toolCallId, toolName: toolNameOf(part), input: part.input }];
}

function resultPart(part: AnyPart): AnyPart[] {
  const output = isTool(part) && part.preliminary !== true ? outputOf(part) : undefined;
  if (output === undefined) return [];
  return [{ type: "tool-result", toolCallId: part.toolCallId, toolName: toolNameOf(part), output }];
}

function outputOf(part: AnyPart): unknown {
  switch (part.state) {
    case "output-available":
      return typeof part.output === "string" ? { type: "text", value: part.output } : { type: "json", value: part.output };
    case "output-error":
      return { type: "error-text", value: part.errorText };
    case "output-denied":
      return { type: "execution-denied" };
    default:
      return undefined;
  }
}
