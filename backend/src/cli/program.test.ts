import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PushRequest } from "../components/types.ts";
import { UserError } from "../errors.ts";
import { BundleError } from "../push/bundleError.ts";
import type { PushResult } from "../push/deployer.ts";
import type { LogEntry } from "../functions/types.ts";
import { settled } from "../system/testing/fakePorts.ts";
import type { CliParts, OpenRequest } from "./parts.ts";
import { runProgram } from "./program.ts";
import type { Terminal } from "./terminal.ts";

const BUNDLE: PushRequest = { app: { definitionPath: "", definition: null, dependencies: [], schema: null, functions: [], udfServerVersion: "1" }, components: [] };

let cwd: string;
let lines: string[];
let done: string[];
let answer: string | null;
let stop: () => void;
let edited: () => Promise<void>;
let opened: OpenRequest | null;
let bundle: () => Promise<PushRequest>;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "cli-"));
  mkdirSync(join(cwd, "convex"));
  [lines, done, answer, opened] = [[], [], null, null];
  bundle = () => Promise.resolve(BUNDLE);
});
afterEach(() => rmSync(cwd, { recursive: true }));

function terminal(): Terminal {
  return {
    out: (line) => lines.push(`out: ${line}`),
    note: (line) => lines.push(line),
    paint: (_colour, text) => text,
    ask: () => Promise.resolve(answer),
    untilStopped: () => new Promise((resolve) => {
      stop = resolve;
    }),
  };
}

const parts: CliParts = {
  version: "1.2.3",
  openBackend: (request) => {
    opened = request;
    return Promise.resolve({
      url: "http://127.0.0.1:3210", siteUrl: "http://127.0.0.1:3211", adminKey: "k", hasFunctions: false,
      push: async () => {
        done.push("push");
        return { indexes: new Map([["", { added: [{ name: "notes.by_text", type: "database", fields: ["text", "_creationTime"] }], removed: [], enabled: [], disabled: [] }]]), crons: new Map([["box", { added: ["nightly"], updated: [], deleted: [] }]]) };
      },
      setEnv: async (changes) => void done.push(`env ${changes.map(({ name, value }) => `${name}=${value}`).join(" ")}`),
      close: async () => void done.push("close"),
    });
  },
  bundle: () => bundle(),
  watch: (_folder, onBundle) => {
    edited = () => bundle().then((push) => onBundle({ ok: true, push }), (error: unknown) => onBundle({ ok: false, error }));
    void edited();
    return { close: async () => void done.push("unwatch") };
  },
  freePort: (port) => Promise.resolve(port === 3210 ? 3215 : port),
  adminKey: () => Promise.resolve("name|secret"),
  deleteData: async () => {
    done.push("delete");
    return [];
  },
};
const run = (...args: string[]): Promise<number> => runProgram(args, { terminal: terminal(), parts, cwd });
const text = (): string => lines.join("\n");

describe("help", () => {
  test("lists the commands; each explains its own options and gives examples", async () => {
    expect(await run("--help")).toBe(0);
    for (const name of ["dev", "start", "push", "reset", "keys"]) {
      expect(text()).toContain(`  ${name} `);
      lines.length = 0;
      expect(await run(name, "--help")).toBe(0);
      expect(text()).toContain("--data-dir <folder>");
      expect(text()).toContain(`  convex-embedded ${name}`);
      const own = text();
      lines.length = 0;
      expect(await run("help", name)).toBe(0);
      expect(text()).toBe(own);
      lines.length = 0;
      await run("--help");
    }
  });

  test("follows a wrong call, with exit code 2", async () => {
    expect(await run("fly")).toBe(2);
    expect(text()).toContain('There is no command "fly"');
    expect(await run("dev", "--prot", "1")).toBe(2);
    expect(text()).toContain("--prot");
    expect(text()).toContain("See convex-embedded dev --help");
  });

  test("fits a terminal of 120 columns", async () => {
    for (const name of ["dev", "start", "push", "reset", "keys"]) await run(name, "--help");
    await run();
    expect(lines.filter((line) => line.length > 120)).toEqual([]);
  });
});

