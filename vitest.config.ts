import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

// Everything is tested from its sources: packages that name this condition resolve to `src`.
const conditions = ["@convex-dev/component-source"];
const resolve = { conditions };
const ssr = { resolve: { conditions } };
// As in playground/vite.config.ts: its own package does not find the library by its name.
const alias = { "convex-agent/react": join(import.meta.dirname, "src/react/index.ts") };

// Beside their sources, but of whole backends: with sockets, bundles, threads that stall, processes.
const WHOLE_BACKENDS = ["functions/{runner,stall,watchdog}", "http/server", "push/{deployer,partCache}", "storage/database", "sync/connection"].map((name) => `backend/src/${name}.test.ts`);
const WORKERS = Math.max(2, availableParallelism() - 1);
export default defineConfig({
  test: {
    // On two cores the default is one worker, which waits for what others do.
    maxWorkers: WORKERS,
    projects: [
      {
        resolve: { conditions, alias }, ssr,
        // Here and below: files that share their modules. Half of the processor's time would go into loading them again and again.
        test: { name: "library", environment: "node", isolate: false, testTimeout: 30_000, include: ["src/{shared,client}/**/*.test.ts", "playground/src/**/*.test.ts"] },
      },
      {
        // What is true of the tree as a whole: imports, guides, declarations, what things cost.
        resolve: { conditions, alias }, ssr,
        test: { name: "tree", environment: "node", testTimeout: 60_000, include: ["test/*.test.{ts,tsx}"] },
      },
      {
        resolve, ssr,
        test: { name: "component", environment: "edge-runtime", isolate: false, testTimeout: 30_000, include: ["src/component/**/*.test.ts"] },
      },
      {
        resolve, ssr,
        // Some replace a module by a counted one, so each file has its own.
        test: { name: "react", environment: "happy-dom", testTimeout: 30_000, include: ["src/react/**/*.test.{ts,tsx}"] },
      },
      {
        test: { name: "backend", environment: "node", include: ["backend/src/**/*.test.ts"], exclude: WHOLE_BACKENDS, isolate: false, testTimeout: 30_000 },
      },
      {
        // Whole backends and processes: the official CLI, real components, clients, crashes.
        test: { name: "backend-process", environment: "node", include: ["backend/test/**/*.test.{ts,tsx}", ...WHOLE_BACKENDS], isolate: false, testTimeout: 60_000, hookTimeout: 60_000 },
      },
      {
        resolve, ssr,
        test: {
          name: "e2e", environment: "node", isolate: false, include: ["test/e2e/**/*.test.ts"], globalSetup: ["test/support/sharedRun.ts"],
          // Mostly they wait: for words that come one by one, for processes that start.
          maxWorkers: WORKERS + 1,
          testTimeout: 120_000, hookTimeout: 120_000,
          // After the others: a page that shares two cores with a thousand unit tests shows its words late.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
