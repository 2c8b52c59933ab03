import { expect, test } from "vitest";
import { systemPorts } from "../ports.ts";
import { collect, tableScan, TestStore } from "./testing/store.ts";
import type { Commit } from "./types.ts";

test("executions run one at a time, in the order of their arrival", async () => {
  await using store = new TestStore();
  const seen: string[] = [];
  const run = (name: string) => async (): Promise<void> => {
    seen.push(`${name} begins`);
    await Promise.resolve();
    seen.push(`${name} ends`);
  };
  await Promise.all([store.mutate(run("a")), store.query(run("b")), store.mutate(run("c"))]);
  expect(seen).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
});

test("mutations that wait together share a commit, yet each has its own timestamp, and listeners hear of them in order before their promises", async () => {
  // Time stands still: how long a group may wait for others does not matter here.
  await using store = new TestStore({ ports: { ...systemPorts, nowMs: () => 1_700_000_000_000 } });
  const heard: string[] = [];
  store.runner.onCommit((commit) => heard.push(`commit ${commit.writes.length}`));
  let commits = 0;
  const { commit } = store.database;
  store.database.commit = (ts) => {
    commits++;
    commit.call(store.database, ts);
  };
  const runs = [1, 2, 3].map((count) =>
    store.runner
      .mutate(async (tx) => { for (let i = 0; i < count; i++) tx.insert("child", "t", {}); })
      .then(({ ts }) => { heard.push(`settled ${count}`); return ts; }));
  const [first, second, third] = await Promise.all(runs);
  expect(first! < second! && second! < third!).toBe(true);
  expect(third).toBe(store.runner.latestTs);
  expect(commits).toBe(1);
  for (const count of [1, 2, 3]) expect(heard.indexOf(`settled ${count}`)).toBeGreaterThan(heard.findIndex((line) => line.startsWith("commit")));
  expect(heard.filter((line) => line.startsWith("commit"))).toEqual(["commit 2", "commit 2", "commit 3"]);
});

test("a query behind a mutation sees it, and has its timestamp", async () => {
  await using store = new TestStore();
  const write = store.runner.mutate(async (tx) => tx.insert("", "t", { n: 1 }));
  const read = store.runner.query(async (tx) => collect(tx, tableScan("t")).length);
  expect((await read).value).toBe(1);
  expect((await read).ts).toBe((await write).ts);
});

test("a body that throws leaves nothing, also in the middle of a group", async () => {
  await using store = new TestStore();
  const results = await Promise.allSettled([
    store.mutate((tx) => tx.insert("", "t", { n: 1 })),
    store.mutate((tx) => { tx.insert("", "u", { n: 2 }); throw new Error("no"); }),
    store.mutate((tx) => tx.insert("", "t", { n: 3 })),
  ]);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  await store.reopen();
  await store.query((tx) => {
    expect(collect(tx, tableScan("t")).map(({ n }) => n)).toEqual([1, 3]);
    expect(tx.listTables("")).toEqual(["t"]);
    expect(tx.count("", "t")).toBe(2);
  });
});

test("a read-only mutation gets the newest timestamp and makes no commit", async () => {
  await using store = new TestStore();
  await store.mutate((tx) => tx.insert("", "t", {}));
  const commits: Commit[] = [];
  store.runner.onCommit((commit) => commits.push(commit));
  const { ts } = await store.runner.mutate(async (tx) => tx.count("", "t"));
  expect(ts).toBe(store.runner.latestTs);
  expect(commits).toEqual([]);
});

test("an execution that never settles is abandoned at its time limit, undone, and the queue goes on", async () => {
  const timers: (() => void)[] = [];
  const ports = { ...systemPorts, setTimer: (callback: () => void) => { timers.push(callback); return { cancel: () => undefined }; } };
  await using store = new TestStore({ ports });
  let late: (() => void) | undefined;
  const stuck = store.runner.mutate(async (tx) => {
    tx.insert("", "t", { stuck: true });
    late = () => void tx.insert("", "t", {});
    await new Promise(() => undefined);
  }, { timeoutMs: 15_000 });
  const next = store.mutate((tx) => tx.insert("", "t", { stuck: false }));
  await expect.poll(() => timers.length, { timeout: 20_000 }).toBe(1);
  timers[0]!();
  await expect(stuck).rejects.toThrow("Function execution timed out (maximum duration: 15s)");
  await next;
  expect(late).toThrow("This transaction has ended");
  expect((await store.query((tx) => collect(tx, tableScan("t")))).map(({ stuck }) => stuck)).toEqual([false]);
});

test("an aborted signal abandons an execution, waiting or running", async () => {
  await using store = new TestStore();
  const running = new AbortController();
  const waiting = new AbortController();
  const first = store.runner.mutate(async (tx) => {
    tx.insert("", "t", {});
    queueMicrotask(() => {
      waiting.abort(new Error("not wanted"));
      running.abort(new Error("stop"));
    });
    await new Promise(() => undefined);
  }, { signal: running.signal });
  const second = store.runner.mutate(async (tx) => tx.insert("", "t", {}), { signal: waiting.signal });
  await expect(first).rejects.toThrow("stop");
  await expect(second).rejects.toThrow("not wanted");
  expect(await store.query((tx) => tx.count("", "t"))).toBe(0);
});

