import type { MessageDoc } from "convex-agent";

type Message = NonNullable<MessageDoc["message"]>;
type AssistantContent = Extract<Message, { role: "assistant" }>["content"];
type AssistantPart = Exclude<AssistantContent, string>[number];
type ToolContentPart = Extract<Message, { role: "tool" }>["content"][number];
type ToolResult = Extract<ToolContentPart, { type: "tool-result" }>;

/** One thing that the model says in a step, in the form that `scriptedModel` of `convex-agent/test` takes. */
export type ScriptPart =
  | string
  | { type: "reasoning"; text: string }
  | { type: "tool-call"; toolName: string; toolCallId: string; input: unknown }
  | { type: "source"; url: string; title?: string }
  | { type: "file"; mediaType: string; data: unknown }
  | { type: "error"; error: string };

/** What a tool gave, or the words it failed with. */
export type ToolOutcome = { gives: unknown } | { fails: string; name?: string };

/** A decision on a tool call that waited. */
export interface Decision {
  toolCallId: string;
  approved: boolean;
  reason?: string;
}

/** One generation: what it starts from, and its model calls. */
export interface Run {
  agentName: string;
  /** What it answers: a new prompt, the turn's prompt once more, or decisions about what it had asked. */
  after: { prompt: Message } | { again: true } | { decisions: Decision[] };
  steps: ScriptPart[][];
  /** What the last model call failed with. */
  fails?: string;
}

/** A turn is what was asked and the generations that followed; messages that the app wrote itself are saved as they are. */
export type Scene = { runs: Run[] } | { saves: Message };

/** A conversation in a form that can be played again. */
export interface Conversation {
  scenes: Scene[];
  outcomes: Record<string, ToolOutcome>;
  /** Tools by name, as far as they were called. */
  calledTools: string[];
  /** Calls that a person had to decide about. */
  askedFor: string[];
  /** What can be read of it in the end, a line for each thing said. */
  transcript: string[];
}

/** A thread's messages, in their order, as a conversation to play again. Messages that are still being made are left out. */
export function toConversation(messages: readonly MessageDoc[]): Conversation {
  const reader = new Reader();
  for (const message of messages) if (message.status !== "pending") reader.read(message);
  return reader.conversation();
}

class Reader {
  readonly #scenes: Scene[] = [];
  readonly #outcomes: Record<string, ToolOutcome> = {};
  readonly #tools = new Set<string>();
  readonly #asked = new Map<string, string>();
  readonly #transcript: string[] = [];
  /** How often the name of a call was given. */
  readonly #ids = new Map<string, number>();
  /** Calls, and requests for a decision, that a model made here: what is said of others was saved as it is. */
  readonly #ofRuns = new Set<string>();
  #order: number | undefined;
  #runs: Run[] | undefined;
  #decisions: Decision[] = [];

