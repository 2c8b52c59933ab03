import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEMO_DIMENSION, embedText } from "../example/convex/model/demoEmbedding.js";
import { passagesOf } from "../example/convex/rag/passages.js";

const likeness = (a: string, b: string): number => {
  const [left, right] = [embedText(a), embedText(b)];
  return left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
};

describe("the demo's embedding", () => {
  test("is a vector of length 1 for any text, the same each time", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
      const vector = embedText(text);
      expect(vector).toHaveLength(DEMO_DIMENSION);
      expect(Math.hypot(...vector)).toBeCloseTo(1);
      expect(embedText(text)).toEqual(vector);
    }));
  });

  test.each([
    ["What is my puppy called?", "My dog is called Biscuit and he is afraid of thunder.", "The tomatoes on the balcony need water twice a day."],
    ["Where is our accommodation on the vacation?", "For our trip we booked a hotel in Alfama.", "Every device comes with a guarantee of two years."],
    ["What is the price of a parcel?", "Delivery costs a fee of 12 euros.", "My dog is afraid of thunder."],
  ])("puts %j nearer to what means the same than to what does not", (question, same, other) => {
    expect(likeness(question, same)).toBeGreaterThan(0.15);
    expect(likeness(question, same)).toBeGreaterThan(likeness(question, other) + 0.1);
  });
});

describe("the passages of a document", () => {
  test("hold all of its words in their order, and none is longer than what a model reads at once", () => {
    const paragraph = fc.stringMatching(/^[a-z]{1,8}( [a-z]{1,8}){0,40}$/);
    fc.assert(fc.property(fc.array(paragraph, { maxLength: 12 }), (paragraphs) => {
      const passages = passagesOf(paragraphs.join("\n\n"));
      expect(passages.join("").replace(/\s/g, "")).toBe(paragraphs.join("").replace(/\s/g, ""));
      for (const passage of passages) expect(passage.length).toBeLessThanOrEqual(1_000);
    }));
  });
});