test("the execute hook starts each execution from a macrotask; what it throws abandons that execution alone", async () => {
  await using store = new TestStore();
  let depth = 0;
  let calls = 0;
  store.runner.setExecuteHook((start) => {
    calls++;
    expect(depth++).toBe(0);
    start();
    depth--;
    if (calls === 2) throw new Error("interrupted");
  });
  const results = await Promise.allSettled([1, 2, 3].map((n) => store.mutate(async (tx) => { await Promise.resolve(); return tx.insert("", "t", { n }); })));
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect((await store.query((tx) => collect(tx, tableScan("t")))).map(({ n }) => n)).toEqual([1, 3]);
});

test("when the commit fails, all of its mutations fail and nothing is there; queries see what was saved before; the next mutation works", async () => {
  await using store = new TestStore();
  await store.mutate((tx) => tx.insert("", "t", { n: 0 }));
  const commits: Commit[] = [];
  store.runner.onCommit((commit) => commits.push(commit));
  const { commit } = store.database;
  store.database.commit = () => { throw new Error("disk on fire"); };
  const results = await Promise.allSettled([
    store.mutate((tx) => tx.insert("", "t", { n: 1 })),
    store.query((tx) => tx.count("", "t")),
    store.mutate((tx) => tx.insert("", "new", {})),
  ]);
  expect(results.map((result) => result.status === "rejected" ? String(result.reason) : result.value)).toEqual(["Error: disk on fire", 1, "Error: disk on fire"]);
  store.database.commit = commit;
  expect(commits).toEqual([]);
  await store.mutate((tx) => tx.insert("", "t", { n: 2 }));
  await store.query((tx) => {
    expect(collect(tx, tableScan("t")).map(({ n }) => n)).toEqual([0, 2]);
    expect(tx.count("", "t")).toBe(2);
    expect(tx.listTables("")).toEqual(["t"]);
  });
});

test("a promise settles and listeners hear of a commit after it was flushed; a group is one flush", async () => {
  const heard: string[] = [];
  await using store = new TestStore({ openLog: () => ({ flush: () => void heard.push("flush"), close: () => undefined }), ports: { ...systemPorts, nowMs: () => 1_700_000_000_000 } });
  store.runner.onCommit(() => heard.push("commit"));
  const mutate = (n: number): Promise<unknown> => store.mutate((tx) => tx.insert("", "t", { n })).then(() => heard.push("settled"));
  await Promise.all([mutate(1), mutate(2)]);
  await store.query((tx) => tx.count("", "t"));
  await mutate(3);
  expect(heard.filter((line) => line === "flush")).toHaveLength(2);
  expect(heard.indexOf("flush")).toBeLessThan(heard.indexOf("commit"));
  expect(heard.slice(-3)).toEqual(["flush", "commit", "settled"]);
});

test("when a flush fails, its group fails and nothing is read or written until a restart", async () => {
  let isBroken = false;
  const openLog = () => ({
    flush: () => {
      if (isBroken) throw new Error("the disk is gone");
    },
    close: () => undefined,
  });
  await using store = new TestStore({ openLog });
  await store.mutate((tx) => tx.insert("", "t", { n: 0 }));
  isBroken = true;
  const add = () => store.mutate((tx) => tx.insert("", "t", { n: 1 }));
  const refused = `${store.dir}/database.sqlite: a commit could not be made durable`;
  await expect(add()).rejects.toThrow(refused);
  // A disk that works again proves nothing about what it lost.
  isBroken = false;
  await expect(add()).rejects.toThrow(refused);
  await expect(store.query((tx) => tx.count("", "t"))).rejects.toThrow(refused);
  await store.reopen();
  await add();
  expect(await store.query((tx) => collect(tx, tableScan("t")).length)).toBeGreaterThanOrEqual(2);
});

test("a full disk refuses the mutation, keeps what was saved, and reading goes on; so do writes when there is room", async () => {
  await using store = new TestStore({ maxPages: 120 });
  const text = "x".repeat(20_000);
  let saved = 0;
  const fill = async (): Promise<void> => {
    for (;;) {
      await store.mutate((tx) => tx.insert("", "t", { text }));
      saved++;
    }
  };
  await expect(fill()).rejects.toThrow("the disk is full; nothing of this transaction was saved");
  expect(saved).toBeGreaterThan(5);
  const counts = (): Promise<number[]> => store.query((tx) => [tx.count("", "t"), collect(tx, tableScan("t")).length]);
  expect(await counts()).toEqual([saved, saved]);
  // With room again, and nothing else, writes go on.
  await store.mutate((tx) => { for (const { _id } of collect(tx, tableScan("t")).slice(0, 3)) tx.remove("", String(_id)); });
  await store.mutate((tx) => tx.insert("", "t", { text }));
  saved -= 2;
  expect(await counts()).toEqual([saved, saved]);
  await store.reopen();
  expect(await counts()).toEqual([saved, saved]);
});

test("commitsAfter tells what happened since, or that it no longer knows", async () => {
  await using store = new TestStore();
  const start = store.runner.latestTs;
  expect(store.runner.commitsAfter(start)).toEqual([]);
  const stamps: bigint[] = [];
  for (let i = 0; i < 300; i++) stamps.push((await store.runner.mutate(async (tx) => tx.insert("", "t", {}))).ts);
  expect(store.runner.commitsAfter(stamps[297]!)!.map(({ ts }) => ts)).toEqual(stamps.slice(298));
  expect(store.runner.commitsAfter(start)).toBe(null);
});
