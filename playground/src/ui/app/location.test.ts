import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatPlace, movedTo, PANELS, parsePlace, type Place } from "./location";

const text = fc.string({ minLength: 1, unit: "grapheme" });
const place = fc.record(
  { userId: text, threadId: text, messageId: text, order: fc.nat(), panel: fc.constantFrom(...PANELS), search: text, recent: fc.nat().map(String) },
  { requiredKeys: [] },
) satisfies fc.Arbitrary<Place>;

describe("the place in the address", () => {
  test("a link to what is on screen leads to what is on screen", () => {
    fc.assert(fc.property(place, (there) => { expect(parsePlace(formatPlace(there))).toEqual(there); }));
  });

  test("the same place has one address, whatever the order of its options", () => {
    fc.assert(fc.property(place, (there) => { expect(formatPlace(Object.fromEntries(Object.entries(there).toReversed()))).toBe(formatPlace(there)); }));
  });

  test("what an address cannot mean is left out", () => {
    expect(parsePlace("#panel=nothing&order=-1&threadId=t")).toEqual({ threadId: "t" });
    expect(parsePlace("#order=1e9")).toEqual({});
    expect(parsePlace("")).toEqual({});
    expect(formatPlace({ threadId: "", order: undefined })).toBe("#");
  });

  test("another thread lets go of what hung on the old one, and keeps the list", () => {
    const from: Place = { userId: "ann", threadId: "t1", order: 4, messageId: "m", panel: "context", recent: "10", search: "rent", status: "active" };
    expect(movedTo(from, { threadId: "t2" })).toEqual({ userId: "ann", threadId: "t2", search: "rent", status: "active" });
    expect(movedTo(from, { threadId: "t1", panel: "timeline" })).toEqual({ ...from, panel: "timeline" });
    expect(movedTo(from, { userId: "ben" })).toEqual({ userId: "ben" });
    expect(formatPlace(movedTo(from, { recent: undefined, messageId: undefined }))).toBe("#userId=ann&threadId=t1&panel=context&order=4&search=rent&status=active");
  });
});
