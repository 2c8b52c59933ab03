import fc from "fast-check";
import { expect, test } from "vitest";
import { compareKeys } from "../values/keys.ts";
import { pointRange } from "../storage/indexKeys.ts";
import { touches } from "./readSet.ts";
import { ReadSetIndex } from "./readSetIndex.ts";
import type { Commit, KeyRange, ReadSet } from "./types.ts";

const key = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }).map((bytes) => Uint8Array.from(bytes));
const range: fc.Arbitrary<KeyRange> = fc.oneof(
  key.map(pointRange),
  fc.record({ from: key, to: fc.option(key) }),
  fc.tuple(key, key).map(([a, b]) => (compareKeys(a, b) <= 0 ? { from: a, to: b } : { from: b, to: a })),
);
const search = fc.record({
  terms: fc.array(fc.record({ text: fc.constantFrom("a", "ab", "b"), prefix: fc.boolean() }), { maxLength: 2 }),
  filters: fc.array(fc.record({ field: fc.constant("f"), value: fc.constantFrom(1, 2, undefined) }), { maxLength: 1 }),
});
const readSet: fc.Arbitrary<ReadSet> = fc.record({
  ranges: fc.array(fc.tuple(fc.integer({ min: 1, max: 2 }), fc.array(range, { minLength: 1, maxLength: 3 })), { maxLength: 2 }).map((list) => new Map(list)),
  searches: fc.array(fc.tuple(fc.constant(3), fc.array(search, { minLength: 1, maxLength: 2 })), { maxLength: 1 }).map((list) => new Map(list)),
});
const text = fc.option(fc.record({
  terms: fc.array(fc.tuple(fc.constantFrom("a", "ab", "abc", "b"), fc.constant(1)), { maxLength: 2 }).map((list) => new Map(list)),
  document: fc.record({ f: fc.constantFrom(1, 2) }, { requiredKeys: [] }).map((record) => ({ ...record })),
}));
const commit: fc.Arbitrary<Commit> = fc.record({
  ts: fc.constant(1n),
  writes: fc.array(fc.record({
    componentPath: fc.constant(""), table: fc.constant("t"), id: fc.constant("x"), before: fc.constant(null), after: fc.constant(null),
    keys: fc.array(fc.record({ index: fc.integer({ min: 1, max: 2 }), key }), { maxLength: 3 }),
    texts: fc.array(fc.record({ index: fc.constant(3), before: text, after: text }), { maxLength: 1 }),
  }), { maxLength: 2 }),
});

test("the index finds exactly the owners that a look at each read set finds, while owners come, change and go", () => {
  const action = fc.record({ id: fc.integer({ min: 0, max: 9 }), readSet: fc.option(readSet) });
  fc.assert(fc.property(fc.array(action, { maxLength: 40 }), fc.array(commit, { minLength: 1, maxLength: 5 }), (actions, commits) => {
    const index = new ReadSetIndex<number>();
    const model = new Map<number, ReadSet>();
    for (const { id, readSet } of actions) {
      if (readSet === null) {
        index.remove(id);
        model.delete(id);
      } else {
        index.add(id, readSet);
        model.set(id, readSet);
      }
    }
    for (const commit of commits) {
      const expected = [...model].filter(([, readSet]) => touches(readSet, commit)).map(([id]) => id);
      expect([...index.affected(commit)].sort()).toEqual(expected.sort());
    }
    expect(index.size).toBe(model.size);
  }), { numRuns: 500 });
});

test("of ten thousand neighbouring ranges, a key touches the one that holds it", () => {
  const index = new ReadSetIndex<number>();
  const at = (position: number): Uint8Array => Uint8Array.of(position >> 8, position & 255);
  for (let id = 0; id < 10_000; id++) {
    index.add(id, { ranges: new Map([[1, [{ from: at(id), to: at(id + 1) }]]]), searches: new Map() });
  }
  const keys = [{ index: 1, key: at(4321) }];
  const write = { componentPath: "", table: "t", id: "x", before: null, after: null, keys, texts: [] };
  expect([...index.affected({ ts: 1n, writes: [write] })]).toEqual([4321]);
});
