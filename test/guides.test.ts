import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { guideNames, readGuide, snippetsOf } from "./support/snippets.ts";

const root = join(import.meta.dirname, "..");

describe.each(guideNames())("docs/guides/%s", (guide) => {
  test("shows code only as it stands in a file that is compiled", () => {
    const text = readGuide(guide);
    const snippets = snippetsOf(guide);
    const blocks = text.match(/^```(ts|tsx)$/gm) ?? [];
    expect(blocks.length, "a ts block without <!-- snippet: … --> above it").toBe(snippets.length);
    for (const { source, shown, actual } of snippets) expect(shown, `${source} has changed: npm run guides`).toBe(actual);
  });

  test("links only to what is there", () => {
    const links = [...readGuide(guide).matchAll(/\]\((?!https?:)([^)#]+)(#[^)]*)?\)/g)].map(([, path = ""]) => path);
    expect(links.filter((path) => !existsSync(join(root, "docs/guides", path)))).toEqual([]);
  });
});

test("every guide is in the list of guides, and every region is in a guide", () => {
  const index = readGuide("README.md");
  expect(guideNames().filter((name) => name !== "README.md" && !index.includes(`(${name})`))).toEqual([]);
  const shown = new Set(guideNames().flatMap(snippetsOf).map(({ source }) => source));
  const folder = "example/convex/guides";
  const regions = readdirSync(join(root, folder)).flatMap((file) =>
    [...readFileSync(join(root, folder, file), "utf8").matchAll(/\/\/ #region (\w+)/g)].map(([, region]) => `${folder}/${file}#${region}`),
  );
  expect(regions.filter((region) => !shown.has(region))).toEqual([]);
});
