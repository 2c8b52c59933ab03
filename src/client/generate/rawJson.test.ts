import fc from "fast-check";
import { expect, test } from "vitest";
import { fitJson, withoutSecrets } from "./rawJson.js";

const bytesOf = (text: string) => new TextEncoder().encode(text).byteLength;

test("what fits is kept whole, and nothing is ever longer than it may be", () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 4 }), fc.integer({ min: 1_000, max: 4_000 }), fc.integer({ min: 1, max: 400 }), (value, maxBytes, times) => {
    const many = Array.from({ length: times }, () => value);
    const text = fitJson(many, maxBytes);
    expect(bytesOf(text)).toBeLessThanOrEqual(maxBytes);
    const fits = bytesOf(JSON.stringify(many)) <= maxBytes;
    expect(!fits || text === JSON.stringify(many)).toBe(true);
  }), { numRuns: 60 });
});

test("what is too long stays JSON as long as it can: texts lose their ends, then lists their middles", () => {
  const messages = Array.from({ length: 300 }, (_, index) => ({ role: "user", content: `${index} ${"word ".repeat(1_000)}` }));
  const kept = JSON.parse(fitJson({ model: "m", messages }, 20_000)) as { model: string; messages: unknown[] };
  expect(kept.model).toBe("m");
  expect(kept.messages[0]).toMatchObject({ role: "user", content: expect.stringMatching(/^0 word word.*more characters\)$/) });
  expect(kept.messages.at(-1)).toMatchObject({ content: expect.stringMatching(/^299 /) });
  expect(kept.messages).toContainEqual(expect.stringMatching(/^… \d+ more …$/));
});

test("credentials are left out wherever they stand; what only sounds like one stays", () => {
  const secret = "hunter2-hunter2-hunter2";
  const call = {
    headers: { Authorization: `Bearer ${secret}`, "x-api-key": secret, "X-Custom": secret, "content-type": "application/json", "x-request-id": "r1", "x-ratelimit-remaining-tokens": "9" },
    body: JSON.stringify({
      model: "m", max_tokens: 9, apiKey: secret, tools: [{ type: "mcp", authorization: secret, headers: { whatever: secret } }, { parameters: { properties: { password: { type: "string" } } } }],
      error: `Incorrect API key provided: sk-${secret}. Use Bearer ${secret}.`,
    }),
  };
  const kept = withoutSecrets(call);
  expect(JSON.stringify(kept)).not.toContain("hunter2");
  expect(kept).toMatchObject({
    headers: { "content-type": "application/json", "x-request-id": "r1", "x-ratelimit-remaining-tokens": "9", "X-Custom": "[left out]" },
    body: { model: "m", max_tokens: 9, tools: [{ type: "mcp" }, { parameters: { properties: { password: { type: "string" } } } }] },
  });
});

test("of files only the beginning is kept, and of bytes how many there were", () => {
  const image = `data:image/png;base64,${"iVBORw0KGgo".repeat(200)}`;
  const kept = withoutSecrets({ image, bytes: new Uint8Array(9), words: "word ".repeat(200) });
  expect(kept).toMatchObject({ image: expect.stringMatching(/^data:image\/png;base64,iVBOR.{1,60}… \(\d+ more characters\)$/), bytes: "[9 bytes]", words: "word ".repeat(200) });
});
