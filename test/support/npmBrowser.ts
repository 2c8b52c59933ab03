import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inflate } from "@sparticuz/chromium";
import type { BrowserChoice } from "./launchBrowser.ts";

const modules = join(import.meta.dirname, "../../node_modules");
const archives = join(modules, "@sparticuz/chromium/bin");
const unpacked = join(modules, ".cache/chromium");

/**
 * `@sparticuz/chromium` carries a headless build, fonts, and the few shared libraries that a bare system may lack.
 * They are unpacked once under node_modules; the libraries go on the browser process's library path alone.
 */
export async function unpackNpmBrowser(): Promise<BrowserChoice> {
  if (!existsSync(unpacked)) await unpack();
  const searchPath = [process.env.LD_LIBRARY_PATH, join(unpacked, "al2023/lib")].filter(Boolean).join(":");
  return { executablePath: join(unpacked, "chromium"), args: ["--no-sandbox"], env: { LD_LIBRARY_PATH: searchPath, FONTCONFIG_FILE: join(unpacked, "fonts.conf") } };
}

/** Fills a folder of this process's own and gives it its name when it is whole: half a binary that somebody starts dies of a bus error. */
async function unpack(): Promise<void> {
  mkdirSync(join(modules, ".cache"), { recursive: true });
  const own = mkdtempSync(`${unpacked}-`);
  const temporary = process.env.TMPDIR;
  // The package unpacks to the system's temporary folder and has no option for another.
  process.env.TMPDIR = own;
  try {
    await Promise.all(["chromium.br", "fonts.tar.br", "swiftshader.tar.br", "al2023.tar.br"].map((name) => inflate(join(archives, name))));
    writeFileSync(join(own, "fonts.conf"), FONT_CONFIGURATION);
    renameSync(own, unpacked);
  } catch (error) {
    // Another run may have been quicker; its folder holds the same.
    if (!existsSync(unpacked)) throw error;
  } finally {
    if (temporary === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = temporary;
    rmSync(own, { recursive: true, force: true });
  }
}

/** The package's own font configuration knows other folders than where we unpacked. */
const FONT_CONFIGURATION = [
  '<?xml version="1.0"?>',
  '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
  "<fontconfig>",
  ...[join(unpacked, "fonts"), "/usr/share/fonts", "/usr/local/share/fonts"].map((folder) => `  <dir>${folder}</dir>`),
  `  <cachedir>${join(unpacked, "font-cache")}</cachedir>`,
  "</fontconfig>",
  "",
].join("\n");