describe("dev", () => {
  test("pushes, says where everything is, pushes again after an edit, and stops cleanly", async () => {
    const ended = run("dev");
    await settled();
    expect(done).toEqual(["push"]);
    expect(text()).toContain("Port 3210 is busy: using 3215.");
    expect(text()).toContain("http://127.0.0.1:3210");
    expect(text()).toContain("  + index notes.by_text\n  + cron nightly in box");
    expect(opened).toMatchObject({ port: 3215, sitePort: 3216, durability: "full", dataDir: join(cwd, ".convex-data") });
    await edited();
    expect(done).toEqual(["push", "push"]);
    stop();
    expect(await ended).toBe(0);
    expect(done.slice(-2)).toEqual(["unwatch", "close"]);
  });

  test("shows a mistake with its file and line, and keeps running", async () => {
    const location = { file: join(cwd, "convex/a.ts"), line: 3, column: 4, lineText: "let x = ;" };
    bundle = () => Promise.reject(new BundleError([{ text: 'Unexpected ";"', location }]));
    const ended = run("dev");
    await settled();
    expect(text()).toContain('convex/a.ts:3:5 Unexpected ";"\n  let x = ;\n      ^');
    bundle = () => Promise.resolve(BUNDLE);
    await edited();
    expect(text()).toContain("✔ Functions are live");
    stop();
    expect(await ended).toBe(0);
  });

  test("--once tells by its exit code whether the push went through", async () => {
    expect(await run("dev", "--once")).toBe(0);
    bundle = () => Promise.reject(new UserError("X", "schema mismatch"));
    expect(await run("dev", "--once")).toBe(1);
    expect(text()).toContain("schema mismatch");
    expect(done).toEqual(["push", "close", "close"]);
  });

  test("sets environment variables before the first push", async () => {
    writeFileSync(join(cwd, "vars"), "A=1\nB='two words'\n");
    expect(await run("dev", "--once", "--env", "vars", "--fast", "--port", "4000")).toBe(0);
    expect(done).toEqual(["env A=1 B=two words", "push", "close"]);
    expect(opened).toMatchObject({ port: 4000, sitePort: 4001, durability: "fast" });
  });

  test("finds the functions folder by option, by convex.json, by its usual name; a missing one is named", async () => {
    writeFileSync(join(cwd, "convex.json"), JSON.stringify({ functions: "backend/functions" }));
    expect(await run("dev", "--once")).toBe(1);
    expect(text()).toContain(`There is no functions folder at ${join(cwd, "backend/functions")}`);
    expect(await run("dev", "--once", "--functions", "convex")).toBe(0);
  });

  test("prints function logs as they happen", async () => {
    const ended = run("dev");
    await settled();
    const usage = {
      databaseQueries: 0, documentsRead: 0, bytesRead: 0, documentsWritten: 0, bytesWritten: 0, functionsScheduled: 0, scheduledFunctionArgsBytes: 0,
    };
    const entry: LogEntry = {
      kind: "Completion", udfType: "Mutation", identifier: "messages.js:send", componentPath: "chat", caller: "Test", requestId: "r",
      executionId: "e", parentExecutionId: null, timestampMs: 0, executionMs: 2.2, cachedResult: false, usage, error: "Uncaught Error: no\n    at send (../convex/a.ts:1:2)",
      logLines: [{ level: "WARN", messages: ["'a'", "1"], timestampMs: 0, isTruncated: false }],
    };
    lines.length = 0;
    opened?.onLog(entry);
    opened?.onLog({ ...entry, error: null, logLines: [] });
    expect(lines.map((line) => line.slice(8))).toEqual([
      " M (chat) messages:send [WARN] 'a' 1", " M (chat) messages:send failed after 3 ms", "   Uncaught Error: no", "       at send (convex/a.ts:1:2)",
    ]);
    stop();
    await ended;
  });
});

