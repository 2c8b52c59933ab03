import * as fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { changeEnvironment, getEnvironmentVariable, listEnvironment, parseEnvironmentChanges, type EnvironmentChange } from "./environment.ts";
import { FakePorts } from "./testing/fakePorts.ts";
import { MemoryStore } from "./testing/memoryStore.ts";

let store: MemoryStore;
beforeEach(() => {
  store = new MemoryStore(new FakePorts());
});

const change = async (...changes: EnvironmentChange[]): Promise<void> =>
  void await store.mutate(async (tx) => changeEnvironment(tx, changes));
const many = (count: number, value: string): EnvironmentChange[] => Array.from({ length: count }, (_, n) => ({ name: `V${n}`, value }));
const list = async (): Promise<unknown> => (await store.query(async (tx) => listEnvironment(tx))).value;

test("after any changes, the variables are those of a plain map", async () => {
  const name = fc.constantFrom("A", "B", "_c", "D1");
  const one = fc.record({ name, value: fc.option(fc.string({ maxLength: 5 })) });
  await fc.assert(fc.asyncProperty(fc.array(fc.array(one, { maxLength: 4 }), { maxLength: 6 }), async (batches) => {
    store = new MemoryStore(new FakePorts());
    const model = new Map<string, string>();
    for (const batch of batches) {
      await change(...batch);
      for (const { name, value } of batch) {
        if (value === null) model.delete(name);
        else model.set(name, value);
      }
    }
    expect(await list()).toEqual([...model].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => ({ name, value })));
  }));
});

test("one variable is read by name", async () => {
  await change({ name: "KEY", value: "v" });
  const { value } = await store.query(async (tx) => [getEnvironmentVariable(tx, "KEY"), getEnvironmentVariable(tx, "NONE")]);
  expect(value).toEqual([{ name: "KEY", value: "v" }, null]);
});

test("a batch with one bad change changes nothing", async () => {
  await change({ name: "KEEP", value: "1" });
  const bad: [EnvironmentChange, RegExp][] = [
    [{ name: "1A", value: "x" }, /"1A" is not valid/],
    [{ name: "A-B", value: "x" }, /"A-B" is not valid/],
    [{ name: "", value: null }, /not valid/],
    [{ name: "N".repeat(257), value: "x" }, /257 > maximum 256/],
    [{ name: "CONVEX_SITE_URL", value: "x" }, /built in/],
    [{ name: "BIG", value: "é".repeat(4097) }, /"BIG" is too large \(8194 bytes > maximum 8192 bytes\)/],
  ];
  for (const [wrong, message] of bad) await expect(change({ name: "NEW", value: "1" }, wrong)).rejects.toThrow(message);
  expect(await list()).toEqual([{ name: "KEEP", value: "1" }]);
});

test("number and total size are limited", async () => {
  await expect(change(...many(513, "x"))).rejects.toThrow(/513 > maximum 512/);
  await change(...many(512, "x"));
  await expect(change(...many(80, "x".repeat(8000)))).rejects.toThrow(/too large in total/);
});

test("a request that is no list of changes is refused", () => {
  expect(parseEnvironmentChanges({ changes: [{ name: "A", value: "1" }, { name: "B", value: null }, { name: "C" }] }))
    .toEqual([{ name: "A", value: "1" }, { name: "B", value: null }, { name: "C", value: null }]);
  for (const body of [null, 1, [], {}, { changes: 1 }, { changes: [1] }, { changes: [{ value: "x" }] }, { changes: [{ name: "A", value: 1 }] }]) {
    expect(() => parseEnvironmentChanges(body)).toThrow(/Expected an object|Change 0/);
  }
});
