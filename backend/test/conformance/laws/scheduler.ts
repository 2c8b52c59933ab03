import { expect } from "vitest";
import type { Law } from "../law.ts";
import type { Target } from "../targets.ts";

interface Job {
  readonly _id: string;
  readonly name: string;
  readonly args: unknown[];
  readonly scheduledTime: number;
  readonly completedTime?: number;
  readonly state: { readonly kind: string; readonly error?: string };
}

const schedule = async (t: Target, args: object): Promise<string> => (await t.mutation("calls:schedule", args)) as string;
const job = async (t: Target, id: string): Promise<Job> => (await t.query("documents:systemGet", { id })) as Job;
const labels = async (t: Target): Promise<unknown> => await t.query("calls:labels");

export const schedulerLaws: readonly Law[] = [
  {
    states: "a scheduled mutation and a scheduled action run, and their jobs say so",
    holds: async (t) => {
      const ids = [await schedule(t, { label: "by mutation" }), await schedule(t, { label: "by action", byAction: true })];
      await t.settle();
      expect(((await labels(t)) as string[]).sort()).toEqual(["by action", "by mutation"]);
      for (const id of ids) expect(await job(t, id)).toMatchObject({ _id: id, state: { kind: "success" } });
      expect(await job(t, ids[0] ?? "")).toMatchObject({ args: [{ label: "by mutation" }], scheduledTime: expect.any(Number), name: expect.stringMatching(/^calls(\.js)?:note$/) });
    },
  },
  {
    states: "an action schedules as well",
    holds: async (t) => {
      await t.action("calls:scheduleFromAction", { label: "from an action" });
      await t.settle();
      expect(await labels(t)).toEqual(["from an action"]);
    },
  },
  {
    states: "a mutation that throws schedules nothing",
    holds: async (t) => {
      await expect(schedule(t, { label: "never", thenThrow: true })).rejects.toThrow("after scheduling");
      await t.settle();
      expect(await labels(t)).toEqual([]);
    },
  },
  {
    states: "a job that fails has changed nothing",
    holds: async (t) => {
      const id = await schedule(t, { label: "bad", fail: true });
      await t.settle();
      expect((await job(t, id)).state.kind).toBe("failed");
      expect(await labels(t)).toEqual([]);
    },
  },
  {
    states: "a job that has ended says when, and why if it failed",
    convexTestDiffers: "keeps neither",
    holds: async (t) => {
      const id = await schedule(t, { label: "bad", fail: true });
      await t.settle();
      expect(await job(t, id)).toMatchObject({ state: { kind: "failed", error: expect.stringContaining("failed: bad") }, completedTime: expect.any(Number) });
    },
  },
  {
    states: "a job that is canceled in time never runs",
    holds: async (t) => {
      const id = await schedule(t, { label: "canceled", delayMs: 3_600_000 });
      expect((await job(t, id)).state).toEqual({ kind: "pending" });
      await t.mutation("calls:cancel", { id });
      expect((await job(t, id)).state).toEqual({ kind: "canceled" });
      expect(await labels(t)).toEqual([]);
    },
  },
  {
    states: "canceling what is over changes nothing",
    convexTestDiffers: "cancels it all the same",
    holds: async (t) => {
      const id = await schedule(t, { label: "over" });
      await t.settle();
      await t.mutation("calls:cancel", { id });
      expect((await job(t, id)).state).toEqual({ kind: "success" });
    },
  },
  {
    states: "what is scheduled for later waits",
    convexTestDiffers: "finishes everything or nothing",
    holds: async (t) => {
      const id = await schedule(t, { label: "later", delayMs: 3_600_000 });
      await schedule(t, { label: "now" });
      await t.settle();
      expect(await labels(t)).toEqual(["now"]);
      await t.mutation("calls:cancel", { id });
    },
  },
  {
    states: "to itself a scheduled mutation is in progress, and it cannot cancel itself",
    convexTestDiffers: "lets a mutation cancel itself",
    holds: async (t) => {
      const id = await t.mutation("calls:scheduleSelfish", { cancel: false });
      await t.settle();
      expect([(await job(t, String(id))).state.kind, await labels(t)]).toEqual(["success", ["inProgress"]]);
      const canceling = await t.mutation("calls:scheduleSelfish", { cancel: true });
      await t.settle();
      expect((await job(t, String(canceling))).state).toMatchObject({ kind: "failed", error: expect.stringContaining("A mutation cannot cancel itself") });
    },
  },
];