test("start serves until it is stopped and pushes nothing", async () => {
  const ended = run("start", "--port", "5000", "--site-port", "5001");
  await settled();
  expect(opened).toMatchObject({ port: 5000, sitePort: 5001 });
  expect(text()).toContain("Functions     none yet: push them");
  stop();
  expect(await ended).toBe(0);
  expect(done).toEqual(["close"]);
});

test("a push from elsewhere is told of with what it changed, one that was refused with the reason", async () => {
  const ended = run("start");
  await settled();
  lines.length = 0;
  const definition = { modules: new Map([["a.js", [{}, {}]], ["b.js", [{}]]]) };
  const result = { app: { instances: new Map([["", { definition }], ["box", { definition }]]) }, indexes: new Map(), crons: new Map([["box", { added: ["nightly"], updated: [], deleted: [] }]]) };
  // Of an app's description only this much is looked at.
  opened?.onPush({ ok: true, result: result as unknown as PushResult, tookMs: 339.6 });
  opened?.onPush({ ok: false, error: new UserError("BadPush", "Failed to analyze a.js: Uncaught Error: no\n    at ../convex/a.ts:1:2") });
  expect(lines).toEqual([
    "✔ Functions were pushed: 3 functions, 1 component, 340 ms", "  + cron nightly in box",
    "Failed to analyze a.js: Uncaught Error: no", "    at convex/a.ts:1:2", "✘ A push was refused: what was live before stays as it is",
  ]);
  stop();
  await ended;
});

test("a port that somebody takes at the last moment is looked for again, unless it was asked for", async () => {
  const { openBackend } = parts;
  const busy = (port: number) => Object.assign(new Error("listen EADDRINUSE"), { code: "EADDRINUSE", port });
  let tries = 0;
  Object.assign(parts, { openBackend: (request: OpenRequest) => (++tries < 3 ? Promise.reject(busy(request.port)) : openBackend(request)) });
  try {
    const ended = run("start");
    await settled();
    stop();
    expect(await ended).toBe(0);
    tries = 0;
    expect(await run("start", "--port", "4000", "--site-port", "4001")).toBe(1);
    expect(text()).toContain("Port 4000 is in use. Stop what uses it, or name another with --port.");
  } finally {
    Object.assign(parts, { openBackend });
  }
});

test("a port that is no port is refused by name", async () => {
  for (const port of ["http", "-1", "70000", "1.5"]) {
    lines.length = 0;
    expect(await run("start", `--port=${port}`)).toBe(2);
    expect(text()).toContain(`--port must be a whole number from 0 to 65535, got "${port}"`);
  }
});

test("push without a URL goes into the data folder", async () => {
  expect(await run("push", "--data-dir", "d")).toBe(0);
  expect(opened).toMatchObject({ port: 0, dataDir: join(cwd, "d") });
  expect(done).toEqual(["push", "close"]);
});

test("push to a URL where nobody is says so", async () => {
  expect(await run("push", "--url", "http://127.0.0.1:1")).toBe(1);
  expect(text()).toContain("No backend answers at http://127.0.0.1:1");
});

test("reset deletes only after a yes", async () => {
  mkdirSync(join(cwd, ".convex-data"));
  expect(await run("reset")).toBe(1);
  expect(text()).toContain("use --yes");
  answer = "n";
  expect(await run("reset")).toBe(1);
  expect(done).toEqual([]);
  answer = "Y ";
  expect(await run("reset")).toBe(0);
  expect(await run("reset", "--yes", "--data-dir", "none")).toBe(0);
  expect(done).toEqual(["delete"]);
});

test("keys prints two lines for a shell, and nothing else on standard output", async () => {
  expect(await run("keys")).toBe(0);
  expect(lines.shift()).toContain("No backend has run on .convex-data yet");
  expect(lines).toEqual(["out: CONVEX_SELF_HOSTED_URL=http://127.0.0.1:3210", "out: CONVEX_SELF_HOSTED_ADMIN_KEY=name|secret"]);
});
