import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

// What a user's browser runs; React works more in development.
process.env.NODE_ENV = "production";

// The hooks are TypeScript with JSX, which Node does not load by itself: they are bundled with what measures them.
// Everything else stays outside, so that both sides use the same React and the same client.
const folder = mkdtempSync(join(import.meta.dirname, ".build-"));
// A run that is ended from outside leaves nothing behind either.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(1);
  });
}
try {
  const outfile = join(folder, "main.mjs");
  await build({
    entryPoints: [join(import.meta.dirname, "main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    sourcemap: "inline",
    conditions: ["@convex-dev/component-source"],
    define: { "import.meta.dirname": JSON.stringify(import.meta.dirname) },
    plugins: [{
      name: "packages-outside",
      setup(builder) {
        builder.onResolve({ filter: /^[^.]/ }, ({ path, kind }) => kind === "entry-point" || path.startsWith("convex-agent") ? null : { path, external: true });
      },
    }],
  });
  const { main } = await import(pathToFileURL(outfile).href) as { main: (args: readonly string[]) => Promise<void> };
  await main(process.argv.slice(2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
