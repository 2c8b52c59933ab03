import { SourceMap, type SourceMapPayload } from "node:module";
import { readSourceMap, type ModuleFile } from "./moduleFiles.ts";

const known = new Map<string, { mapFile: string | null; map: SourceMap | null }>();

/** Makes frames of these files readable. */
export function registerSourceMaps(files: Iterable<ModuleFile>): void {
  for (const file of files) {
    if (!known.has(file.url)) known.set(file.url, { mapFile: file.mapFile, map: null });
  }
}

function sourceMapOf(url: string): SourceMap | null {
  const entry = known.get(url);
  if (entry === undefined || entry.mapFile === null) return null;
  // The file was written by us as esbuild made it.
  entry.map ??= new SourceMap(JSON.parse(readSourceMap(entry.mapFile)) as SourceMapPayload);
  return entry.map;
}

const FRAME = /^(\s*at (?:.*? \()?)(file:\/\/\S+?):(\d+):(\d+)(\)?)$/;

// Frames of the client library inside the bundle say nothing about the developer's code.
const LIBRARY = /node_modules\/convex\/|\/convex\/src\/server\/impl\//;

function mapFrame(line: string): string | null {
  const match = FRAME.exec(line);
  if (match === null) return null;
  const [, before = "", url = "", row = "", column = "", after = ""] = match;
  if (!known.has(url)) return null;
  const entry = sourceMapOf(url)?.findEntry(Number(row) - 1, Number(column) - 1);
  if (entry === undefined || !("originalSource" in entry) || entry.originalSource === undefined) return `${before}${url}:${row}:${column}${after}`;
  if (LIBRARY.test(entry.originalSource)) return null;
  return `${before}${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}${after}`;
}

/** The frames of a stack that lie in the developer's code, at the places where it was written. */
export function developerFrames(stack: string): string[] {
  const frames: string[] = [];
  for (const line of stack.split("\n")) {
    const frame = /^\s*at /.test(line) ? mapFrame(line) : null;
    if (frame !== null) frames.push(`    ${frame.trim()}`);
  }
  return frames;
}
