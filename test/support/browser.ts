import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { inject } from "vitest";

/** This worker's Chromium (see sharedRun.ts). Closing it closes the contexts that were made with it, and no others. */
export async function openBrowser(): Promise<Browser> {
  const endpoints = inject("browserEndpoints");
  // Workers are counted from 1, and a worker's number is given on to the one that takes its place.
  const endpoint = endpoints[(Number(process.env.VITEST_POOL_ID) - 1) % endpoints.length];
  if (endpoint === undefined) throw new Error(`No Chromium for worker ${process.env.VITEST_POOL_ID} of ${endpoints.length}`);
  return await chromium.connect(endpoint);
}

/** Folder for screenshots of a run; git-ignored. */
export function screenshotPath(name: string): string {
  const folder = join(import.meta.dirname, "../../test-results");
  mkdirSync(folder, { recursive: true });
  return join(folder, `${name}.png`);
}

/** A fresh folder for one test's data. */
export function temporaryFolder(name: string): string {
  const folder = join(tmpdir(), `convex-agent-${name}-${process.pid}-${Date.now()}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}
