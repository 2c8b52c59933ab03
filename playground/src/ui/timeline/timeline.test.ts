import type { MessageDoc } from "convex-agent";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LiveWatch } from "./liveBars";
import { hasLongWaits, timeScale } from "./scale";
import { coveredMs, turnTimeline, type Bar } from "./turnTimeline";

const still = { nowMs: 99_000, isStreaming: false, bars: [] };
const row = (id: string, savedMs: number, rest: Partial<MessageDoc>): MessageDoc => ({
  _id: id, _creationTime: savedMs, threadId: "t", order: 0, stepOrder: 0, status: "success", tool: false, ...rest,
});
const prompt = row("p", 1_000, { message: { role: "user", content: "Weather?" } });
const call = { type: "tool-call" as const, toolCallId: "c", toolName: "weather", input: { city: "Oslo" } };
const result = { type: "tool-result" as const, toolCallId: "c", toolName: "weather", output: { type: "text" as const, value: "sunny" } };
const short = (bars: readonly Bar[]) => bars.map(({ kind, label, state, startMs, endMs }) => [kind, label, state, startMs, endMs]);

describe("the waterfall of a turn", () => {
  test("has the model calls, the tools and the time between them, as they were timed", () => {
    const timeline = turnTimeline([
      prompt,
      row("a", 2_000, { message: { role: "assistant", content: [call] }, timing: { startedMs: 1_100, firstOutputMs: 1_200, endedMs: 1_500 }, usage: { promptTokens: 7 } }),
      row("r", 2_000, { message: { role: "tool", content: [result] }, timing: { startedMs: 1_500, endedMs: 1_900, tools: [{ toolCallId: "c", startedMs: 1_500, endedMs: 1_900 }] } }),
      row("b", 2_600, { message: { role: "assistant", content: "Sunny." }, timing: { startedMs: 2_000, endedMs: 2_500 } }),
    ], still)!;
    expect(short(timeline.bars)).toEqual([
      ["idle", "Idle", "done", 1_000, 1_100],
      ["model", "Model call 1", "done", 1_100, 1_500],
      ["tool", "weather", "done", 1_500, 1_900],
      ["idle", "Idle", "done", 1_900, 2_000],
      ["model", "Model call 2", "done", 2_000, 2_500],
    ]);
    expect(timeline).toMatchObject({ startMs: 1_000, endMs: 2_500, isRunning: false, totals: { model: 900, tool: 400, approval: 0, idle: 200 } });
    expect(timeline.bars[1]!.facts).toEqual([["Tokens in", "7"]]);
    expect(timeline.bars[2]!.facts).toEqual([["Input", '{"city":"Oslo"}'], ["Output", "sunny"]]);
  });

  test("goes by the saves where nobody timed anything, and says so", () => {
    const timeline = turnTimeline([prompt, row("a", 1_500, { message: { role: "assistant", content: "No." }, status: "failed", error: "gone" })], still)!;
    expect(timeline.bars).toMatchObject([{ kind: "model", state: "failed", startMs: 1_000, endMs: 1_500, isEstimated: true }]);
  });

  test("shows how long a decision was waited for: up to it, or up to now", () => {
    const asks = row("a", 1_200, { message: { role: "assistant", content: [call, { type: "tool-approval-request", approvalId: "x", toolCallId: "c" }] }, timing: { startedMs: 1_000, endedMs: 1_100 } });
    const open = turnTimeline([prompt, asks], { ...still, nowMs: 9_000 })!;
    expect(short(open.bars)).toContainEqual(["approval", "Waiting: weather", "waiting", 1_200, 9_000]);
    expect(open.isRunning).toBe(true);
    const denied = row("d", 5_000, { message: { role: "tool", content: [{ type: "tool-approval-response", approvalId: "x", approved: false, reason: "no" }] } });
    const decided = turnTimeline([prompt, asks, denied], { ...still, nowMs: 9_000 })!;
    expect(short(decided.bars)).toContainEqual(["approval", "Waiting: weather", "denied", 1_200, 5_000]);
    expect(decided).toMatchObject({ isRunning: false, endMs: 5_000, totals: { approval: 3_800 } });
  });

  test("begins and ends with what was done: how long somebody thought before they kept an answer is not in it", () => {
    const made = { message: { role: "assistant" as const, content: "Sunny." }, timing: { startedMs: 60_000, endedMs: 61_000 } };
    const whole = { startMs: 60_000, endMs: 61_000, totals: { model: 1_000, tool: 0, approval: 0, idle: 0 } };
    // In place of the one before, and as a turn of its own.
    expect(turnTimeline([prompt, row("a", 90_000, made)], still)).toMatchObject(whole);
    expect(turnTimeline([{ ...prompt, _creationTime: 90_000 }, row("a", 90_000, made)], still)).toMatchObject(whole);
    const tool = row("r", 61_400, { message: { role: "tool", content: [result] }, timing: { startedMs: 61_000, endedMs: 65_000 } });
    // Saved as it was said, the wait before it is the turn's.
    expect(turnTimeline([prompt, row("a", 65_000, made), tool], still)).toMatchObject({ startMs: 1_000, totals: { idle: 59_000 } });
  });

  test("tells an answer that somebody stopped from one that failed", () => {
    const ended = (error: string) => turnTimeline([prompt, row("a", 1_500, { message: { role: "assistant", content: "" }, status: "failed", error })], still)?.bars[0]?.state;
    expect(["aborted: enough", "rate_limited: later"].map(ended)).toEqual(["stopped", "failed"]);
  });

  test("covers its whole axis: work, waiting and idle time leave no gap, whatever the messages", () => {
    const step = fc.record({ kind: fc.constantFrom("timed", "untimed"), forMs: fc.nat(500), afterMs: fc.nat(300) });
    fc.assert(fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      let atMs = 1_000;
      const rows = steps.map(({ kind, forMs, afterMs }, index) => {
        const startedMs = atMs + afterMs;
        atMs = startedMs + forMs;
        return row(`m${index}`, atMs, { message: { role: "assistant", content: "x" }, ...(kind === "timed" && { timing: { startedMs, endedMs: atMs } }) });
      });
      const timeline = turnTimeline([prompt, ...rows], still)!;
      const gapMs = timeline.endMs - timeline.startMs - coveredMs(timeline.bars);
      // Each gap below two milliseconds is left open.
      expect(gapMs).toBeGreaterThanOrEqual(0);
      expect(gapMs).toBeLessThanOrEqual(steps.length);
    }));
  });
});

