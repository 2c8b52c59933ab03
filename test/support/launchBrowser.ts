import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type BrowserServer, chromium } from "playwright-core";
import { unpackNpmBrowser } from "./npmBrowser.ts";

const INSTALLED = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/opt/google/chrome/chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

// Chromium's own services would look for the network; a test needs none of them.
const QUIET_ARGS = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run", "--disable-gpu"];

/** A Chromium to start: its file, and what it needs besides. */
export interface BrowserChoice {
  readonly executablePath: string;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
}

/** A Chromium to test with: the environment's, an installed one, Playwright's cache, else the one from npm. */
export async function findBrowser(): Promise<BrowserChoice> {
  const named = process.env.CHROMIUM_PATH;
  if (named !== undefined && named !== "") {
    if (!existsSync(named)) throw new Error(`CHROMIUM_PATH names ${named}, which does not exist`);
    return { executablePath: named, args: ["--no-sandbox"] };
  }
  const installed = INSTALLED.find((path) => existsSync(path));
  if (installed !== undefined) return { executablePath: installed, args: ["--no-sandbox"] };
  const cached = playwrightCache();
  if (cached !== null) return { executablePath: cached, args: ["--no-sandbox"] };
  return unpackNpmBrowser();
}

function playwrightCache(): string | null {
  const cache = join(homedir(), ".cache", "ms-playwright");
  if (!existsSync(cache)) return null;
  for (const folder of readdirSync(cache)) {
    const path = join(cache, folder, "chrome-linux", "chrome");
    if (folder.startsWith("chromium-") && existsSync(path)) return path;
  }
  return null;
}

/** Starts a headless Chromium that several processes can use; the caller closes it. */
export async function launchBrowserServer({ executablePath, args, env }: BrowserChoice): Promise<BrowserServer> {
  try {
    return await chromium.launchServer({ host: "127.0.0.1", executablePath, args: [...args, ...QUIET_ARGS], env: { ...(process.env as Record<string, string>), ...env } });
  } catch (cause) {
    const missing = missingLibraries(executablePath);
    throw new Error(`Could not start ${executablePath}${missing === "" ? "" : `; missing libraries:\n${missing}`}`, { cause });
  }
}

function missingLibraries(executablePath: string): string {
  try {
    return execFileSync("ldd", [executablePath], { encoding: "utf8" }).split("\n").filter((line) => line.includes("not found")).join("\n");
  } catch {
    // A static binary or no `ldd`: there is nothing to add to the launch error.
    return "";
  }
}
