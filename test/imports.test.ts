import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** What a folder may import: other folders of the repository, and packages. `types` entries only as `import type`. */
interface Rule {
  readonly folders: readonly string[];
  readonly typeFolders?: readonly string[];
  readonly packages: readonly RegExp[];
  readonly typePackages?: readonly RegExp[];
}

// The table of docs/architecture.md ("Who may know whom"), as data.
const RULES: Readonly<Record<string, Rule>> = {
  "src/shared": { folders: ["src/shared"], packages: [/^convex\/values$/], typePackages: [/^ai$/] },
  "src/model": { folders: ["src/model", "src/shared", "src/component/_generated"], packages: [/^convex\//] },
  "src/component": { folders: ["src/component", "src/model", "src/shared"], packages: [/^convex\//] },
  "src/client": {
    folders: ["src/client", "src/shared"],
    typeFolders: ["src/component/_generated"],
    packages: [/^ai$/, /^@ai-sdk\/provider(-utils)?$/, /^convex\//],
  },
  "src/react": { folders: ["src/react", "src/shared"], packages: [/^react$/, /^convex\/(react|server)$/], typePackages: [/^ai$/, /^convex\//] },
  "backend/src": {
    folders: ["backend/src"],
    packages: [/^node:/, /^convex\/(values|server)$/, /^(chokidar|croner|esbuild|jose|object-inspect|ws)$/, /^@zip\.js\/zip\.js$/],
  },
  example: { folders: ["example"], packages: [/^[^.]/] },
  // The page reaches an app through the published API alone; the command needs nothing but Node.
  "playground/src/ui": {
    folders: ["playground/src/ui"],
    packages: [/^convex-agent\/react$/, /^convex\/(browser|react|server|values)$/, /^react(-dom)?(\/|$)/, /^(radix-ui|lucide-react|recharts|react-markdown|remark-gfm|rehype-highlight)$/, /^@tanstack\/react-virtual$/],
    typePackages: [/^convex-agent$/, /^hast$/],
  },
  "playground/src/cli": { folders: ["playground/src/cli"], packages: [/^node:/] },
};

// Tests may also reach for test tools, and for the component through its registration for convex-test.
const TEST_PACKAGES = [/^vitest$/, /^fast-check$/, /^convex-test$/, /^node:/, /^@testing-library\//, /^react(-dom)?(\/|$)/, /^convex(\/|$)/, /^ai(\/|$)/, /^@ai-sdk\/react$/, /^zod$/, /^ws$/, /^convex-agent(\/|$)/, /^brotli$/, /^fflate$/];

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** Static imports, re-exports and dynamic `import("…")` of a TypeScript file. */
function importsOf(source: string): Import[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const found: Import[] = [];
  const statement = /(?:^|[;\n])\s*(?:import|export)\s+(type\s+)?(?:([^"';]*?)\s+from\s+)?["']([^"']+)["']/g;
  for (const match of code.matchAll(statement)) {
    const [, type, clause, specifier] = match;
    const members = clause?.match(/^\{([^}]*)\}$/s)?.[1]?.split(",").map((member) => member.trim()).filter(Boolean);
    const typeOnly = type !== undefined || (members !== undefined && members.length > 0 && members.every((member) => member.startsWith("type ")));
    if (specifier !== undefined) found.push({ specifier, typeOnly });
  }
  for (const match of code.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)(\s*[.[])?/g)) {
    // `import("x").Name` in a type position is a type; a call is awaited or stored, never followed by a name.
    if (match[1] !== undefined) found.push({ specifier: match[1], typeOnly: match[2] !== undefined });
  }
  return found;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((file) => !file.includes("node_modules/"));
}

const isUnder = (file: string, folders: readonly string[]) => folders.some((folder) => file === folder || file.startsWith(`${folder}/`));

function violation(file: string, rule: Rule, { specifier, typeOnly }: Import): string | null {
  const isTest = /\.test\.tsx?$/.test(file) || file.includes("/testing/") || file.includes("/_testing/");
  if (specifier.startsWith(".")) {
    const target = relative(root, resolve(root, dirname(file), specifier)).split(sep).join("/");
    if (isUnder(target, rule.folders)) return null;
    if (typeOnly && isUnder(target, rule.typeFolders ?? [])) return null;
    if (isTest && (target.startsWith("src/") || target.startsWith("backend/"))) return null;
    return `${file} imports ${target}`;
  }
  const allowed = [...rule.packages, ...(typeOnly ? (rule.typePackages ?? []) : []), ...(isTest ? TEST_PACKAGES : [])];
  return allowed.some((pattern) => pattern.test(specifier)) ? null : `${file} imports ${specifier}`;
}

describe("import boundaries", () => {
  test.each(Object.entries(RULES))("%s imports only what the table allows", (folder, rule) => {
    const files = sourceFiles(folder);
    expect(files.length).toBeGreaterThan(0);
    const violations = files.flatMap((file) =>
      importsOf(readFileSync(join(root, file), "utf8")).flatMap((found) => violation(file, rule, found) ?? []),
    );
    expect(violations).toEqual([]);
  });

  test("component modules and their folders have names that Convex accepts", () => {
    const bad = [...sourceFiles("src"), ...sourceFiles("example/convex")].filter((file) => file.split("/").some((part) => part.includes("-")));
    expect(bad).toEqual([]);
  });

  test("the reader of imports sees every form", () => {
    expect(
      importsOf('import a from "a";\nimport type { B } from "b";\nimport { type C, d } from "c";\nimport { type E } from "e";\nexport * from "f";\nconst g = await import("g");\ntype H = import("h").H;\nimport "i";'),
    ).toEqual([
      { specifier: "a", typeOnly: false },
      { specifier: "b", typeOnly: true },
      { specifier: "c", typeOnly: false },
      { specifier: "e", typeOnly: true },
      { specifier: "f", typeOnly: false },
      { specifier: "i", typeOnly: false },
      { specifier: "g", typeOnly: false },
      { specifier: "h", typeOnly: true },
    ]);
  });
});
