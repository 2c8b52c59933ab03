import { ensurePage } from "convex-agent-playground/buildPage";
import { servePlayground, type PlaygroundServer } from "convex-agent-playground/server";
import type { Browser, BrowserContextOptions, Page, WebSocket } from "playwright-core";
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
  /** Calls a function of the component, as the deployment's owner does from the command line. */
  own<Result>(kind: "query" | "mutation" | "action", path: string, args: object): Promise<Result>;
  /** What was copied on a page last; the clipboard itself belongs to every page of the machine. */
  copied(page: Page): Promise<string>;
  /** What a page has asked the backend for and was sent, so far. */
  traffic(page: Page): Traffic;
}

export interface Traffic {
  /** Queries that it follows or followed. */
  queries: number;
  /** Sent to it, on its socket. */
  bytes: number;
}

const PATIENCE_MS = 30_000;

/** Uses the run's one example. A page that throws, or whose policy refuses something, fails its test. */
export function playgroundSession(): PlaygroundSession {
  const errors: string[] = [];
  const pages: Page[] = [];
  const meters = new WeakMap<Page, Traffic>();
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
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, reducedMotion: "reduce", ...options });
    await context.addInitScript(() => {
      navigator.clipboard.writeText = async (text) => { document.documentElement.dataset.copied = text; };
    });
    const page = await context.newPage();
    pages.push(page);
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => { if (/Content Security Policy/.test(message.text())) errors.push(message.text()); });
    meters.set(page, metered(page));
    await page.goto(address);
    return page;
  };
  let known: Promise<{ url: string; apiKey: string }> | undefined;
  const connection = () => (known ??= readConnection());
  return {
    open: (place = "", options) => openAt(`${inject("sharedExample").playground}/${place}`, options),
    openHosted: (options, place = "") => openAt(`${hosted?.url}/${place}`, options),
    connection,
    async call(kind, name, args) {
      const { apiKey } = await connection();
      return await post(kind, { path: `playground:${name}`, args: { ...args, apiKey } });
    },
    own: (kind, path, args) => post(kind, { path, componentPath: "agent", args }, { authorization: `Convex ${inject("sharedExample").adminKey}` }),
    copied: async (page) => (await page.locator("html").getAttribute("data-copied")) ?? "",
    traffic: (page) => meters.get(page) ?? { queries: 0, bytes: 0 },
  };
}

async function post<Result>(kind: string, call: { path: string; args: object; componentPath?: string }, headers: Record<string, string> = {}): Promise<Result> {
  const response = await fetch(`${inject("sharedExample").backend}/api/${kind}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ ...call, format: "json" }),
  });
  // The caller names what the function returns.
  const body = (await response.json()) as { status: string; value: Result };
  if (body.status !== "success") throw new Error(`${call.path}: ${JSON.stringify(body)}`);
  return body.value;
}

function metered(page: Page): Traffic {
  const traffic = { queries: 0, bytes: 0 };
  page.on("websocket", (socket: WebSocket) => {
    socket.on("framereceived", ({ payload }) => { traffic.bytes += payload.length; });
    socket.on("framesent", ({ payload }) => { traffic.queries += payload.toString().match(/"type":"Add"/g)?.length ?? 0; });
  });
  return traffic;
}

/** What servePlayground puts into the page. */
async function readConnection(): Promise<{ url: string; apiKey: string }> {
  const html = await (await fetch(inject("sharedExample").playground)).text();
  return JSON.parse(/id="connection">([^<]*)</.exec(html)?.[1] ?? "{}") as { url: string; apiKey: string };
}
