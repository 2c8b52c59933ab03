import { defineConfig } from "vitest/config";

// Everything is tested from its sources: packages that name this condition resolve to `src`.
const conditions = ["@convex-dev/component-source"];
const resolve = { conditions };
const ssr = { resolve: { conditions } };

export default defineConfig({
  test: {
    projects: [
      {
        resolve, ssr,
        test: { name: "library", environment: "node", include: ["src/{shared,client}/**/*.test.ts", "test/*.test.ts"] },
      },
      {
        resolve, ssr,
        test: { name: "component", environment: "edge-runtime", include: ["src/component/**/*.test.ts"] },
      },
      {
        resolve, ssr,
        test: { name: "react", environment: "happy-dom", include: ["src/react/**/*.test.{ts,tsx}"] },
      },
      {
        test: { name: "backend", environment: "node", include: ["backend/{src,test}/**/*.test.ts"], testTimeout: 30_000 },
      },
      {
        resolve, ssr,
        test: {
          name: "e2e", environment: "node", include: ["test/e2e/**/*.test.ts"],
          fileParallelism: false, testTimeout: 60_000, hookTimeout: 60_000,
          // After the others: a page that shares two cores with a thousand unit tests shows its words late.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
