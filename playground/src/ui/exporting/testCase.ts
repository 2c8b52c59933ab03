import type { AgentDescription, MessageDoc, ThreadDoc } from "convex-agent";
import { toConversation, unescapeKeys, type Conversation } from "./conversation";
import { toLiteral } from "./literal";

/** What a test case is written from. */
export interface TestCaseSource {
  readonly thread: ThreadDoc;
  /** All messages, in the thread's order. */
  readonly messages: readonly MessageDoc[];
  /** Instructions and tools of the agents, as far as they are known. */
  readonly agents: readonly AgentDescription[];
}

/**
 * A thread as a test for Vitest: it says again what was said, with the model and the tools scripted, and expects the same
 * conversation to be saved. It runs as it stands where `ai`, `convex-agent`, `convex-test` and `vitest` are installed.
 */
export function toTestCase({ thread, messages, agents }: TestCaseSource): string {
  const conversation = toConversation(messages);
  const title = (thread.title ?? "").replaceAll(/\s+/g, " ").trim() || "A thread of the playground";
  const begun = { ...(thread.userId !== undefined && { userId: thread.userId }), title };
  const body = `${agentsOf(conversation, agents)}
/** What the model says: an entry for each call, in order. */
const script: ScriptedStep[] = ${toLiteral(scriptOf(conversation))};
${toolsOf(conversation, agents)}
/** What was said, done and given, a line for each. */
const transcript = ${toLiteral(conversation.transcript)};

test(${JSON.stringify(title)}, async () => {
  const model = scriptedModel({ steps: script });
  const agentNamed = (name: keyof typeof instructions) => new Agent(components.agent, { name, instructions: instructions[name], languageModel: model${conversation.calledTools.length > 0 ? ", tools" : ""} });
  const t = convexTest(defineSchema({}), { "./convex/_generated/api.js": async () => ({}) });
  agentTest.register(t);
  await t.action(async (ctx) => {
    const threadId = await createThread(ctx, components.agent, ${toLiteral(begun)});
${scenesOf(conversation)}
    expect((await saved(ctx, threadId)).flatMap(linesOf)).toEqual(transcript);
    expect(model.calls).toHaveLength(script.length);
  });
});
${footer(conversation)}`;
  return `${header(title, body)}${body}`;
}

const FROM_AI = ["jsonSchema", "tool", "type ToolSet"];
const FROM_LIBRARY = ["Agent", "approveToolCall", "createThread", "denyToolCall", "listMessages", "saveMessage", "stepCountIs"];

const HELPERS = `
// What an app's generated code exports: import them from "./_generated/api" there.
const components = componentsGeneric() as unknown as { agent: AgentComponent };
type Ctx = GenericActionCtx<GenericDataModel>;
`;
const BYTES = "const bytes = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));\n";

/** The imports that `body` uses, and what all of it stands on. */
function header(title: string, body: string): string {
  const used = (names: readonly string[]) => names.filter((name) => new RegExp(`\\b${name.replace("type ", "")}\\b`).test(body));
  const fromAi = used(FROM_AI);
  const lines = [
    "// @vitest-environment edge-runtime",
    '/// <reference types="vite/client" />',
    `// ${title}: a thread, exported from the playground.`,
    ...(fromAi.length === 0 ? [] : [imports(named(fromAi), "ai")]),
    imports(named([...used(FROM_LIBRARY), "type AgentComponent", "type MessageDoc"]), "convex-agent"),
    imports("agentTest, { scriptedModel, type ScriptedStep }", "convex-agent/test"),
    imports("{ convexTest }", "convex-test"),
    imports("{ componentsGeneric, defineSchema, type GenericActionCtx, type GenericDataModel }", "convex/server"),
    imports("{ expect, test }", "vitest"),
  ];
  return `${lines.join("\n")}\n${HELPERS}${body.includes("bytes(") ? BYTES : ""}`;
}

const named = (names: readonly string[]): string => `{ ${names.join(", ")} }`;
const imports = (names: string, from: string): string => `import ${names} from ${JSON.stringify(from)};`;

function agentNamesOf({ scenes }: Conversation): string[] {
  return [...new Set(scenes.flatMap((scene) => ("runs" in scene ? scene.runs.filter(({ steps }) => steps.length > 0).map(({ agentName }) => agentName) : [])))];
}

function agentsOf(conversation: Conversation, agents: readonly AgentDescription[]): string {
  const names = agentNamesOf(conversation);
  const instructions = Object.fromEntries(names.map((name) => [name, instructionsOf(agents.find((agent) => agent.name === name))]));
  return `\n/** The agents and what they are told. */\nconst instructions = ${toLiteral(instructions)};\n`;
}

function instructionsOf(agent: AgentDescription | undefined): string {
  const { instructions } = agent ?? {};
  return instructions === undefined ? "" : typeof instructions === "string" ? instructions : JSON.stringify(instructions);
}

function scriptOf({ scenes }: Conversation): unknown[] {
  const steps = scenes.flatMap((scene) => ("runs" in scene ? scene.runs.flatMap((run) => run.steps) : []));
  return steps.map((step) => (isThrown(step[0]) ? { throws: step[0].error } : step));
}

function isThrown(part: unknown): part is { type: "error"; error: string } {
  return typeof part === "object" && part !== null && "type" in part && part.type === "error";
}

