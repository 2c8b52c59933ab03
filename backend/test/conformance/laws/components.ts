import { expect } from "vitest";
import type { Law } from "../law.ts";
import type { Target } from "../targets.ts";

const names = async (t: Target, box: string): Promise<unknown> => await t.query("calls:boxNames", { box });
/** Boxes are not emptied between laws. */
let run = 0;
const fresh = (name: string): string => `${name} ${run++}`;

export const componentLaws: readonly Law[] = [
  {
    states: "two instances of a component have tables of their own",
    holds: async (t) => {
      const [one, two] = [fresh("one"), fresh("two")];
      await t.mutation("calls:putInBox", { box: "box", name: one });
      await t.mutation("calls:putInBox", { box: "secondBox", name: two });
      expect(await names(t, "box")).toContain(one);
      expect(await names(t, "secondBox")).toContain(two);
      expect(await names(t, "secondBox")).not.toContain(one);
    },
  },
  {
    states: "a component's mutation that fails is undone alone, with its error's data",
    holds: async (t) => {
      const name = fresh("undone");
      expect(await t.mutation("calls:putInBoxAndCatch", { name })).toEqual({ name });
      expect(await t.query("calls:labels")).toEqual([name]);
      expect(await names(t, "box")).not.toContain(name);
    },
  },
  {
    states: "a component calls back by a function handle",
    holds: async (t) => {
      await t.mutation("calls:boxCallsBack", { label: "called back" });
      expect(await t.query("calls:labels")).toEqual(["called back"]);
    },
  },
  {
    states: "a component schedules a function handle",
    convexTestDiffers: "is asked for the jobs of the app alone",
    holds: async (t) => {
      await t.mutation("calls:boxCallsBack", { label: "called later", later: true });
      await expect.poll(() => t.query("calls:labels"), { timeout: 20_000 }).toEqual(["called later"]);
    },
  },
];
