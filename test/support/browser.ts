import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserServer, chromium } from "playwright-core";
import { inject } from "vitest";

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

interface BrowserChoice {
  readonly executablePath: string;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
}

/** A Chromium to test with: the environment's, an installed one, Playwright's cache, else the one from npm. */
async function findBrowser(): Promise<BrowserChoice> {
  const named = process.env.CHROMIUM_PATH;
  if (named !== undefined && named !== "") {
    if (!existsSync(named)) throw new Error(`CHROMIUM_PATH names ${named}, which does not exist`);
    return { executablePath: named, args: ["--no-sandbox"] };
  }
  const installed = INSTALLED.find((path) => existsSync(path));
  if (installed !== undefined) return { executablePath: installed, args: ["--no-sandbox"] };
  const cached = playwrightCache();
  if (cached !== null) return { executablePath: cached, args: ["--no-sandbox"] };
  return npmBrowser();
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

/**
 * `@sparticuz/chromium` carries a headless build, fonts, and the few shared libraries that a bare system may lack.
 * They are unpacked once under node_modules; the libraries go on the browser process's library path alone.
 */
async function npmBrowser(): Promise<BrowserChoice> {
  const modules = join(import.meta.dirname, "../../node_modules");
  const unpacked = join(modules, ".cache", "chromium");
  const complete = join(unpacked, "complete");
  // An interrupted unpacking leaves half a binary, which the package would take for a whole one.
  if (!existsSync(complete)) rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  const temporary = process.env.TMPDIR;
  // The package unpacks to the system's temporary folder and has no option for another.
  process.env.TMPDIR = unpacked;
  try {
    const { default: packaged, inflate } = await import("@sparticuz/chromium");
    const executablePath = await packaged.executablePath();
    const libraries = await inflate(join(modules, "@sparticuz/chromium/bin/al2023.tar.br"));
    writeFileSync(join(unpacked, "fonts.conf"), fontConfiguration(unpacked));
    writeFileSync(complete, "");
    const searchPath = [process.env.LD_LIBRARY_PATH, join(libraries, "lib")].filter(Boolean).join(":");
    return { executablePath, args: ["--no-sandbox"], env: { LD_LIBRARY_PATH: searchPath, FONTCONFIG_FILE: join(unpacked, "fonts.conf") } };
  } finally {
    if (temporary === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = temporary;
  }
}

/** The package's own font configuration knows other folders than where we unpacked. */
function fontConfiguration(unpacked: string): string {
  const folders = [join(unpacked, "fonts"), "/usr/share/fonts", "/usr/local/share/fonts"];
  return [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
    "<fontconfig>",
    ...folders.map((folder) => `  <dir>${folder}</dir>`),
    `  <cachedir>${join(unpacked, "font-cache")}</cachedir>`,
    "</fontconfig>",
    "",
  ].join("\n");
}

/** Starts a headless Chromium that several processes can use; the caller closes it. */
export async function launchBrowserServer(): Promise<BrowserServer> {
  const { executablePath, args, env } = await findBrowser();
  try {
    return await chromium.launchServer({ host: "127.0.0.1", executablePath, args: [...args, ...QUIET_ARGS], env: { ...(process.env as Record<string, string>), ...env } });
  } catch (cause) {
    const missing = missingLibraries(executablePath);
    throw new Error(`Could not start ${executablePath}${missing === "" ? "" : `; missing libraries:\n${missing}`}`, { cause });
  }
}

/** This worker's Chromium (see sharedRun.ts). Closing it closes the contexts that were made with it, and no others. */
export async function openBrowser(): Promise<Browser> {
  const endpoints = inject("browserEndpoints");
  // Workers are counted from 1, and a worker's number is given on to the one that takes its place.
  const endpoint = endpoints[(Number(process.env.VITEST_POOL_ID) - 1) % endpoints.length];
  if (endpoint === undefined) throw new Error(`No Chromium for worker ${process.env.VITEST_POOL_ID} of ${endpoints.length}`);
  return await chromium.connect(endpoint);
}

function missingLibraries(executablePath: string): string {
  try {
    return execFileSync("ldd", [executablePath], { encoding: "utf8" }).split("\n").filter((line) => line.includes("not found")).join("\n");
  } catch {
    // A static binary or no `ldd`: there is nothing to add to the launch error.
    return "";
  }
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
