import { generateText } from "ai";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fileProblem, MAX_FILE_BYTES, mediaTypeOf } from "../example/convex/files/kinds";
import { readsTextFiles } from "../example/convex/files/textFiles";
import { DemoModel } from "../example/convex/model/demoModel";
import { settingsSchema, streamingOptions } from "../example/convex/streaming/settings";
import { primeCounts } from "../example/convex/tools/primes";
import { convert } from "../example/convex/tools/units";
import { recipeSchema } from "../example/convex/objects/recipe";
import { cutSteadily } from "../example/ui/chat/steadyText";
import { ArrivalStore } from "../example/ui/streaming/arrivals";

describe("which files are taken", () => {
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0);
  const text = new TextEncoder().encode("Grüße, 世界 👋\n");
  const file = { name: "a.png", mediaType: "image/png", sizeBytes: 12 };

  test("one whose first bytes are what it says it is, and no other", () => {
    expect(fileProblem(file, png)).toBeNull();
    expect(fileProblem(file, text)).toContain("something else");
    expect(fileProblem({ ...file, name: "a.txt", mediaType: "text/plain" }, text)).toBeNull();
    expect(fileProblem({ ...file, name: "a.txt", mediaType: "text/plain" }, png)).toContain("something else");
    expect(fileProblem({ ...file, name: "a.txt", mediaType: "text/plain" }, Uint8Array.of(65, 0, 66))).toContain("something else");
  });

  test("a text whose last character is cut off by the look at its start is text", () => {
    for (let end = 1; end <= text.length; end++) expect(fileProblem({ ...file, mediaType: "text/markdown" }, text.subarray(0, end))).toBeNull();
  });

  test("each refusal names the file, the limit and what to do", () => {
    expect(fileProblem({ ...file, sizeBytes: MAX_FILE_BYTES + 1 })).toMatch(/“a\.png” has 5 MB; 5 MB is the most\. Choose a smaller one/);
    expect(fileProblem({ ...file, sizeBytes: 0 })).toContain("is empty");
    expect(fileProblem({ ...file, mediaType: "application/x-msdownload" })).toMatch(/cannot be used here \(application\/x-msdownload\)\. Choose from: PNG/);
    expect(fileProblem({ ...file, name: "x".repeat(300) })).toContain("Rename it");
    expect(fileProblem({ ...file, sizeBytes: MAX_FILE_BYTES })).toBeNull();
  });

  test("a kind that the browser does not know is read from the name, a known one is not", () => {
    expect(mediaTypeOf({ type: "", name: "README.MD" })).toBe("text/markdown");
    expect(mediaTypeOf({ type: "text/plain;charset=utf-8", name: "a.txt" })).toBe("text/plain");
    expect(mediaTypeOf({ type: "application/x-msdownload", name: "a.png" })).toBe("application/x-msdownload");
    expect(mediaTypeOf({ type: "", name: "archive.zip" })).toBe("");
  });
});

describe("how a stream is cut", () => {
  test("sentences are whole, and no letter is lost", () => {
    const { chunking } = streamingOptions({ chunking: "sentence", throttleMs: 0 });
    if (!(chunking instanceof RegExp)) throw new Error("sentences are found by a pattern");
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom("a", "b ", ". ", "! ", "?", "…", "\n", ".) ", "”") }), (text) => {
      let rest = text;
      for (let match = chunking.exec(rest); match !== null; match = chunking.exec(rest)) {
        expect(match.index).toBe(0);
        expect(match[0]).toMatch(/[.!?…]/);
        rest = rest.slice(match[0].length);
      }
      expect(rest).not.toMatch(/[.!?…]/);
    }));
  });

  test("a time between two writes that makes no sense is refused in words", () => {
    for (const throttleMs of [-1, 0.5, 60_000]) expect(settingsSchema.safeParse({ chunking: "word", throttleMs }).error?.issues[0]?.message).toMatch(/\.$/);
    expect(settingsSchema.safeParse({ chunking: "word", throttleMs: 100 }).success).toBe(true);
  });
});

