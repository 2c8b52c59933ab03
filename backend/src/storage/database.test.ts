import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemPorts } from "../ports.ts";
import { collect, tableScan, TestStore } from "../transaction/testing/store.ts";
import { DatabaseRunner } from "../transaction/runner.ts";
import { nextCommitTs, openDatabase } from "./database.ts";

const databaseModule = new URL("./database.ts", import.meta.url).href;
const portsModule = new URL("../ports.ts", import.meta.url).href;

/** Opens the folder in a process of its own, which prints one line and then keeps it open. */
async function openElsewhere(dir: string): Promise<{ line: string; kill: () => Promise<void> }> {
  const script =
    `import { openDatabase } from ${JSON.stringify(databaseModule)}; import { systemPorts } from ${JSON.stringify(portsModule)};` +
    `try { globalThis.kept = openDatabase({ dir: ${JSON.stringify(dir)}, ports: systemPorts }); console.log("open"); setInterval(() => {}, 1000); }` +
    "catch (error) { console.log(error.failure + ': ' + error.message); }";
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const closed = once(child, "close");
  const [line] = await once(child.stdout, "data");
  return { line: String(line).trim(), kill: async () => { child.kill("SIGKILL"); await closed; } };
}

/** Closes a store's database and gives the bytes of its folder. */
async function closed(store: TestStore): Promise<() => Map<string, string>> {
  await store.runner.close();
  store.database.close();
  return () => new Map(readdirSync(store.dir).map((name) => [name, readFileSync(join(store.dir, name)).toString("base64")]));
}

test("a folder is one process's at a time; one that was killed blocks nobody", async () => {
  await using store = new TestStore();
  const second = await openElsewhere(store.dir);
  expect(second.line).toBe(`in-use: The data folder ${store.dir} is in use by another convex-embedded process. Stop it first, or choose another folder.`);
  await second.kill();
  expect(() => openDatabase({ dir: store.dir, ports: systemPorts })).toThrow("is in use");
  await store.mutate((tx) => tx.insert("", "t", {}));
  await closed(store);
  const holder = await openElsewhere(store.dir);
  expect(holder.line).toBe("open");
  expect(() => openDatabase({ dir: store.dir, ports: systemPorts })).toThrow("is in use");
  await holder.kill();
  const again = openDatabase({ dir: store.dir, ports: systemPorts });
  expect(again.catalog.table("", "t")?.name).toBe("t");
  again.close();
});

test("a folder of a newer version is refused with both versions named, and not touched", async () => {
  await using store = new TestStore();
  const bytes = await closed(store);
  writeFileSync(join(store.dir, "format.json"), '{"format":2}\n');
  const before = bytes();
  expect(() => openDatabase({ dir: store.dir, ports: systemPorts })).toThrow(
    `The data folder ${store.dir} was written by a newer version of convex-embedded (format 2; this version knows 1)`,
  );
  expect(bytes()).toEqual(before);
});

test("opening a folder again writes nothing beside the database: it can be read when the disk is full", async () => {
  await using store = new TestStore();
  await closed(store);
  const file = join(store.dir, "format.json");
  const before = statSync(file);
  await store.reopen();
  expect([statSync(file).ino, statSync(file).mtimeMs]).toEqual([before.ino, before.mtimeMs]);
});

test.skipIf(process.platform !== "linux")("a place that takes no folders is refused by name, at once", () => {
  expect(() => openDatabase({ dir: "/proc/x/data", ports: systemPorts })).toThrow("Cannot use the data folder /proc/x/data: ENOENT");
});

test.each([
  ["no SQLite file", (file: string) => writeFileSync(file, "x".repeat(5000)), "it has no SQLite header"],
  ["a file cut short", (file: string) => truncateSync(file, 8192), "it holds 8192 bytes of"],
])("%s is refused by name and not touched", async (_name, damage, why) => {
  await using store = new TestStore();
  await store.mutate((tx) => tx.insert("", "t", { text: "x".repeat(50_000) }));
  const bytes = await closed(store);
  const file = join(store.dir, "database.sqlite");
  damage(file);
  const before = bytes();
  expect(() => openDatabase({ dir: store.dir, ports: systemPorts })).toThrow(why);
  expect(() => openDatabase({ dir: store.dir, ports: systemPorts })).toThrow(file);
  expect(bytes()).toEqual(before);
});

test("damage found while running fails the reader with the file's name, and nothing is written after it", async () => {
  await using store = new TestStore();
  await store.mutate((tx) => { for (let i = 0; i < 300; i++) tx.insert("", "t", { text: "x".repeat(3000) }); });
  await closed(store);
  const file = join(store.dir, "database.sqlite");
  const bytes = readFileSync(file);
  // Pages of documents: the catalog before them stays sound.
  bytes.fill(0x5a, 409_600, 800_000);
  writeFileSync(file, bytes);
  await store.reopen();
  const damaged = `${file}: the database file is damaged; restore a backup`;
  await expect(store.query((tx) => collect(tx, tableScan("t")))).rejects.toThrow(damaged);
  await expect(store.mutate((tx) => tx.insert("", "t", {}))).rejects.toThrow(damaged);
});

test("what was committed is there after reopening, with its timestamp, and time never goes back", async () => {
  const clock = { ...systemPorts, ms: 1_000_000, nowMs: () => clock.ms };
  await using store = new TestStore({ ports: clock });
  const first = await store.runner.mutate(async (tx) => tx.insert("", "t", { n: 1 }));
  clock.ms = 500;
  await store.reopen();
  expect(store.runner.latestTs).toBe(first.ts);
  const second = await store.runner.mutate(async (tx) => tx.insert("", "t", { n: 2 }));
  expect(second.ts).toBeGreaterThan(first.ts);
  expect((await store.query((tx) => collect(tx, tableScan("t")))).map(({ n }) => n)).toEqual([1, 2]);
  expect(nextCommitTs({ nowMs: () => 2 }, 5n)).toBe(2_000_000n);
  expect(nextCommitTs({ nowMs: () => 2 }, 7_000_000n)).toBe(7_000_001n);
});

test("every insert that was acknowledged before the process was killed is there", async () => {
  await using store = new TestStore();
  await closed(store);
  const runnerModule = new URL("../transaction/runner.ts", import.meta.url).href;
  const script =
    `import { openDatabase } from ${JSON.stringify(databaseModule)}; import { systemPorts } from ${JSON.stringify(portsModule)}; import { DatabaseRunner } from ${JSON.stringify(runnerModule)};` +
    `const runner = new DatabaseRunner(openDatabase({ dir: ${JSON.stringify(store.dir)}, ports: systemPorts }));` +
    'const add = () => runner.mutate(async (tx) => tx.insert("", "t", {})).then(({ value }) => { process.stdout.write(value + "\\n"); add(); }); for (let i = 0; i < 8; i++) add();';
  for (const acknowledged of [20, 200, 900]) {
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    const gone = once(child, "close");
    let printed = "";
    for await (const chunk of child.stdout) {
      printed += String(chunk);
      if (printed.split("\n").length > acknowledged) child.kill("SIGKILL");
    }
    await gone;
    const ids = printed.split("\n").slice(0, -1);
    const database = openDatabase({ dir: store.dir, ports: systemPorts });
    const runner = new DatabaseRunner(database);
    const { value: missing } = await runner.query(async (tx) => ids.filter((id) => tx.get("", id) === null));
    await runner.close();
    database.close();
    expect(missing).toEqual([]);
    expect(ids.length).toBeGreaterThanOrEqual(acknowledged);
  }
});
