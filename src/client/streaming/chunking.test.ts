import type { UIMessageChunk } from "ai";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { StreamingOptions } from "../agentOptions.js";
import { wellFormed } from "../../shared/convexJson.js";
import { TextChunker } from "./chunking.js";
import { HalfPairs } from "./halfPairs.js";

const delta = (text: string, id = "0"): UIMessageChunk => ({ type: "text-delta", id, delta: text });

const isWhole = (text: string) => wellFormed(text) === text;

function run(chunking: StreamingOptions["chunking"], chunks: UIMessageChunk[]): string[] {
  const chunker = new TextChunker(chunking);
  const pairs = new HalfPairs<UIMessageChunk>();
  const out = [...chunks.flatMap((chunk) => chunker.push(chunk)), ...chunker.rest()].flatMap((chunk) => pairs.push(chunk));
  return out.map((chunk) => ("delta" in chunk ? chunk.delta : `<${chunk.type}>`));
}

test.each<[string, StreamingOptions["chunking"], string[]]>([
  ["words", "word", ["one ", "two ", "three"]],
  ["lines", "line", ["one two three"]],
  ["matches of a pattern", /[et]/gu, ["one t", "wo three"]],
  ["pieces of a function", (buffer) => (buffer.length >= 4 ? buffer.slice(0, 4) : null), ["one ", "two thre", "e"]],
])("%s leave only when they are complete", (_name, chunking, expected) => {
  expect(run(chunking, [delta("on"), delta("e tw"), delta("o three")])).toEqual(expected);
});

test("what is held leaves before a chunk of another kind or part", () => {
  expect(run("word", [delta("half"), { type: "text-end", id: "0" }, delta("other", "1"), delta("more", "2")])).toEqual([
    "half", "<text-end>", "other", "more",
  ]);
});

test("a function that does not return a leading part is refused", () => {
  expect(() => run(() => "x", [delta("abc")])).toThrow('chunking must return a leading part of the text it is given, not "x"');
});

test("whatever the chunking, nothing of a text is lost, doubled or cut inside a character", () =>
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "binary", maxLength: 6 }), { maxLength: 8 }),
      fc.constantFrom<StreamingOptions["chunking"]>(undefined, "word", "line", /[,. ]/u),
      (texts, chunking) => {
        const whole = texts.join("");
        // Cut between UTF-16 units, as a careless provider would.
        const out = run(chunking, [...whole].length === 0 ? [] : whole.split("").map((unit) => delta(unit)));
        expect(out.join("")).toBe(whole);
        expect(out.every(isWhole) || !isWhole(whole)).toBe(true);
      },
    ),
  ));

test("halves of a pair find each other across deltas of other parts, and a half that stays alone is not lost", () => {
  const pairs = new HalfPairs<object>();
  const push = (parts: object[]) => parts.flatMap((part) => pairs.push(part));
  const [high, low] = "😀".split("");
  expect(push([delta(`a${high}`), delta("x", "1"), delta(`${low}b`)])).toEqual([delta("a"), delta("x", "1"), delta("😀b")]);
  const input = (inputTextDelta: string) => ({ type: "tool-input-delta", toolCallId: "c", inputTextDelta });
  expect(push([input(`{"${high}`), input(low!)])).toEqual([input('{"'), input("😀")]);
  expect(push([{ type: "text-delta", id: "2", text: high }, { type: "text-delta", id: "2", text: low }])).toEqual([{ type: "text-delta", id: "2", text: "😀" }]);
  expect(push([delta(high!), { type: "text-end", id: "0" }])).toEqual([delta(high!), { type: "text-end", id: "0" }]);
});