  read({ order, message, agentName, status, error, model, sources }: MessageDoc): void {
    if (message === undefined) return;
    if (order !== this.#order) {
      this.#order = order;
      this.#runs = undefined;
      this.#decisions = [];
    }
    if (message.role === "tool") return this.#isOfRun(message.content) ? this.#readTool(message.content) : this.#readPlain(message);
    if (message.role === "assistant" && (model !== undefined || status === "failed") && this.#runs !== undefined) return this.#readStep(withSources(message.content, sources), { agentName, error: status === "failed" ? (error ?? "failed") : undefined });
    this.#readPlain(message);
  }

  conversation(): Conversation {
    const scenes = this.#scenes.flatMap((scene) => ("saves" in scene ? [scene] : playable(scene.runs)));
    return { scenes, outcomes: this.#outcomes, calledTools: [...this.#tools], askedFor: [...this.#asked.values()], transcript: this.#transcript };
  }

  /** A prompt, or something that the app wrote. A prompt that nothing answered is saved as it is. */
  #readPlain(message: Message): void {
    if (message.role === "user") {
      const runs: Run[] = [{ agentName: "", after: { prompt: message }, steps: [] }];
      this.#runs = runs;
      this.#scenes.push({ runs });
    } else {
      this.#scenes.push({ saves: message });
      // What follows in the turn comes after it, and is saved as it is too.
      if (message.role !== "system") this.#runs = undefined;
      if (message.role === "assistant") for (const id of idsIn(message.content)) this.#ofRuns.delete(id);
    }
    this.#transcript.push(...linesOf(message));
  }

  #readStep(content: AssistantContent, { agentName = "Agent", error }: { agentName: string | undefined; error: string | undefined }): void {
    const run = this.#runFor(agentName);
    for (const id of idsIn(content)) this.#ofRuns.add(id);
    const parts = typeof content === "string" ? (content === "" ? [] : [content]) : content.flatMap((part) => this.#scriptPart(part));
    run.steps.push(error === undefined ? parts : [{ type: "error", error }]);
    if (error === undefined) this.#transcript.push(...linesOf({ role: "assistant", content }));
    else run.fails = error;
  }

  /** The generation that a step belongs to: the last one, unless that had ended. */
  #runFor(agentName: string): Run {
    const runs = (this.#runs ??= []);
    const last = runs.at(-1);
    const isNew = last !== undefined && last.steps.length === 0;
    if (last !== undefined && isNew) {
      last.agentName = agentName;
      return last;
    }
    const goesOn = last !== undefined && last.agentName === agentName && last.fails === undefined && this.#decisions.length === 0 && callsTools(last.steps.at(-1));
    if (last !== undefined && goesOn) return last;
    const after = this.#decisions.length > 0 ? { decisions: this.#decisions } : { again: true as const };
    this.#decisions = [];
    const run: Run = { agentName, after, steps: [] };
    runs.push(run);
    return run;
  }

  #scriptPart(part: AssistantPart): ScriptPart[] {
    switch (part.type) {
      case "text":
        return part.text === "" ? [] : [part.text];
      case "reasoning":
        return [{ type: "reasoning", text: part.text }];
      case "tool-call":
        // A provider's own tools run within its model, which a script is not.
        if (part.providerExecuted === true) return [];
        this.#tools.add(part.toolName);
        return [{ type: "tool-call", toolName: part.toolName, toolCallId: this.#newIdOf(part.toolCallId), input: unescapeKeys("rawInput" in part ? part.rawInput : part.input) }];
      case "source":
        return part.sourceType === "url" ? [{ type: "source", url: part.url, ...(part.title !== undefined && { title: part.title }) }] : [];
      case "file":
        // A file that is kept elsewhere cannot be said again from its address.
        return part.data instanceof ArrayBuffer ? [{ type: "file", mediaType: part.mediaType, data: part.data }] : [];
      case "tool-approval-request":
        this.#asked.set(part.approvalId, this.#idOf(part.toolCallId));
        return [];
      default:
        return [];
    }
  }

  /** Some models name the calls of each answer from 1 on; here one name is one call. */
  #newIdOf(toolCallId: string): string {
    const count = (this.#ids.get(toolCallId) ?? 0) + 1;
    this.#ids.set(toolCallId, count);
    return this.#idOf(toolCallId);
  }

  #idOf(toolCallId: string): string {
    const count = this.#ids.get(toolCallId) ?? 1;
    return count === 1 ? toolCallId : `${toolCallId}#${count}`;
  }

  #isOfRun(content: readonly ToolContentPart[]): boolean {
    return content.some((part) => this.#ofRuns.has(part.type === "tool-result" ? part.toolCallId : part.approvalId));
  }

  #readTool(content: readonly ToolContentPart[]): void {
    for (const part of content) {
      if (part.type === "tool-approval-response") {
        const toolCallId = this.#asked.get(part.approvalId);
        if (toolCallId !== undefined) this.#decisions.push({ toolCallId, approved: part.approved, ...(part.reason !== undefined && { reason: part.reason }) });
      } else if (part.type === "tool-result") {
        const outcome = outcomeOf(part);
        if (outcome !== undefined) this.#outcomes[this.#idOf(part.toolCallId)] = outcome;
      }
    }
    this.#transcript.push(...linesOf({ role: "tool", content: [...content] }));
  }
}

/** The calls of a message, and its requests for a decision. */
function idsIn(content: AssistantContent): string[] {
  if (typeof content === "string") return [];
  return content.flatMap((part) => (part.type === "tool-call" ? [part.toolCallId] : part.type === "tool-approval-request" ? [part.approvalId] : []));
}

