import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "../..");
const guides = join(root, "docs/guides");

/** `<!-- snippet: FILE#REGION -->` (or without a region: all of the file), and the code block under it. */
const SNIPPET = /<!-- snippet: (?<file>[^\s#]+)(?:#(?<region>\w+))? -->\n+```(?<language>\w+)\n(?<code>[\s\S]*?)```/g;

/** A code block of a guide, and what stands in the file that it names. */
export interface Snippet {
  readonly guide: string;
  readonly source: string;
  readonly shown: string;
  readonly actual: string;
}

export function guideNames(): string[] {
  return readdirSync(guides).filter((name) => name.endsWith(".md"));
}

export function readGuide(name: string): string {
  return readFileSync(join(guides, name), "utf8");
}

export function snippetsOf(guide: string): Snippet[] {
  return [...readGuide(guide).matchAll(SNIPPET)].map(({ groups: { file = "", region, code = "" } = {} }) => ({
    guide,
    source: region === undefined ? file : `${file}#${region}`,
    shown: code,
    actual: codeOf(file, region),
  }));
}

/** The lines of a region (`// #region NAME` to `// #endregion`), or of the file without its region marks. */
function codeOf(file: string, region: string | undefined): string {
  const lines = readFileSync(join(root, file), "utf8").split("\n");
  if (region === undefined) return `${lines.filter((line) => !/^\s*\/\/ #(end)?region/.test(line)).join("\n").trim()}\n`;
  const start = lines.findIndex((line) => line.trim() === `// #region ${region}`);
  const length = lines.slice(start + 1).findIndex((line) => line.trim() === "// #endregion");
  if (start === -1 || length === -1) throw new Error(`${file} has no region "${region}" (// #region ${region} … // #endregion)`);
  const body = lines.slice(start + 1, start + 1 + length);
  const indent = Math.min(...body.filter((line) => line.trim() !== "").map((line) => line.search(/\S/)));
  return `${body.map((line) => line.slice(indent)).join("\n").trim()}\n`;
}

/** Writes the code of every snippet into its guide. */
function update(): void {
  for (const name of guideNames()) {
    const text = readGuide(name).replace(SNIPPET, (whole, ...rest) => {
      // The last argument of a replacer is the named groups.
      const { file, region, language } = rest.at(-1) as { file: string; region?: string; language: string };
      return `${whole.slice(0, whole.indexOf("-->"))}-->\n\`\`\`${language}\n${codeOf(file, region)}\`\`\``;
    });
    writeFileSync(join(guides, name), text);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) update();
