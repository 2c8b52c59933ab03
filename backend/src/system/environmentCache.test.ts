import * as fc from "fast-check";
import { expect, test } from "vitest";
import { changeEnvironment, listEnvironment } from "./environment.ts";
import { openEnvironmentCache } from "./environmentCache.ts";
import { FakePorts } from "./testing/fakePorts.ts";
import { MemoryStore } from "./testing/memoryStore.ts";

test("the cache is what the table says, and another object exactly when that changed", async () => {
  const change = fc.record({ name: fc.constantFrom("A", "B", "C"), value: fc.option(fc.constantFrom("1", "2")) });
  await fc.assert(fc.asyncProperty(fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 8 }), async (batches) => {
    const store = new MemoryStore(new FakePorts());
    await store.mutate(async (tx) => changeEnvironment(tx, [{ name: "A", value: "start" }]));
    let calls = 0;
    const cache = await openEnvironmentCache(store, () => void (calls += 1));
    for (const batch of batches) {
      const [before, callsBefore] = [cache.current(), calls];
      await store.mutate(async (tx) => changeEnvironment(tx, batch));
      const { value } = await store.query(async (tx) => listEnvironment(tx));
      expect(cache.current()).toEqual(Object.fromEntries(value.map((variable) => [variable.name, variable.value])));
      expect(calls - callsBefore).toBe(before === cache.current() ? 0 : 1);
      await store.mutate(async (tx) => tx.insert("", "other", {}));
      expect(calls - callsBefore).toBeLessThanOrEqual(1);
    }
    cache.close();
  }));
});

test("a change that rolls back is not seen", async () => {
  const store = new MemoryStore(new FakePorts());
  const cache = await openEnvironmentCache(store);
  const before = cache.current();
  await expect(store.mutate(async (tx) => {
    changeEnvironment(tx, [{ name: "A", value: "1" }]);
    throw new Error("no");
  })).rejects.toThrow("no");
  expect(cache.current()).toBe(before);
});