/** Sources that were named at the end are kept beside what was said. */
function withSources(content: AssistantContent, sources: MessageDoc["sources"] = []): AssistantContent {
  const parts = typeof content === "string" ? [{ type: "text" as const, text: content }] : content;
  const placed = new Set(parts.flatMap((part) => (part.type === "source" ? [part.id] : [])));
  return [...parts, ...sources.filter(({ id }) => !placed.has(id))];
}

/** A prompt that nothing answered is saved as it is. */
function playable(runs: readonly Run[]): Scene[] {
  const [first] = runs;
  if (first !== undefined && first.steps.length === 0 && "prompt" in first.after) return [{ saves: first.after.prompt }];
  return [{ runs: runs.filter(({ steps }) => steps.length > 0) }];
}

function callsTools(step: readonly ScriptPart[] | undefined): boolean {
  return step?.some((part) => typeof part !== "string" && part.type === "tool-call") ?? false;
}

/** What the model was shown of it: a tool that gives that needs no `toModelOutput`. */
function outcomeOf({ output }: ToolResult): ToolOutcome | undefined {
  switch (output.type) {
    case "text":
    case "json":
    case "content":
      return { gives: unescapeKeys(output.value) };
    case "error-text":
      return failureOf(output.value);
    case "error-json":
      return { fails: JSON.stringify(output.value) };
    default:
      return undefined;
  }
}

/** An error as it was thrown: its text begins with its name. */
function failureOf(text: string): ToolOutcome {
  const [, name, message] = /^(\w*Error): ([^]*)$/.exec(text) ?? [];
  if (name === undefined || message === undefined) return { fails: text };
  return name === "Error" ? { fails: message } : { fails: message, name };
}

/** What can be read of a message, a line for each thing. The exported test makes the same lines of what it saved. */
export function linesOf({ role, content }: { role: string; content: unknown }): string[] {
  const parts: unknown[] = Array.isArray(content) ? content : [{ type: "text", text: content }];
  return parts.flatMap((part: unknown) => {
    if (typeof part !== "object" || part === null || !("type" in part)) return [];
    if (part.type === "text" && "text" in part) return part.text === "" ? [] : [`${role}: ${String(part.text)}`];
    if ("providerExecuted" in part && part.providerExecuted === true) return [];
    if (part.type === "tool-call" && "toolName" in part) return [`${role} calls ${String(part.toolName)}`];
    if (part.type === "tool-result" && "toolName" in part && "output" in part) return [`${String(part.toolName)} ${resultLine(part.output)}`];
    return [];
  });
}

function resultLine(output: unknown): string {
  const { type, value } = typeof output === "object" && output !== null && "type" in output ? { value: undefined, ...output } : { type: "", value: undefined };
  if (type === "execution-denied") return "was denied";
  return `${String(type).startsWith("error") ? "fails" : "gives"} ${typeof value === "string" ? value : sortedJson(value)}`;
}

const sorted = (item: object) => Object.fromEntries(Object.entries(item).toSorted());

/** JSON with its fields in the order of their names: Convex has an order of its own. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === "object" && item !== null && !Array.isArray(item) ? sorted(item) : item));
}

const ESCAPE = "~esc:";
/** Its text is JSON: of the fields beside it that Convex does not take, or of a whole value. */
const AS_TEXT = "~esc:$json";

/** A value as the tool wrote it; Convex keeps `$ref` and the like percent-encoded, and as text what is nested too deep or too large. */
export function unescapeKeys(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof ArrayBuffer) return value;
  if (Array.isArray(value)) return value.map(unescapeKeys);
  const { [AS_TEXT]: text, ...others }: Record<string, unknown> = { ...value };
  const fields = Object.entries(others).map(([key, item]): [string, unknown] => [unescapeKey(key), unescapeKeys(item)]);
  if (typeof text !== "string") return Object.fromEntries(fields);
  const held = unescapeKeys(JSON.parse(text));
  return fields.length === 0 ? held : Object.fromEntries([...fields, ...Object.entries(Object(held))]);
}

function unescapeKey(key: string): string {
  try {
    return key.startsWith(ESCAPE) ? decodeURIComponent(key.slice(ESCAPE.length)) : key;
  } catch (error) {
    // A long key was once cut off within a character.
    if (error instanceof URIError) return key;
    throw error;
  }
}
