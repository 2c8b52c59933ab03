import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ModelClient } from "./testing/modelClient.ts";
import { World } from "./testing/world.ts";

const RUNS = Number(process.env.SIMULATION_RUNS ?? 300);
const NAMES = ["a", "b", "c"];

const names = fc.subarray(NAMES);
const who = fc.constantFrom(0, 1, 2);
const query = fc.record({ path: fc.constantFrom("cells:read", "cells:mine"), names: fc.subarray(NAMES, { minLength: 1 }) });

/** What happens next in the world; `client` says to whom. */
const action = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant("add" as const), client: who, queries: fc.array(query, { minLength: 1, maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("remove" as const), client: who, at: fc.nat(5) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("mutate" as const), client: who, path: fc.constantFrom("cells:add", "cells:add", "cells:again", "cells:fail"), names }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("commit" as const), names }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("authenticate" as const), client: who, as: fc.constantFrom("ada", "bob", null) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("slow" as const), client: who, isSlow: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("push" as const) }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant("turn" as const), count: fc.integer({ min: 1, max: 4 }) }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** Everything that is ready without a turn has happened. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

async function act(world: World, clients: readonly ModelClient[], step: Exclude<Action, { type: "turn" }>): Promise<void> {
  if (step.type === "commit") return void world.commit(step.names);
  if (step.type === "push") return world.cache.invalidateAll();
  const client = clients[step.client]!;
  switch (step.type) {
    case "add":
      return client.add(step.queries);
    case "remove": {
      const ids = client.queryIds;
      if (ids.length > 0) client.remove(ids[step.at % ids.length]!);
      return;
    }
    case "mutate":
      return client.mutate(step.path, step.names);
    case "authenticate":
      return client.authenticate(step.as);
    case "slow":
      return client.setSlow(step.isSlow);
  }
}

async function simulate(scheduler: fc.Scheduler, actions: readonly Action[]): Promise<{ world: World; clients: ModelClient[] }> {
  const world = new World((label) => scheduler.schedule(Promise.resolve(), label));
  const clients = ["one", "two", "three"].map((name) => new ModelClient(world, name));
  for (const step of actions) {
    if (step.type === "turn") for (let turn = 0; turn < step.count && scheduler.count() > 0; turn += 1) await scheduler.waitOne();
    else await act(world, clients, step);
    await settle();
  }
  for (const client of clients) client.setSlow(false);
  await settle();
  for (let turns = 0; scheduler.count() > 0; turns += 1) {
    expect(turns).toBeLessThan(5000);
    await scheduler.waitOne();
    await settle();
  }
  return { world, clients };
}

describe("in whatever order things happen", () => {
  test("every client sees one snapshot after another, its own writes after their answers, and in the end everything", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(action, { maxLength: 60 }), async (scheduler, actions) => {
        const { world, clients } = await simulate(scheduler, actions);
        // A client that was told something wrong has failed its session.
        for (const trouble of world.troubles) throw trouble;
        for (const client of clients) client.expectUpToDate();
        for (const client of clients) client.close();
        world.cache.invalidateAll();
        expect([world.cache.size, world.cache.watched]).toEqual([0, 0]);
      }),
      { numRuns: RUNS },
    );
  }, 120_000);

  test("a client under a stream of commits to what it watches is told again and again", async () => {
    const waiting: (() => void)[] = [];
    const world = new World((label) => (label === "query's result arrives" ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve()));
    const client = new ModelClient(world, "one");
    client.add([{ path: "cells:read", names: ["a"] }, { path: "cells:read", names: ["a", "b"] }]);
    await settle();
    for (let round = 0; round < 20; round += 1) {
      // Each result is out of date before it arrives.
      world.commit(["a"]);
      for (const arrive of waiting.splice(0)) arrive();
      await settle();
    }
    expect(client.transitions).toBeGreaterThan(10);
  });

  test("a client that sends mutation after mutation is told of them meanwhile", async () => {
    const world = new World(async () => settle() as Promise<void>);
    const client = new ModelClient(world, "one");
    client.add([{ path: "cells:read", names: ["a"] }]);
    for (let count = 0; count < 100; count += 1) client.mutate("cells:add", ["a"]);
    for (let turn = 0; turn < 300 && client.transitions < 2; turn += 1) await settle();
    expect(client.pendingMutations).toBeGreaterThan(50);
    for (let turn = 0; turn < 2000 && client.pendingMutations > 0; turn += 1) await settle();
    for (let turn = 0; turn < 20; turn += 1) await settle();
    client.expectUpToDate();
  });
});
