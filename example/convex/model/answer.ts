import { solve } from "./arithmetic";
import type { Conversation, ToolUse } from "./conversation";
import { aboutFiles } from "./givenFiles";
import { toMarkdown } from "./markdown";
import { findSentence, recall, statedFact } from "./memory";
import { codeSample } from "./samples";
import type { ToolPlan } from "./toolPlan";
import { shorten, startOf, wordsOf } from "./words";

const MAX_WORDS_ASKED = 2000;
const MAX_COUNT = 500;
const DEFAULT_LONG_WORDS = 250;

/** What an answer is made from, beside the conversation. */
export interface AnswerContext {
  plan: ToolPlan;
  toolNames: string[];
}

/**
 * The text of an answer, made only from what the conversation holds. It never pretends to know more: what it cannot
 * do it says.
 */
export function answer(conversation: Conversation, context: AnswerContext): string {
  const { current } = conversation;
  const uses = current.tools.filter((tool) => tool.output !== null);
  if (uses.length > 0) return uses.map(reportUse).join("\n\n");
  if (context.plan.incomplete !== null) return askFor(context.plan.incomplete);
  return aboutFiles(conversation)
    ?? recall(conversation)
    ?? repeat(current.user)
    ?? longText(current.user)
    ?? codeSample(current.user)
    ?? sum(current.user)
    ?? aboutMe(current.user, context)
    ?? statedFact(current.user)
    ?? greet(conversation, context)
    ?? findSentence(conversation)
    ?? reflect(conversation, context);
}

function reportUse({ name, input, output }: ToolUse): string {
  const asked = describeInput(input);
  const call = asked === "" ? `\`${name}\`` : `\`${name}\` (${asked})`;
  if (output === null) return `${call} has not answered yet.`;
  switch (output.kind) {
    case "value": return `This is what ${call} answered.\n\n${toMarkdown(output.value)}`;
    case "error": return `${call} failed: ${shorten(output.text.replace(/^Error: /, ""), 600)}`;
    case "denied": return `${call} was not run: it was denied${output.reason === undefined ? "" : ` (${shorten(output.reason, 200)})`}.`;
    default: return output satisfies never;
  }
}

function describeInput(input: unknown): string {
  if (typeof input !== "object" || input === null) return "";
  return Object.entries(input).map(([field, value]) => `${field}: ${shorten(typeof value === "string" ? value : JSON.stringify(value), 60)}`).join(", ");
}

function askFor({ toolName, fields }: { toolName: string; fields: string[] }): string {
  const what = fields.filter((field) => field !== "").map((field) => `\`${field}\``).join(" and ");
  return `I could use the tool \`${toolName}\` for that, but I do not find ${what === "" ? "its input" : what} in your message. Write it and I will call it.`;
}

/** Counting, stories and texts of a given length: something long to watch while it streams. */
function longText(user: string): string | null {
  const upTo = /\bcount (?:from \d+ )?(?:up )?to (\d+)/i.exec(user)?.[1];
  if (upTo !== undefined) return Array.from({ length: Math.min(Number(upTo), MAX_COUNT) }, (_, i) => i + 1).join(", ").concat(".");
  const words = /\b(\d+)[ -]words?\b/i.exec(user)?.[1];
  if (words === undefined && !/\b(?:long (?:answer|text|story|reply|message)|story|essay|article|poem)\b/i.test(user)) return null;
  return streamingGuide(user, words === undefined ? null : Math.min(Number(words), MAX_WORDS_ASKED));
}

/** A text on what happens while it appears: of so many words, or (null) of whole paragraphs. */
function streamingGuide(user: string, words: number | null): string {
  const topic = shorten(user, 120);
  const paragraphs = [
    `You asked for “${topic}”. I am a script and cannot write literature, so here is a long text of my own to watch instead.`,
    "These words leave the model one by one. The action that runs the agent groups them and saves them as small deltas, so that every open page can read along.",
    "Open this thread in a second tab: both show the same words at the same time, because both subscribe to the same rows of the database and neither talks to the model.",
    "Reload the page in the middle of this sentence. What was said before comes back from the database, and the rest goes on arriving as if nothing had happened.",
    "Press stop, and the words end where they are. What you have seen so far is kept as the message, and the conversation can go on from there.",
    "When the last word is said, the finished message replaces the deltas. A later visitor reads one message, not the hundred pieces in which it was spoken.",
  ];
  const out: string[] = [];
  for (let i = 0, count = 0; count < (words ?? DEFAULT_LONG_WORDS); i++) {
    const paragraph = (paragraphs[i < paragraphs.length ? i : 1 + ((i - 1) % (paragraphs.length - 1))] ?? "").split(" ");
    out.push(paragraph.slice(0, words === null ? paragraph.length : words - count).join(" "));
    count += paragraph.length;
  }
  return out.join("\n\n");
}

function sum(user: string): string | null {
  const solution = solve(user);
  if (solution === null) return null;
  const { expression, result } = solution;
  return result === null ? `${expression} has no value: something is divided by zero.` : `${expression} = **${result}**`;
}

function repeat(user: string): string | null {
  const text = /^\s*(?:please )?(?:repeat|echo|say)(?: after me)?\s*:?\s+([^]+)$/i.exec(user)?.[1];
  return text === undefined ? null : startOf(text.trim(), 4000);
}

function aboutMe(user: string, { toolNames }: AnswerContext): string | null {
  if (!/\b(?:who|what) are you\b|\bwhat can you do\b|\bhow do you work\b|\bwhich model\b|\bwhat model\b|^\s*help\b|\bare you (?:an? )?(?:ai|bot|robot|human|real)\b/i.test(user)) return null;
  return [
    "I am a script in this example, not a language model. I stream words like one, and everything around me is real: the agent, its tools, the database, the page.",
    toolNames.length > 0 ? `Tools I may call: ${toolNames.map((name) => `\`${name}\``).join(", ")}. Ask for what they do and I call them with what I find in your message.` : "No tools were given to me here.",
    "I can also quote what you said, sum up our conversation, and remember facts like “my name is …”. For a real model set `OPENAI_API_KEY` and start again.",
  ].join("\n\n");
}

function greet({ current }: Conversation, { toolNames }: AnswerContext): string | null {
  if (/^\s*(?:thanks|thank you|thx)\b/i.test(current.user)) return "You are welcome.";
  if (!/^\s*(?:hi|hello|hey|good (?:morning|evening|afternoon))\b/i.test(current.user) || wordsOf(current.user).length > 6) return null;
  return `Hello! ${invitation(toolNames)}`;
}

function invitation(toolNames: readonly string[]): string {
  const tools = toolNames.slice(0, 3).map((name) => `\`${name}\``).join(", ");
  return tools === "" ? "Ask me what you said earlier, or to sum up our conversation." : `Ask for something that ${tools} can answer, or ask me what you said earlier.`;
}

function reflect({ current }: Conversation, { toolNames }: AnswerContext): string {
  if (current.user.trim() === "") return `Your message has no text. ${invitation(toolNames)}`;
  const count = wordsOf(current.user).length;
  const size = count === 1 ? "one word" : `${count} words`;
  return `You wrote ${size}:\n\n> ${shorten(current.user, 400)}\n\nA script has no opinion on that; a real model answers here once \`OPENAI_API_KEY\` is set. ${invitation(toolNames)}`;
}
