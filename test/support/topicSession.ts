import { rmSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";
import { openBrowser, temporaryFolder } from "./browser.ts";
import { serveBuiltPage, type BuiltPage } from "./builtPage.ts";
import { FAST_MODEL, startExample, type ExampleProcess } from "./exampleProcess.ts";
import "./sharedRun.ts";

/** The example and people in front of it, for all tests of a file. */
export interface TopicSession {
  example(): Pick<ExampleProcess, "page" | "backend" | "http">;
  /** A browser of somebody else: nothing of the others is in it. `path` may be a whole address too. */
  open(path: string, viewerKey?: string): Promise<Page>;
  /** Who a browser is, to come back as the same person. */
  viewerKeyOf(page: Page): Promise<string>;
}

/** A session with an example of its own, that can be ended in the middle. */
export interface OwnTopicSession extends TopicSession {
  /** The process as it runs now: what it printed, and the page it serves itself. */
  process(): ExampleProcess;
  /** SIGKILL, then `whileGone`, then a start on the same data at the same addresses. */
  killAndStartAgain(whileGone?: () => Promise<void>): Promise<void>;
}

const VIEWPORT = { width: 1280, height: 860 };
/** For a machine on which much else runs; nothing waits this long where there is time. */
const PATIENCE_MS = 30_000;

/** Uses the run's one example. A page that throws fails its test. */
export function topicSession(): TopicSession {
  const people = peopleInFrontOf(() => inject("sharedExample"));
  beforeAll(people.begin);
  afterAll(people.end);
  return people.session;
}

/**
 * Starts an example for this file alone, for tests that end the process or choose its model. The page stays where it is
 * while the process is gone, as a deployed one does.
 *
 * @param env - Environment for the model, such as `OPENAI_BASE_URL`; called once, before the start.
 */
export function ownTopicSession(name: string, env: () => Readonly<Record<string, string>> = () => FAST_MODEL): OwnTopicSession {
  const dataDir = temporaryFolder(name);
  let example: ExampleProcess | undefined;
  let page: BuiltPage | undefined;
  const running = (): { example: ExampleProcess; page: BuiltPage } => {
    if (example === undefined || page === undefined) throw new Error("The session has not started: use it within a test");
    return { example, page };
  };
  const people = peopleInFrontOf(() => ({ page: running().page.url, backend: running().example.backend, http: running().example.http }));
  beforeAll(async () => {
    [example, page] = await Promise.all([startExample({ dataDir, madeBy: inject("sharedData"), env: { ...env(), CONVEX_PORT: String(ownPort()) } }), serveBuiltPage(inject("pageDir"), () => running().example), people.begin()]);
  });
  afterAll(async () => {
    await people.end();
    await page?.close();
    await example?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return {
    ...people.session,
    process: () => running().example,
    async killAndStartAgain(whileGone) {
      const { backend, kill } = running().example;
      await kill();
      try {
        await whileGone?.();
      } finally {
        example = await startExample({ dataDir, env: { ...env(), CONVEX_PORT: new URL(backend).port } });
      }
      // Another process may take a free port at any time; a page cannot follow a backend that moves.
      if (example.backend !== backend) throw new Error(`The backend was at ${backend} and came back at ${example.backend}`);
    },
  };
}

/** Away from where examples are started by default: nobody takes the port while the process is gone. */
function ownPort(): number {
  return 20_000 + (process.pid % 10_000) * 2;
}

function peopleInFrontOf(example: () => Pick<ExampleProcess, "page" | "backend" | "http">) {
  const errors: string[] = [];
  const pages: Page[] = [];
  let browser: Browser | undefined;
  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.context().close()));
    expect(errors.splice(0)).toEqual([]);
  });
  const session: TopicSession = {
    example,
    async open(path, viewerKey) {
      if (browser === undefined) throw new Error("The session has not started: use it within a test");
      const context = await browser.newContext({ viewport: VIEWPORT, reducedMotion: "reduce" });
      if (viewerKey !== undefined) await context.addInitScript((key) => localStorage.setItem("viewerKey", key), viewerKey);
      const page = await context.newPage();
      pages.push(page);
      page.setDefaultTimeout(PATIENCE_MS);
      page.on("pageerror", (error) => errors.push(String(error)));
      await page.goto(new URL(path, example().page).href);
      await page.getByRole("heading", { level: 1 }).waitFor();
      return page;
    },
    viewerKeyOf: (page) => page.evaluate(() => localStorage.getItem("viewerKey") ?? ""),
  };
  return {
    session,
    begin: async () => { browser = await openBrowser(); },
    end: async () => { await browser?.close(); },
  };
}
