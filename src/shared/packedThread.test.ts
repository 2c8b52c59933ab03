import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { packThread, unpackThread, type ThreadView } from "./packedThread.js";
import { textOf } from "./toUIMessages.js";
import { messageKey, type UIMessage } from "./uiMessage.js";

const THREAD = "thread";

const optional = <Fields extends object>(fields: { [Name in keyof Fields]: fc.Arbitrary<Fields[Name]> }) =>
  fc.record(fields, { requiredKeys: [] });

const part = fc.oneof(
  fc.record({ type: fc.constant("text"), text: fc.string(), state: fc.constantFrom("done", "streaming") }),
  fc.record({ type: fc.constant("text"), text: fc.string() }),
  fc.record({ type: fc.constant("text"), text: fc.string(), state: fc.constant("done"), providerMetadata: fc.dictionary(fc.string(), fc.string()) }),
  fc.constant({ type: "step-start" }),
  fc.record({ type: fc.constant("tool-weather"), toolCallId: fc.string(), state: fc.constant("output-available"), input: fc.jsonValue(), output: fc.jsonValue() }),
  fc.record({ type: fc.string(), anything: fc.jsonValue() }),
);

const message = fc.record({
  base: fc.record({
    id: fc.string(), _creationTime: fc.double({ noNaN: true }), order: fc.nat(), stepOrder: fc.nat(),
    role: fc.constantFrom("user", "assistant", "system"), status: fc.constantFrom("pending", "success", "failed", "streaming"),
  }),
  parts: fc.array(part),
  extra: optional({ agentName: fc.string(), userId: fc.string(), metadata: fc.jsonValue(), error: fc.string() }),
  // What a message may have that does not follow from the rest.
  own: optional({ text: fc.string(), key: fc.string() }),
}).map(({ base, parts, extra, own }) => {
  const built = { ...base, ...extra, parts, text: own.text ?? textOf(parts), key: own.key ?? messageKey(THREAD, base) };
  // Parts of kinds that the type does not know are a case of their own.
  return built as unknown as UIMessage;
});

const chunk = fc.oneof(
  fc.record({ type: fc.constant("text-delta"), id: fc.string(), delta: fc.string() }),
  fc.record({ type: fc.constant("text-delta"), id: fc.string(), delta: fc.string(), providerMetadata: fc.jsonValue() }),
  fc.record({ type: fc.string(), id: fc.string(), value: fc.jsonValue() }),
);
const chunks = fc.array(chunk);

const stream = fc.record({
  place: fc.record({ streamId: fc.string(), order: fc.nat(), stepOrder: fc.nat(), status: fc.constantFrom("streaming" as const, "finished" as const, "aborted" as const) }),
  extra: optional({ agentName: fc.string(), userId: fc.string(), reason: fc.string(), sealed: chunks }),
  live: fc.record({ from: fc.nat(), end: fc.nat(), chunks }),
}).map(({ place, extra, live }) => ({ ...place, ...extra, live }));

const page = fc.record({ page: fc.array(message), isDone: fc.boolean(), continueCursor: fc.string() });
const streams = fc.oneof(
  fc.record({ kind: fc.constant("list" as const), messages: fc.array(stream) }),
  fc.record({ kind: fc.constant("deltas" as const), deltas: fc.array(fc.record({ streamId: fc.string(), start: fc.nat(), end: fc.nat(), parts: chunks })) }),
);

/** Through JSON, as it goes over the wire. */
const sent = (view: Partial<ThreadView>) => unpackThread(JSON.parse(JSON.stringify(packThread(view, THREAD))), THREAD);

/** JSON knows no -0, and puts no field that is undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("a packed thread", () => {
  test("unpacks to the messages and streams that were packed, whatever is in them", () => {
    fc.assert(fc.property(page, streams, (listed, followed) => {
      const view: ThreadView = { ...listed, streams: followed };
      expect(plain(sent(view))).toEqual(plain(view));
    }));
  });

  test("without a page is an empty one, and without streams has none", () => {
    expect(sent({})).toEqual({ page: [], isDone: true, continueCursor: "" });
  });

  test("sends a usual message's text once and nothing that follows from its place", () => {
    const place = { order: 3, stepOrder: 1 };
    const usual: UIMessage = {
      ...place, id: "m", key: messageKey(THREAD, place), _creationTime: 1, role: "assistant", status: "success", text: "Hello",
      parts: [{ type: "step-start" }, { type: "text", text: "Hello", state: "done" }],
    };
    expect(packThread({ page: [usual], isDone: true, continueCursor: "end" }, THREAD)).toEqual({
      packed: 1, page: [{ id: "m", at: 1, order: 3, step: 1, parts: [0, "Hello"] }], isDone: true, continueCursor: "end",
    });
  });
});
