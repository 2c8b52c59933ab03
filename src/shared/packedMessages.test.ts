import fc from "fast-check";
import { expect, test } from "vitest";
import { packMessages, unpackMessages } from "./packedMessages.js";
import type { MessageDoc } from "./validators/messageDoc.js";

const text = fc.constantFrom("", "a", "b");
const doc = fc.record(
  {
    _id: fc.string(), _creationTime: fc.nat(), order: fc.nat(3), stepOrder: fc.nat(3),
    threadId: fc.constantFrom("one", "two"), userId: text, status: fc.constantFrom("success" as const, "failed" as const), tool: fc.boolean(), agentName: text,
  },
  { requiredKeys: ["_id", "_creationTime", "order", "stepOrder", "threadId", "status", "tool"] },
);
const content = fc.oneof(
  fc.constant({}),
  text.map((said) => ({ message: { role: "user" as const, content: said }, ...(said === "" ? {} : { text: said }) })),
  text.map((said) => ({ message: { role: "assistant" as const, content: [{ type: "text" as const, text: said }] }, text: said })),
  // Content that is elsewhere, of which the row has the beginning.
  text.map((said) => ({ message: { role: "assistant" as const, content: `${said} and more` }, text: said })),
);

test("messages that were packed are, unpacked, what they were", () => {
  fc.assert(fc.property(fc.array(fc.tuple(doc, content)), (all) => {
    const docs = all.map(([fields, said]): MessageDoc => ({ ...fields, ...said }));
    expect(unpackMessages(packMessages(docs))).toEqual(docs);
  }));
});