describe("the tools", () => {
  test("as many primes are counted as a plain look at each number finds, and progress only grows", () => {
    const isPrime = (n: number) => n > 1 && !Array.from({ length: Math.floor(Math.sqrt(n)) - 1 }, (_, i) => i + 2).some((divisor) => n % divisor === 0);
    fc.assert(fc.property(fc.integer({ min: 10, max: 3_000 }), (upTo) => {
      const counts = [...primeCounts(upTo)];
      const primes = Array.from({ length: upTo + 1 }, (_, n) => n).filter(isPrime);
      expect(counts.at(-1)).toEqual({ upTo, checked: upTo, primes: primes.length, largest: primes.at(-1) });
      expect(counts.map(({ checked }) => checked)).toEqual([...new Set(counts.map(({ checked }) => checked))].toSorted((a, b) => a - b));
    }), { numRuns: 30 });
  });

  test("a measurement that goes there and back is the same", () => {
    expect(convert({ value: 26.2, from: "miles", to: "km" })).toEqual({ value: 26.2, from: "miles", result: 42.1648, to: "kilometres" });
    const pairs = fc.constantFrom(["cups", "ml"], ["lb", "kg"], ["feet", "inches"], ["days", "min"]);
    fc.assert(fc.property(fc.double({ min: 0.01, max: 10_000, noNaN: true }), pairs, (value, [from = "", to = ""]) => {
      const there = convert({ value, from, to });
      expect(Math.abs(convert({ value: there.result, from: to, to: from }).result / value - 1)).toBeLessThan(1e-4);
    }));
  });

  test("what cannot be converted is said with what is known", () => {
    expect(() => convert({ value: 3, from: "kilograms", to: "metres" })).toThrow("kilograms measure mass and metres measure length");
    expect(() => convert({ value: 3, from: "parsecs", to: "metres" })).toThrow("There is no unit “parsecs” here");
  });
});

test("a recipe without steps is none", () => {
  const problem = recipeSchema.safeParse({ title: "Water", servings: 1, difficulty: "easy", vegetarian: true, ingredients: [], steps: [], tip: "Drink it." }).error?.issues.map(({ path }) => path.join("."));
  expect(problem).toEqual(["ingredients", "steps"]);
});

test("a model that takes no text files is shown them as text, and pictures as they are", async () => {
  const prompts: unknown[] = [];
  class Spy extends DemoModel {
    override doGenerate(call: Parameters<DemoModel["doGenerate"]>[0]) {
      prompts.push(call.prompt);
      return super.doGenerate(call);
    }
  }
  const data = new TextEncoder().encode("Grüße");
  await generateText({
    model: readsTextFiles(new Spy()),
    messages: [{ role: "user", content: [{ type: "file", data, mediaType: "text/markdown", filename: "a.md" }, { type: "file", data, mediaType: "image/png" }, { type: "text", text: "What is it?" }] }],
  });
  expect(prompts).toMatchObject([[{ role: "user", content: [{ type: "text", text: "The file “a.md” (text/markdown):\n\nGrüße" }, { type: "file", mediaType: "image/png" }, { type: "text", text: "What is it?" }] }]]);
});

test("the pieces in which a reply arrives join to its text; another reply begins anew", () => {
  fc.assert(fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (pieces) => {
    let nowMs = 0;
    const store = new ArrivalStore(() => nowMs);
    let text = "";
    for (const piece of pieces) {
      nowMs += 100;
      text += piece;
      // Seen twice: a page renders for other reasons, too.
      for (let times = 0; times < 2; times++) store.follow({ key: "a", text, status: "streaming" });
    }
    store.follow({ key: "a", text, status: "success" });
    expect(store.getSnapshot()).toEqual({ text, pieces: pieces.map((piece, index) => ({ text: piece, afterMs: index === 0 ? 0 : 100 })) });
    store.follow({ key: "b", text: "complete before it was seen", status: "success" });
    expect(store.getSnapshot()?.text).toBe(text);
    store.follow({ key: "b", text: "new", status: "streaming" });
    expect(store.getSnapshot()?.pieces).toHaveLength(1);
  }));
});

test("the pieces of a growing text stay as they are but for the last one, so that what is selected in them stays selected", () => {
  const words = fc.string({ unit: fc.constantFrom("a", "word", " ", "\n", "  ", ", ", "Donaudampfschifffahrt", "👋"), maxLength: 60 });
  fc.assert(fc.property(words, words, (before, added) => {
    const [pieces, grown] = [cutSteadily(before), cutSteadily(before + added)];
    expect(pieces.join("")).toBe(before);
    expect(grown.slice(0, pieces.length - 1)).toEqual(pieces.slice(0, -1));
  }));
});
