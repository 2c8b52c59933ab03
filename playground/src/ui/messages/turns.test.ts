import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { regenerateTarget, summarize, turnsOf, type ShownDoc } from "./turns";

function doc(order: number, stepOrder: number, fields: Partial<ShownDoc> = {}): ShownDoc {
  const _id = `m${order}.${stepOrder}`;
  return { _id, _creationTime: 1_000 + order, threadId: "t", order, stepOrder, status: "success", tool: false, key: _id, streaming: false, message: { role: "user", content: "Hello" }, ...fields };
}
const said = (order: number, stepOrder: number, fields: Partial<ShownDoc> = {}) => doc(order, stepOrder, { message: { role: "assistant", content: "Hi" }, agentName: "Guide", ...fields });
const call = { role: "assistant" as const, content: [{ type: "tool-call" as const, toolCallId: "c", toolName: "pay", input: { amount: 5 } }, { type: "tool-approval-request" as const, approvalId: "a", toolCallId: "c" }] };
const decision = { role: "tool" as const, content: [{ type: "tool-approval-response" as const, approvalId: "a", approved: true }] };
const result = { role: "tool" as const, content: [{ type: "tool-result" as const, toolCallId: "c", toolName: "pay", output: { type: "json" as const, value: { paid: true } } }] };

describe("turns", () => {
  test("every message is in one turn and one place of it, in the thread's order", () => {
    const roles = fc.constantFrom("user", "assistant", "tool") as fc.Arbitrary<"user" | "assistant" | "tool">;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), roles), { maxLength: 30 }), (rows) => {
        let [order, stepOrder] = [0, -1];
        const docs = rows.map(([isNew, role]) => {
          if (isNew) [order, stepOrder] = [order + 1, -1];
          stepOrder++;
          return role === "user" ? doc(order, stepOrder) : role === "assistant" ? said(order, stepOrder) : doc(order, stepOrder, { message: { role, content: [] } });
        });
        const turns = turnsOf(docs);
        const keys = turns.flatMap(({ prompts, steps }) => [...prompts, ...steps.flatMap((step) => step.docs)].toSorted((a, b) => a.stepOrder - b.stepOrder).map(({ key }) => key));
        expect(keys).toEqual(docs.map(({ key }) => key));
        expect(turns.map((turn) => turn.order)).toEqual([...new Set(docs.map((each) => each.order))]);
      }),
    );
  });

  test("a call, its decision and its result are one step, with the tool joined", () => {
    const [turn] = turnsOf([doc(0, 0), said(0, 1, { message: call, tool: true }), doc(0, 2, { message: decision }), doc(0, 3, { message: result, tool: true }), said(0, 4)]);
    expect(turn?.steps.map(({ docs }) => docs.length)).toEqual([3, 1]);
    expect(turn?.steps[0]?.parts).toEqual([expect.objectContaining({ type: "tool-pay", state: "output-available", input: { amount: 5 }, output: { paid: true }, approval: { id: "a", approved: true } })]);
  });

  test("turns whose messages are the same are the same objects, so that a word that arrives renders one turn", () => {
    const docs = [doc(0, 0), said(0, 1), doc(1, 0), said(1, 1, { streaming: true })];
    const before = turnsOf(docs);
    const after = turnsOf([...docs.slice(0, 3), said(1, 1, { streaming: true, message: { role: "assistant", content: "Hi there" } })], before);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });

  test("a turn says where it is", () => {
    const stateOf = (...docs: ShownDoc[]) => summarize(turnsOf(docs)[0]!).state;
    expect(stateOf(doc(0, 0))).toBe("asked");
    expect(stateOf(doc(0, 0), said(0, 1))).toBe("done");
    expect(stateOf(doc(0, 0), said(0, 1, { streaming: true, status: "pending" }))).toBe("streaming");
    expect(stateOf(doc(0, 0), said(0, 1, { status: "pending" }))).toBe("pending");
    expect(stateOf(doc(0, 0), said(0, 1, { status: "failed", error: "timeout: late" }))).toBe("failed");
    expect(stateOf(doc(0, 0), said(0, 1, { status: "failed", error: "aborted: enough" }))).toBe("stopped");
    expect(stateOf(doc(0, 0), said(0, 1, { message: call }))).toBe("waits");
    expect(stateOf(doc(0, 0), said(0, 1, { message: call }), doc(0, 2, { message: decision }), doc(0, 3, { message: result }))).toBe("done");
  });

  test("what a turn took is the sum of its steps, from the first call to the last word", () => {
    const turn = turnsOf([
      doc(0, 0),
      said(0, 1, { usage: { promptTokens: 10, completionTokens: 2 }, timing: { startedMs: 100, endedMs: 150 } }),
      said(0, 2, { usage: { promptTokens: 20 }, timing: { startedMs: 170, endedMs: 400 } }),
    ])[0]!;
    expect(summarize(turn)).toMatchObject({ inputTokens: 30, outputTokens: 2, durationMs: 300, agentNames: ["Guide"] });
    expect(regenerateTarget(turn)).toBe("m0.2");
  });
});
