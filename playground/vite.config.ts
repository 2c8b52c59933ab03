import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { join } from "node:path";
import { defaultClientConditions, defineConfig } from "vite";
import { bundleBudget } from "./scripts/bundleBudget.ts";
import { contentPolicy } from "./scripts/contentPolicy.ts";

export default defineConfig({
  root: import.meta.dirname,
  // The page is served from any folder of any host: all its addresses are relative.
  base: "./",
  plugins: [react(), tailwindcss(), contentPolicy(), bundleBudget({ maxFirstPaintBytes: 300_000 })],
  resolve: {
    conditions: ["@convex-dev/component-source", ...defaultClientConditions],
    // No node_modules holds the library's name for its neighbour; see tsconfig.json.
    alias: { "convex-agent/react": join(import.meta.dirname, "../src/react/index.ts") },
  },
  server: { host: "127.0.0.1" },
  build: { outDir: "dist/page", emptyOutDir: true, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 2_000 },
});
