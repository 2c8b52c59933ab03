import { expect, test } from "vitest";
import { StepClock } from "./stepClock.js";

test("a step's messages are dated: the model's by its call, the tools' by their runs, what nobody timed by nothing", () => {
  let atMs = 0;
  const clock = new StepClock(() => (atMs += 10));
  clock.callStarted();
  clock.callEnded(4.6);
  for (const id of ["a", "b"]) clock.toolStarted(id);
  for (const id of ["b", "a"]) clock.toolEnded(id);
  const result = (toolCallId: string) => ({ type: "tool-result" as const, toolCallId, toolName: "t", output: { type: "text" as const, value: "" } });
  const dated = clock.date([
    { message: { role: "user", content: "Hi" } },
    { message: { role: "assistant", content: [] } },
    { message: { role: "tool", content: [result("a"), result("b")] } },
    { message: { role: "tool", content: [result("elsewhere")] } },
  ]);
  expect(dated.map(({ timing }) => timing)).toEqual([
    undefined,
    { startedMs: 10, firstOutputMs: 15, endedMs: 20 },
    { startedMs: 30, endedMs: 60, tools: [{ toolCallId: "a", startedMs: 30, endedMs: 60 }, { toolCallId: "b", startedMs: 40, endedMs: 50 }] },
    undefined,
  ]);
});

test("a call that never ended dates nothing", () => {
  const clock = new StepClock(() => 1);
  clock.callStarted();
  expect(clock.date([{ message: { role: "assistant", content: "cut" } }])[0]!.timing).toBeUndefined();
});