function toolsOf({ calledTools, askedFor, outcomes }: Conversation, agents: readonly AgentDescription[]): string {
  if (calledTools.length === 0) return "";
  const all = new Map(agents.flatMap(({ tools }) => tools.map((description) => [description.name, description] as const)));
  const entries = calledTools.map((name) => {
    const { description, inputSchema = {} } = all.get(name) ?? {};
    return `  ${JSON.stringify(name)}: replayed(${toLiteral({ description, inputSchema: unescapeKeys(inputSchema) }, 1)}),\n`;
  });
  return `
/** What the tools gave, by call. Put tools of your own in their place to see what they make of it. */
const outcomes: Record<string, { gives: unknown } | { fails: string; name?: string }> = ${toLiteral(outcomes)};
${askedFor.length === 0 ? "" : `\n/** Calls that waited for somebody's decision. */\nconst askedFor = new Set<string>(${toLiteral(askedFor)});\n`}
/** A tool that gives what it gave. */
const replayed = ({ description, inputSchema }: { description?: string; inputSchema: object }) =>
  tool({
    description,
    inputSchema: jsonSchema(inputSchema),
${askedFor.length === 0 ? "" : "    needsApproval: (_input, { toolCallId }) => askedFor.has(toolCallId),\n"}    execute: async (_input, { toolCallId }) => {
      const outcome = outcomes[toolCallId];
      if (outcome === undefined) throw new Error(\`Nothing is known of the call \${toolCallId}\`);
      if ("fails" in outcome) throw Object.assign(new Error(outcome.fails), { name: outcome.name ?? "Error" });
      return outcome.gives;
    },
  });

const tools: ToolSet = {
${entries.join("")}};
`;
}

function scenesOf({ scenes }: Conversation): string {
  return scenes.map((scene) => ("saves" in scene ? `    await saveMessage(ctx, components.agent, { threadId, message: ${toLiteral(scene.saves, 2)} });` : runsOf(scene.runs))).join("\n");
}

type Runs = Extract<Conversation["scenes"][number], { runs: unknown }>["runs"];

function runsOf(runs: Runs): string {
  return runs.filter(({ steps }) => steps.length > 0).map(({ agentName, after, steps, fails }) => {
    const { before, prompt } = startOf(after);
    const call = `agentNamed(${JSON.stringify(agentName)}).generateText(ctx, { threadId }, { ${prompt}, stopWhen: stepCountIs(${steps.length}), maxRetries: 0 })`;
    return `${before}    ${fails === undefined ? `await ${call};` : `await expect(${call}).rejects.toBeDefined();`}`;
  }).join("\n");
}

const fields = (decision: object) => Object.entries(decision).map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(", ");

function startOf(after: Runs[number]["after"]): { before: string; prompt: string } {
  if ("prompt" in after) {
    const { content } = after.prompt;
    return { before: "", prompt: typeof content === "string" ? `prompt: ${JSON.stringify(content)}` : `prompt: ${toLiteral([after.prompt], 2)}` };
  }
  if ("again" in after) return { before: "", prompt: "promptMessageId: await lastPrompt(ctx, threadId)" };
  const decisions = after.decisions.map((decision) => `    await decide(ctx, { threadId, ${fields(decision)} });\n`).join("");
  return { before: decisions, prompt: "promptMessageId: await lastMessage(ctx, threadId)" };
}

function footer({ scenes }: Conversation): string {
  const runs = scenes.flatMap((scene) => ("runs" in scene ? scene.runs.map(({ after }) => after) : []));
  return [
    SAVED,
    ...(runs.some((after) => "again" in after) ? [LAST_PROMPT] : []),
    ...(runs.some((after) => "decisions" in after) ? [LAST_MESSAGE, DECIDE] : []),
    LINES_OF,
  ].join("");
}

const SAVED = `
async function saved(ctx: Ctx, threadId: string): Promise<MessageDoc[]> {
  const { page } = await listMessages(ctx, components.agent, { threadId, paginationOpts: { cursor: null, numItems: 1000 } });
  return page.toReversed().filter(({ status }) => status === "success");
}
`;

const LAST_PROMPT = `
async function lastPrompt(ctx: Ctx, threadId: string): Promise<string> {
  return (await saved(ctx, threadId)).findLast(({ message }) => message?.role === "user")!._id;
}
`;

const LAST_MESSAGE = `
async function lastMessage(ctx: Ctx, threadId: string): Promise<string> {
  return (await saved(ctx, threadId)).at(-1)!._id;
}
`;

const DECIDE = `
async function decide(ctx: Ctx, { threadId, toolCallId, approved, reason }: { threadId: string; toolCallId: string; approved: boolean; reason?: string }): Promise<void> {
  const parts = (await saved(ctx, threadId)).flatMap(({ message }) => (message?.role === "assistant" && typeof message.content !== "string" ? message.content : []));
  for (const part of parts) {
    if (part.type !== "tool-approval-request" || part.toolCallId !== toolCallId) continue;
    await (approved ? approveToolCall : denyToolCall)(ctx, components.agent, { threadId, approvalId: part.approvalId, reason });
  }
}
`;

const LINES_OF = `
function linesOf({ message }: MessageDoc): string[] {
  if (message === undefined) return [];
  if (typeof message.content === "string") return message.content === "" ? [] : [\`\${message.role}: \${message.content}\`];
  return message.content.flatMap((part) => {
    if (part.type === "text") return part.text === "" ? [] : [\`\${message.role}: \${part.text}\`];
    if (part.type === "tool-call") return part.providerExecuted ? [] : [\`\${message.role} calls \${part.toolName}\`];
    if (part.type !== "tool-result" || part.providerExecuted) return [];
    const { output } = part;
    if (output.type === "execution-denied") return [\`\${part.toolName} was denied\`];
    return [\`\${part.toolName} \${output.type.startsWith("error") ? "fails" : "gives"} \${textOf(output.value)}\`];
  });
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === "object" && item !== null && !Array.isArray(item) ? Object.fromEntries(Object.entries(item).toSorted()) : item));
}
`;
