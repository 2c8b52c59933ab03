import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/**
 * Fails a build whose page loads more than `maxFirstPaintBytes` (gzip) before it shows something: the entry, what it
 * imports statically, and the style sheets of these.
 */
export function bundleBudget({ maxFirstPaintBytes }: { maxFirstPaintBytes: number }): Plugin {
  return {
    name: "bundle-budget",
    apply: "build",
    generateBundle(_options, bundle) {
      const needed = new Set<string>();
      const add = (file: string): void => {
        const chunk = bundle[file];
        if (needed.has(file) || chunk === undefined) return;
        needed.add(file);
        if (chunk.type === "chunk") for (const imported of chunk.imports) add(imported);
      };
      for (const [file, chunk] of Object.entries(bundle)) if (chunk.type === "chunk" ? chunk.isEntry : file.endsWith(".css")) add(file);
      let bytes = 0;
      for (const file of needed) {
        const chunk = bundle[file];
        if (chunk !== undefined) bytes += gzipSync(chunk.type === "chunk" ? chunk.code : chunk.source).length;
      }
      this.emitFile({ type: "asset", fileName: "firstPaint.json", source: JSON.stringify({ bytes, files: [...needed] }) });
      if (bytes > maxFirstPaintBytes) this.error(`The first paint needs ${bytes} bytes (gzip); ${maxFirstPaintBytes} is the most. Load something later: ${[...needed].join(", ")}`);
    },
  };
}
