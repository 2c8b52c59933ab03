import { readFile } from "node:fs/promises";
import { basename, isAbsolute, join } from "node:path";
import type { Plugin } from "esbuild";

/** The default runtime has AsyncLocalStorage as a global; code imports it from Node's module. */
export const asyncHooksShim: Plugin = {
  name: "async-hooks-shim",
  setup(build) {
    build.onResolve({ filter: /^(node:)?async_hooks$/ }, (args) => ({ path: args.path, namespace: "async-hooks-shim" }));
    build.onLoad({ filter: /.*/, namespace: "async-hooks-shim" }, () => ({
      contents: "export const { AsyncLocalStorage, AsyncResource } = globalThis;\nexport default { AsyncLocalStorage, AsyncResource };\n",
      loader: "js",
    }));
  },
};

/** `import "server-only"` guards browser bundles; here it is nothing. */
export const serverOnlyStub: Plugin = {
  name: "server-only-stub",
  setup(build) {
    build.onResolve({ filter: /^server-only$/ }, (args) => ({ path: args.path, namespace: "server-only-stub" }));
    build.onLoad({ filter: /.*/, namespace: "server-only-stub" }, () => ({ contents: "", loader: "js" }));
  },
};

/** `import module from "./x.wasm"` gives a compiled WebAssembly.Module, its bytes inside the bundle. */
export const wasmModules: Plugin = {
  name: "wasm-modules",
  setup(build) {
    build.onResolve({ filter: /\.wasm$/ }, (args) => {
      if (args.namespace === "wasm-module") return { path: args.path, namespace: "wasm-bytes" };
      if (args.resolveDir === "") return undefined;
      return { path: isAbsolute(args.path) ? args.path : join(args.resolveDir, args.path), namespace: "wasm-module" };
    });
    build.onLoad({ filter: /.*/, namespace: "wasm-module" }, (args) => ({
      contents: `import bytes from ${JSON.stringify(args.path)};\nexport default new WebAssembly.Module(bytes);\n`,
    }));
    build.onLoad({ filter: /.*/, namespace: "wasm-bytes" }, async (args) => ({ contents: await readFile(args.path), loader: "binary" }));
  },
};

/**
 * Leaves imports of other components' `convex.config` out of a definition's bundle: the backend puts a stand-in there
 * when it evaluates the bundle. `found` is told each such file and returns the name to import it by.
 */
export function componentImports(found: (configFile: string) => string): Plugin {
  return {
    name: "component-imports",
    setup(build) {
      build.onResolve({ filter: /convex\.config/ }, async (args) => {
        // `pluginData` marks our own look-up below.
        if (args.kind === "entry-point" || args.pluginData === "resolving") return undefined;
        const candidates = [args.path, args.path.replace(/\.js$/, ".ts"), `${args.path}.ts`, `${args.path}.js`];
        for (const candidate of candidates) {
          const { path } = await build.resolve(candidate, { kind: args.kind, resolveDir: args.resolveDir, pluginData: "resolving" });
          if (path !== "" && /^convex\.config\.[jt]s$/.test(basename(path))) return { path: found(path), external: true };
        }
        return undefined;
      });
    },
  };
}
