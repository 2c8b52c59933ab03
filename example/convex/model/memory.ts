import type { Conversation } from "./conversation";
import { meaningsOf } from "./meanings";
import { keyStems, sentencesOf, shorten, wordsOf } from "./words";

const QUOTE_CHARS = 300;
const NAME_PATTERN = /\b(?:[Mm]y name(?: is|['’]s)|[Cc]all me|[Ii] am called|[Ii](?: a|['’])m(?=\s+\p{Lu}))\s+(\p{L}[\p{L}\p{M}'’-]*(?:\s+\p{Lu}[\p{L}\p{M}'’-]*)*)/u;
const FACT_PATTERN = /\bmy ([\p{L} ]{2,40}?) (?:is|are|was|were) ([^.!?\n]{1,120})/giu;
const ASKS_NAME = /\b(?:what(?:'s| is) my name|who am i|(?:do you )?(?:know|remember) my name)\b/i;
const ASKS_FIRST = /\bwhat (?:did|was it) i (?:say|ask|write|tell you)(?: to you)? (?:at )?first\b|\b(?:my|the) (?:very )?first (?:message|question|thing)\b|\bwhat did i first\b/i;
const ASKS_LAST = /\bwhat did i (?:just )?(?:say|ask|write)(?: (?:to you )?(?:last|before|just now|earlier))?\b|\bmy (?:last|previous) (?:message|question)\b/i;
const ASKS_ALL = /\b(?:summari[sz]e|summary|sum up|recap|tl;?dr)\b/i;
const ABOUT_TALK = /\b(?:conversation|chat|thread|discussion|so far|we (?:said|talked|discussed)|what i (?:said|wrote))\b/i;

/** What the person wrote before, oldest first. */
function said(conversation: Conversation): string[] {
  return conversation.earlier.map((turn) => turn.user).filter((text) => text.trim() !== "");
}

/** An answer from what was said earlier, when the message asks for that; else null. */
export function recall(conversation: Conversation): string | null {
  const { user } = conversation.current;
  if (ASKS_NAME.test(user)) return recallName(conversation);
  if (ASKS_FIRST.test(user)) return quoteOne("first", said(conversation)[0]);
  if (ASKS_LAST.test(user)) return quoteOne("last", said(conversation).at(-1));
  if (ASKS_ALL.test(user)) return summarize(conversation);
  return recallFact(conversation);
}

function recallName(conversation: Conversation): string {
  for (const text of [conversation.current.user, ...said(conversation).toReversed()]) {
    const name = NAME_PATTERN.exec(text)?.[1];
    if (name !== undefined && !/^(?:is|who|what)$/i.test(name)) return `Your name is **${name}**: you wrote “${quote(text)}”.`;
  }
  return "You have not told me your name in the part of the conversation that I am shown.";
}

function quoteOne(which: "first" | "last", text: string | undefined): string {
  if (text === undefined) return "Nothing: this is the first message that I am shown.";
  const order = which === "first" ? "The first thing you wrote, in what I am shown, was" : "Before this message you wrote";
  return `${order}:\n\n> ${quote(text)}`;
}

function quote(text: string): string {
  return shorten(text, QUOTE_CHARS);
}

function summarize(conversation: Conversation): string | null {
  const { user } = conversation.current;
  const pasted = user.replace(/^[^\n:]{0,80}(?::|\n)\s*/, "");
  if (wordsOf(pasted).length > 30 && !ABOUT_TALK.test(user.slice(0, 120))) return summarizeText(pasted);
  const texts = said(conversation);
  if (texts.length === 0) return ABOUT_TALK.test(user) ? "There is nothing to sum up yet: this is the first message that I am shown." : null;
  const list = texts.slice(-10).map((text) => `- You: “${shorten(text, 100)}”`).join("\n");
  const uses = conversation.earlier.flatMap((turn) => turn.tools.map((tool) => tool.name));
  const tools = uses.length === 0 ? "" : ` Tools that were used: ${[...new Set(uses)].join(", ")}.`;
  return `So far you wrote ${texts.length === 1 ? "one message" : `${texts.length} messages`}.${tools}\n\n${list}`;
}

/** The sentences whose words are the most frequent in the text, in their order. */
function summarizeText(text: string): string {
  const sentences = sentencesOf(text).slice(0, 200);
  const counts = new Map<string, number>();
  for (const sentence of sentences) for (const stem of keyStems(sentence)) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  const ranked = sentences.map((sentence, position) => {
    const stems = [...keyStems(sentence)];
    const weight = stems.reduce((sum, stem) => sum + (counts.get(stem) ?? 0), 0) / Math.sqrt(stems.length + 1);
    return { sentence, position, weight };
  });
  const chosen = ranked.sort((a, b) => b.weight - a.weight).slice(0, 3).sort((a, b) => a.position - b.position);
  return `The sentences that say most, of ${sentences.length}:\n\n${chosen.map(({ sentence }) => `- ${shorten(sentence, 200)}`).join("\n")}`;
}

/** `What is my favourite colour?` after `My favourite colour is green.` */
function recallFact(conversation: Conversation): string | null {
  const asked = /\b(?:what|which|who|where|when|how \p{L}+)\b.{0,40}?\b(?:is|are|was|were)\b.{0,40}?\bmy ([\p{L} ]{2,40})/iu.exec(conversation.current.user)?.[1];
  if (asked === undefined) return null;
  const wanted = keyStems(asked);
  for (const text of said(conversation).toReversed()) {
    for (const [, thing = "", value = ""] of text.matchAll(FACT_PATTERN)) {
      const stems = keyStems(thing);
      if (wanted.size > 0 && [...wanted].every((stem) => stems.has(stem))) return `Your ${thing.trim()}: **${shorten(value, 120)}**. You wrote “${quote(text)}”.`;
    }
  }
  return null;
}

/** What a message states about its writer: name, and `my x is y`. */
export function statedFact(text: string): string | null {
  const name = NAME_PATTERN.exec(text)?.[1];
  if (name !== undefined && !text.includes("?")) return `Nice to meet you, **${name}**. Ask me later what your name is; I will find it in our conversation.`;
  if (text.includes("?")) return null;
  const [, thing = "", value = ""] = [...text.matchAll(FACT_PATTERN)][0] ?? [];
  return thing === "" ? null : `Noted: your ${thing.trim()}, ${shorten(value, 120)}. Ask me later; I will find it in our conversation.`;
}

/** The sentence of the conversation or of the instructions that best answers a question, or null. */
export function findSentence(conversation: Conversation): string | null {
  const { current } = conversation;
  const wanted = meaningsOf(current.user);
  if (wanted.size === 0 || !/\?|^\s*(?:what|who|when|where|why|how|which|tell)\b/i.test(current.user)) return null;
  const sources = [...conversation.earlier.flatMap((turn) => [turn.user, turn.assistant]), conversation.system];
  let best: { sentence: string; score: number } | null = null;
  for (const sentence of sources.toReversed().flatMap(sentencesOf)) {
    if (sentence.endsWith("?")) continue;
    const shared = [...meaningsOf(sentence)].filter((stem) => wanted.has(stem)).length;
    if (shared >= Math.min(2, wanted.size) && shared / wanted.size >= 0.5 && shared > (best?.score ?? 0)) best = { sentence, score: shared };
  }
  return best === null ? null : `In what I am shown I find this:\n\n> ${quote(best.sentence)}`;
}
