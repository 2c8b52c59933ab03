import type { MessageDoc } from "convex-agent";
import { expect, test } from "vitest";
import { againOf } from "./again";

const doc = (_id: string, role: "user" | "assistant" | "tool", stepOrder: number) =>
  ({ _id, _creationTime: 0, threadId: "t", order: 0, stepOrder, status: "success", tool: role === "tool", message: { role, content: [] } }) as MessageDoc;
const turn = [doc("p", "user", 0), doc("asks", "assistant", 1), doc("gives", "tool", 2), doc("answers", "assistant", 3)];
const ids = (docs: readonly MessageDoc[] = []) => docs.map(({ _id }) => _id);

test("a turn is answered again from its prompt, whichever of its messages it is asked of", () => {
  for (const { _id } of turn) expect(againOf(turn, { messageId: _id, fromStep: false })).toMatchObject({ from: "prompt", messageId: "p", base: { _id: "p" } });
  expect(ids(againOf(turn, { messageId: "p", fromStep: false })?.said)).toEqual(["asks", "gives", "answers"]);
});

test("from a later step what came before it stays; the first step is the same as the prompt", () => {
  const again = againOf(turn, { messageId: "answers", fromStep: true });
  expect(again).toMatchObject({ from: "message", step: 2, messageId: "answers", base: { _id: "gives" } });
  expect(ids(again?.said)).toEqual(["answers"]);
  for (const messageId of ["asks", "gives", "p", "gone"]) expect(againOf(turn, { messageId, fromStep: true })).toMatchObject({ from: "prompt" });
  expect(againOf(turn.slice(1), { messageId: "answers", fromStep: true })).toBeUndefined();
});
