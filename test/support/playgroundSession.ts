import { ensurePage } from "convex-agent-playground/buildPage";
import { servePlayground, type PlaygroundServer } from "convex-agent-playground/server";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";
import { openBrowser } from "./browser.ts";
import "./sharedRun.ts";

/** The playground of the run's one example, and people in front of it. */
export interface PlaygroundSession {
  /** A browser of its own on the playground, which knows its connection. `place` is the part of the address behind `#`. */
  open(place?: string, options?: BrowserContextOptions): Promise<Page>;
  /** The same page where nobody knows a connection: as it is hosted. */
  openHosted(options?: BrowserContextOptions, place?: string): Promise<Page>;
  /** What the page was told: where the deployment is, and the key. */
  connection(): Promise<{ url: string; apiKey: string }>;
  /** Calls a function of the playground's API with the page's key. */
  call<Result>(kind: "query" | "mutation" | "action", name: string, args: object): Promise<Result>;
}

const PATIENCE_MS = 30_000;

/** Uses the run's one example. A page that throws, or whose policy refuses something, fails its test. */
export function playgroundSession(): PlaygroundSession {
  const errors: string[] = [];
  const pages: Page[] = [];
  let browser: Browser | undefined;
  let hosted: PlaygroundServer | undefined;
  beforeAll(async () => {
    [browser, hosted] = await Promise.all([openBrowser(), servePlayground({ port: 42_000, pageDir: ensurePage, connection: () => ({}) })]);
    // The page is built when it is first looked at.
    await fetch(hosted.url);
  });
  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.context().close()));
    expect(errors.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await hosted?.close();
  });
  const openAt = async (address: string, options: BrowserContextOptions = {}): Promise<Page> => {
    if (browser === undefined) throw new Error("The session has not started: use it within a test");
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, reducedMotion: "reduce", permissions: ["clipboard-read", "clipboard-write"], ...options });
    const page = await context.newPage();
    pages.push(page);
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => { if (/Content Security Policy/.test(message.text())) errors.push(message.text()); });
    await page.goto(address);
    return page;
  };
  let known: Promise<{ url: string; apiKey: string }> | undefined;
  const connection = () => (known ??= readConnection());
  return {
    open: (place = "", options) => openAt(`${inject("sharedExample").playground}/${place}`, options),
    openHosted: (options, place = "") => openAt(`${hosted?.url}/${place}`, options),
    connection,
    async call<Result>(kind: "query" | "mutation" | "action", name: string, args: object): Promise<Result> {
      const { url, apiKey } = await connection();
      const response = await fetch(`${url}/api/${kind}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ path: `playground:${name}`, args: { ...args, apiKey }, format: "json" }),
      });
      // The caller names what the function returns.
      const body = (await response.json()) as { status: string; value: Result };
      if (body.status !== "success") throw new Error(`${name}: ${JSON.stringify(body)}`);
      return body.value;
    },
  };
}

/** What servePlayground puts into the page. */
async function readConnection(): Promise<{ url: string; apiKey: string }> {
  const html = await (await fetch(inject("sharedExample").playground)).text();
  return JSON.parse(/id="connection">([^<]*)</.exec(html)?.[1] ?? "{}") as { url: string; apiKey: string };
}
