import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface AxeResults {
  violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[];
}

/** Expects that axe finds nothing on the page as it is now, by WCAG 2.2 AA and axe's own best practices. */
export async function expectAccessible(page: Page): Promise<void> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(source);
  const violations = await page.evaluate(async () => {
    // The line above has put axe into the page; its result is plain data.
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } };
    // What passes is not listed: on a long page that is most of the work.
    const results = await axe.run({ resultTypes: ["violations"], selectors: false });
    return results.violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.slice(0, 4).map(({ html, failureSummary }) => `  ${html}\n  ${failureSummary}`).join("\n")}`);
  });
  expect(violations).toEqual([]);
}
