import { ConvexError } from "convex/values";
import { expect } from "vitest";
import { refusal, type Law } from "../law.ts";

const thrown = async (attempt: Promise<unknown>): Promise<unknown> => await attempt.then(() => null, (error: unknown) => error);

export const callLaws: readonly Law[] = [
  {
    states: "a query, a mutation and an action answer with what they return; undefined is null",
    holds: async (t) => {
      expect(await t.query("calls:required", { name: "Ada" })).toBe("Ada");
      expect(await t.query("calls:returnsNothing")).toBeNull();
      expect(await t.action("calls:throughAction")).toMatchObject({ seen: ["one", "two"] });
    },
  },
  {
    states: "a ConvexError reaches the caller with its data, whatever that is, and what was written is gone",
    holds: async (t) => {
      for (const data of ["text", 1, null, { code: "full", size: 3n }, ["a", [true]]]) {
        const error = await thrown(t.mutation("calls:failWithData", { data }));
        expect(error).toBeInstanceOf(ConvexError);
        // Just looked at.
        expect((error as ConvexError<never>).data).toEqual(data);
      }
      expect(await t.query("documents:list", { table: "things" })).toEqual([]);
    },
  },
  {
    states: "an action's ConvexError reaches the caller with its data",
    holds: async (t) => {
      const error = await thrown(t.action("calls:failInAction", { data: { code: 7 } }));
      // An action's caller gets nothing else.
      expect((error as ConvexError<never>).data).toEqual({ code: 7 });
    },
  },
  {
    states: "any other error tells its message",
    holds: async (t) => expect(await refusal(t.query("calls:failPlainly"))).toContain("plain failure"),
  },
  {
    states: "a nested mutation that throws is undone alone, and its caller may go on",
    holds: async (t) => {
      expect(await t.mutation("calls:nested")).toEqual({ counts: [1, 2], caught: "failed: undone", seen: ["kept", "kept too"] });
      expect(await t.query("calls:labels")).toEqual(["kept", "kept too"]);
    },
  },
  {
    states: "each mutation of an action commits by itself",
    holds: async (t) => {
      expect(await t.action("calls:throughAction")).toEqual({ seen: ["one", "two"], caught: "failed: three" });
      expect(await t.query("calls:labels")).toEqual(["one", "two"]);
    },
  },
  {
    states: "time stands still in a mutation",
    convexTestDiffers: "leaves Date to the test",
    holds: async (t) => expect(new Set((await t.mutation("calls:clock")) as number[]).size).toBe(1),
  },
  {
    states: "nobody is null; somebody has the issuer, the subject and both together",
    holds: async (t) => {
      expect(await t.query("calls:whoAmI")).toBeNull();
      const ada = t.as({ name: "Ada", subject: "ada", issuer: "https://issuer.test" });
      expect(await ada.query("calls:whoAmI")).toMatchObject({ name: "Ada", subject: "ada", issuer: "https://issuer.test", tokenIdentifier: "https://issuer.test|ada" });
      expect(await ada.action("calls:whoAmIByAction")).toBe("Ada");
    },
  },
  {
    states: "an internal function is not there for clients",
    convexTestDiffers: "lets tests call internal functions",
    holds: async (t) => expect(await refusal(t.query("calls:secret"))).toContain("Could not find public function for 'calls:secret'."),
  },
  {
    states: "a function that is not there is refused by its name",
    convexTestDiffers: "tells of a missing export in its own words",
    holds: async (t) => expect(await refusal(t.query("calls:nowhere"))).toContain("Could not find public function for 'calls:nowhere'."),
  },
  {
    states: "a mutation is no query",
    convexTestDiffers: "tells of a wrong kind in its own words",
    holds: async (t) => expect(await refusal(t.query("calls:nested"))).toContain("Trying to execute calls.js:nested as Query, but it is defined as Mutation."),
  },
];
