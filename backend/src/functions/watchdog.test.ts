import { afterAll, describe, expect, test } from "vitest";
import { Watchdog, type WatchedExecution } from "./watchdog.ts";

const watchdog = new Watchdog({ limitMs: 100, stallMs: 100 });
afterAll(() => watchdog.close());

/** Runs a body as the transaction runner runs an execution: in a macrotask. */
function execute(body: () => Promise<unknown>, by = watchdog): Promise<unknown> {
  return new Promise((resolve) => {
    setImmediate(() => {
      const execution: WatchedExecution = { isSettled: false, isHostBusy: false, fail: (error) => resolve(error) };
      try {
        by.run(() => {
          void (async () => {
            await Promise.resolve();
            by.watch(execution);
            const value = await body();
            by.unwatch();
            resolve(value);
          })();
        });
      } catch (error) {
        resolve(error);
      }
    });
  });
}

const endlessMicrotasks = (): Promise<void> => Promise.resolve().then(endlessMicrotasks);

describe("an execution", () => {
  test.each([
    ["loops", async () => { for (;;); }],
    ["loops over awaits", async () => { for (;;) await Promise.resolve(); }],
    ["makes microtasks for ever", () => endlessMicrotasks()],
    ["catches what it can", async () => { for (;;) { try { for (;;) await Promise.resolve(); } catch { continue; } } }],
  ] as const)("that %s is interrupted, and what waits beside it goes on", async (_how, body) => {
    const bystander = new Promise((resolve) => { setImmediate(() => resolve("went on")); });
    expect(String(await execute(body))).toContain("Function execution timed out (maximum duration: 0.1s)");
    expect(await bystander).toBe("went on");
    expect(await execute(async () => "next")).toBe("next");
  });

  test("is not charged for time in the host's code", async () => {
    const value = await execute(async () => {
      const startedMs = performance.now();
      while (performance.now() - startedMs < 60);
      watchdog.excuse(startedMs);
      const againMs = performance.now();
      while (performance.now() - againMs < 60);
      return "in time";
    });
    expect(value).toBe("in time");
  });

  test("is not charged for time in which it does not get the processor", async () => {
    const value = await execute(async () => {
      // What another process's turn looks like from here.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      return "in time";
    });
    expect(value).toBe("in time");
  });

  test("may take long between two waits for another thread", async () => {
    const patient = new Watchdog({ limitMs: 100, stallMs: 30_000 });
    const value = await execute(async () => {
      for (let wait = 0; wait < 3; wait++) {
        await crypto.subtle.digest("SHA-256", new Uint8Array(1000));
        const startedMs = performance.now();
        while (performance.now() - startedMs < 300);
      }
      return "in time";
    }, patient);
    expect(value).toBe("in time");
    await patient.close();
  });

  test("that loops after it has waited for another thread is interrupted too", async () => {
    const looping = execute(async () => {
      await crypto.subtle.digest("SHA-256", new Uint8Array(1000));
      for (;;);
    });
    expect(String(await looping)).toContain("Function execution timed out (maximum duration: 0.1s)");
    expect(await execute(async () => "next")).toBe("next");
  });

  test("that waits for nothing is told so", async () => {
    expect(String(await execute(() => new Promise(() => {})))).toContain("Returned promise will never resolve");
  });
});

test("an action that never yields is interrupted, and all guarded ones fail", async () => {
  const failed = new Promise((resolve) => {
    const unguard = watchdog.guard((error) => {
      unguard();
      resolve(error);
    });
  });
  setTimeout(() => queueMicrotask(() => { for (;;); }), 0);
  expect(String(await failed)).toContain("kept the thread busy for more than 0.1s");
});
