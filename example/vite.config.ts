import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss()],
  // The page runs the library from its sources, so that a change in src/react is seen at once.
  resolve: { conditions: ["@convex-dev/component-source", ...defaultClientConditions] },
  server: { host: "127.0.0.1" },
  build: { outDir: "dist", emptyOutDir: true },
});