describe("the axis", () => {
  const bar = fc.record({ startMs: fc.nat(100_000), forMs: fc.nat(10_000) }).map(({ startMs, forMs }, ): Bar => ({ id: "b", kind: "model", label: "", state: "done", startMs, endMs: startMs + forMs, isEstimated: false, facts: [] }));

  test("never draws a later time before an earlier one, and stays between 0 and 1", () => {
    fc.assert(fc.property(fc.array(bar, { minLength: 1, maxLength: 6 }), fc.boolean(), fc.array(fc.nat(120_000), { minLength: 2 }), (bars, shortensWaits, times) => {
      const scale = timeScale({ startMs: 0, endMs: Math.max(...bars.map(({ endMs }) => endMs)) }, bars, { shortensWaits });
      const places = times.sort((a, b) => a - b).map((ms) => scale.at(ms));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      for (const place of places) expect(place).toBeGreaterThanOrEqual(0);
      for (const place of places) expect(place).toBeLessThanOrEqual(1 + 1e-9);
      expect(scale.ticks.length).toBeLessThan(12);
    }));
  });

  test("draws an hour of waiting short when asked to, and says where", () => {
    const work = (startMs: number): Bar => ({ id: "b", kind: "model", label: "", state: "done", startMs, endMs: startMs + 1_000, isEstimated: false, facts: [] });
    const bars = [work(0), work(3_601_000)];
    const range = { startMs: 0, endMs: 3_602_000 };
    expect(timeScale(range, bars, { shortensWaits: false }).at(1_000)).toBeLessThan(0.001);
    const scale = timeScale(range, bars, { shortensWaits: true });
    expect(scale.at(1_000)).toBeCloseTo(0.47);
    expect(scale.cuts).toEqual([{ from: expect.closeTo(0.47), to: expect.closeTo(0.53), durationMs: 3_600_000 }]);
    expect(hasLongWaits(range, bars)).toBe(true);
    expect(hasLongWaits({ startMs: 0, endMs: 2_000 }, [work(0), work(1_000)])).toBe(false);
  });
});

test("what runs now is dated by when it was seen, and saved steps are not shown twice", () => {
  const watch = new LiveWatch();
  const tool = (state: string) => ({ type: "tool-weather", toolCallId: "c", state });
  const at = (nowMs: number, parts: Parameters<LiveWatch["bars"]>[0], firstStep = 0) => short(watch.bars(parts, { nowMs, sinceMs: 100, firstStep }));
  expect(at(200, [{ type: "step-start" }])).toEqual([["model", "Model call 1", "running", 100, 200]]);
  expect(at(300, [{ type: "step-start" }, tool("input-available")])).toEqual([["model", "Model call 1", "done", 100, 300], ["tool", "weather", "running", 300, 300]]);
  at(450, [{ type: "step-start" }, tool("output-available")]);
  const second = [{ type: "step-start" }, tool("output-available"), { type: "step-start" }, { type: "text" }];
  expect(at(500, second)).toEqual([["model", "Model call 1", "done", 100, 300], ["tool", "weather", "done", 300, 450], ["model", "Model call 2", "running", 500, 500]]);
  expect(at(600, second.slice(2), 1)).toEqual([["model", "Model call 2", "running", 100, 600]]);
});
