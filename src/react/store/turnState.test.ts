import { describe, expect, test } from "vitest";
import type { UIMessage } from "../wireTypes.js";
import { turnState } from "./turnState.js";

const message = (fields: Partial<UIMessage>): UIMessage => ({
  id: "m", key: "k", role: "assistant", order: 4, stepOrder: 1, status: "success", parts: [], text: "", _creationTime: 0, ...fields,
});
const asked = { type: "tool-pay", toolCallId: "c", state: "approval-requested", input: {}, approval: { id: "a1" } } as const;

describe("the state of the newest turn", () => {
  test.each([
    [[], { kind: "empty" }],
    [[message({ role: "user" })], { kind: "waiting", order: 4, isSaved: true }],
    [[message({ role: "user", status: "pending" })], { kind: "waiting", order: 4, isSaved: false }],
    [[message({ role: "user" }), message({ status: "streaming" })], { kind: "streaming", order: 4 }],
    [[message({ status: "pending" })], { kind: "streaming", order: 4 }],
    [[message({ parts: [asked] })], { kind: "awaiting-approval", order: 4, approvalIds: ["a1"] }],
    [[message({ parts: [{ ...asked, state: "approval-responded", approval: { id: "a1", approved: true } }] })], { kind: "waiting", order: 4, isSaved: true }],
    [[message({ parts: [asked, { ...asked, toolCallId: "d", state: "approval-responded", approval: { id: "a2", approved: false } }] })], { kind: "awaiting-approval", order: 4, approvalIds: ["a1"] }],
    [[message({ status: "pending", parts: [asked] })], { kind: "awaiting-approval", order: 4, approvalIds: ["a1"] }],
    [[message({ status: "failed", error: "rate limited" })], { kind: "failed", order: 4, reason: "rate limited" }],
    [[message({ status: "failed" }), message({ order: 5 })], { kind: "done", order: 5 }],
  ])("case %#", (messages, expected) => {
    expect(turnState(messages)).toEqual(expected);
  });
});
