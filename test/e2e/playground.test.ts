import { spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath, temporaryFolder } from "../support/browser.ts";
import { playgroundSession } from "../support/playgroundSession.ts";

const { open, openHosted, connection, call, own, traffic, copied } = playgroundSession();

const GUIDE = "Weather guide";
const newThread = async (title: string, userId?: string): Promise<string> =>
  (await call<{ threadId: string }>("mutation", "createThread", { title, ...(userId && { userId }) })).threadId;
const thread = (page: Page, title: string) => page.getByRole("listitem").getByRole("link", { name: title });
const issue = (name: string, readOnly = false) => own<string>("mutation", "apiKeys:issue", { name, readOnly });

async function connect(page: Page, fields: { "Deployment URL"?: string; "Path of the functions"?: string; "API key"?: string }, says: RegExp): Promise<void> {
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
  await page.getByRole("button", { name: "Connect" }).click();
  await page.getByText(says).first().waitFor();
}

const CROWD = 3_000;
const userOf = (index: number): string => `crowd-${String(index).padStart(4, "0")}`;

/** A user and a thread each. */
async function makeCrowd(): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < CROWD) await own("mutation", "threads:createThread", { userId: userOf(next), title: `Boat ${userOf(next++)}` });
  };
  await Promise.all(Array.from({ length: 24 }, work));
}

/** A thread of turns of two messages each. */
async function makeLong(title: string, count: number): Promise<string> {
  const threadId = await newThread(title, "scale");
  const messages = Array.from({ length: Math.min(count, 2_000) }, (_, index) => ({ message: { role: index % 2 === 0 ? "user" : "assistant", content: `Message ${index % 10} of ten, of some length` } }));
  for (let made = 0; made < count; made += messages.length) await own("mutation", "messages:addMessages", { threadId, messages });
  return threadId;
}

/** Made while other tests wait. */
interface Large { crowd: Promise<void>; short: Promise<string>; long: Promise<string> }
let large: Large | undefined;
beforeAll(() => {
  large = { crowd: makeCrowd(), short: makeLong("Short", 100), long: makeLong("Long", 10_000) };
  // Who waits for them is told.
  void Promise.allSettled(Object.values(large));
});

const shoot = (page: Page, name: string) => page.screenshot({ path: screenshotPath(`playground-${name}`) });

describe("the playground", () => {
  test("says what is wrong with a connection, piece by piece, until it stands; the key is in no address and gone with the tab", async () => {
    const { url, apiKey } = await connection();
    const page = await openHosted();
    // Who tries wrong keys is answered later and later.
    const guesses = Promise.allSettled([1, 2].map(() => fetch(`${url}/api/action`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ path: "playground:checkApiKey", args: { apiKey: "guess" } }) })));
    await page.getByText("apiKeys:issue").waitFor();
    await connect(page, { "Deployment URL": "javascript:alert(1)", "API key": "wrong" }, /not the address of a deployment/);
    await connect(page, { "Deployment URL": "http://127.0.0.1:1" }, /Nothing answers at http:\/\/127\.0\.0\.1:1\./);
    await connect(page, { "Deployment URL": inject("sharedExample").page }, /it is no Convex deployment|Nothing answers/);
    await connect(page, { "Deployment URL": url, "Path of the functions": "chat/none" }, /convex\/chat\/none\.ts exports no playground functions/);
    await connect(page, { "Path of the functions": "convex/playground.ts" }, /This key is not valid.* this answer was held back for/);
    await guesses;
    await expectAccessible(page);
    await shoot(page, "connect");
    await connect(page, { "API key": apiKey }, /Pick a thread/);
    expect(page.url()).not.toContain(apiKey);
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(apiKey);
    // Where nobody serves the connection with the page, a link names the deployment, and still not the key.
    await page.getByRole("button", { name: "New thread" }).click();
    await page.getByLabel("Title", { exact: true }).fill("From a hosted page");
    await page.getByRole("button", { name: "Create the thread" }).click();
    await page.getByRole("button", { name: "Copy a link to what is on screen" }).click();
    const link = await copied(page);
    expect(link).toContain(`deployment=${encodeURIComponent(url)}`);
    expect(link).not.toContain(apiKey);
    const colleague = await openHosted({}, new URL(link).hash);
    expect(await colleague.getByLabel("Deployment URL").inputValue()).toBe(url);
    await colleague.getByLabel("API key").fill(apiKey);
    await colleague.getByRole("button", { name: "Connect" }).click();
    await colleague.getByRole("heading", { name: "From a hosted page" }).waitFor();
    // Away for a moment, as while it restarts: the key that is known leads back.
    const asks = "**/api/action";
    await page.route(asks, (route) => route.abort());
    await page.reload();
    await page.getByText("Nothing answers at").waitFor();
    await page.getByText("It is tried again").waitFor();
    await shoot(page, "away");
    await page.unroute(asks);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "From a hosted page" }).waitFor();
    await page.getByRole("button", { name: "Disconnect" }).click();
    await page.getByRole("heading", { name: "Connect to your app" }).waitFor();
    expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain(apiKey);
    const { bytes } = (await (await fetch(`${inject("sharedExample").playground}/firstPaint.json`)).json()) as { bytes: number };
    expect(bytes).toBeLessThan(300_000);
  });

  test("a few of three thousand users and threads: chosen, searched, filtered, created, edited and deleted, with the keyboard too", async () => {
    await Promise.all([large?.crowd, newThread("Train crowd-0017", userOf(17))]);
    const page = await open();
    const rows = page.getByRole("list", { name: "Threads" }).getByRole("listitem");
    await rows.first().waitFor();
    // Only what is in view is on the page, and was asked for.
    expect(await rows.count()).toBeLessThan(40);
    expect(traffic(page).bytes).toBeLessThan(120_000);
    await page.keyboard.press("u");
    await page.locator("input[role=combobox]:focus").waitFor();
    await page.keyboard.type(userOf(17));
    await page.getByText(/^[\d,]+ users; 1 match$/).waitFor();
    await expectAccessible(page);
    await page.keyboard.press("Enter");
    await thread(page, "Boat crowd-0017").waitFor();
    await page.locator("button[aria-haspopup=dialog]:focus").waitFor();
    await page.getByRole("list", { name: "Threads" }).getByRole("link").nth(2).waitFor({ state: "detached" });
    await page.keyboard.press("/");
    await page.keyboard.type("train");
    await thread(page, "Boat crowd-0017").waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    await page.getByRole("heading", { name: "Train crowd-0017" }).waitFor();
    await page.getByRole("searchbox", { name: "Search the titles" }).fill("");

    await page.getByRole("button", { name: "New thread" }).click();
    await page.getByLabel("Title", { exact: true }).fill("A boat trip");
    await page.getByRole("button", { name: "Create the thread" }).click();
    await page.getByRole("heading", { name: "A boat trip" }).waitFor();
    const field = page.locator("textarea:focus");
    await field.waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("m");
    await field.waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("e");
    await page.getByLabel("Title", { exact: true }).fill("A sailing trip");
    await page.getByLabel("Summary").fill("Three days at sea");
    await page.getByLabel("Status", { exact: true }).last().selectOption("archived");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "A sailing trip" }).waitFor();
    await thread(page, "A sailing trip").getByText("archived").waitFor();
    await page.getByRole("combobox", { name: "Status" }).selectOption("active");
    await thread(page, "A sailing trip").waitFor({ state: "detached" });

    await page.getByRole("button", { name: "Delete the thread" }).click();
    const forEver = page.getByRole("button", { name: "Delete for ever" });
    expect(await forEver.isDisabled()).toBe(true);
    await page.getByLabel("Type “A sailing trip” to confirm").fill("A sailing trip");
    await forEver.click();
    await page.getByText("Pick a thread").waitFor();
    await page.locator("#main:focus").waitFor();
    expect(new URL(page.url()).hash).toBe(`#userId=${userOf(17)}&status=active`);
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).getByText("Search the threads").waitFor();
    await page.keyboard.press("Escape");
    await expectAccessible(page);
  });

  test("a reply is watched while it is written, stopped with its words kept, and a link leads back to its turn", async () => {
    const threadId = await newThread("Counting", "watcher");
    const page = await open(`#userId=watcher&threadId=${threadId}`);
    await page.getByText("No messages yet").last().waitFor();
    const reply = call("action", "streamText", { threadId, agentName: GUIDE, prompt: "Count to 500" });
    const turn = page.getByRole("article", { name: "Turn 0" });
    await turn.getByText(/1, 2, 3, 4/).waitFor();
    await turn.getByText("streaming").first().waitFor();
    await page.getByRole("list", { name: "Streams" }).getByText(GUIDE).waitFor();
    await page.getByRole("button", { name: `Stop ${GUIDE}` }).click();
    await turn.getByText("aborted").waitFor();
    await page.locator("[data-turn='0']:focus").waitFor();
    await reply;
    const said = await turn.getByText(/1, 2, 3, 4/).innerText();
    expect(said).not.toContain("500");
    await turn.getByText("Details").click();
    await turn.getByText("Message", { exact: true }).waitFor();

    await turn.getByRole("button", { name: "Copy a link to turn 0" }).click();
    const link = await copied(page);
    const somebody = await open(new URL(link).hash);
    const seen = somebody.getByRole("article", { name: "Turn 0" });
    await seen.getByText(said, { exact: true }).waitFor();
    expect(link).toContain("order=0");
    await expectAccessible(somebody);
  });

  test("what a step did is all there, a call that waits is approved or denied, and what a message says can do nothing", async () => {
    const threadId = await newThread("Paying", "payer");
    const pay = (amount: number) => call("action", "streamText", { threadId, agentName: "Teller", prompt: `Use transferMoney with amount ${amount} to Bob <img src=x onerror=alert(1)>` });
    await pay(250);
    const page = await open(`#threadId=${threadId}`);
    const first = page.getByRole("article", { name: "Turn 0" });
    await first.getByRole("group", { name: /^Input of/ }).getByText("250").waitFor();
    await first.getByText("waits for approval").first().waitFor();
    await thread(page, "Paying").getByText("Asks to call transferMoney").waitFor();
    await thread(page, "Paying").getByText("waits for approval").waitFor();
    await first.getByText("Details").click();
    await first.getByText("Raw request and response").click();
    await first.getByRole("group", { name: "Raw request" }).getByText("transferMoney").waitFor();
    await first.getByRole("group", { name: "Raw response" }).getByText("streamed").waitFor();
    await shoot(page, "approval");
    await first.getByRole("button", { name: "Approve" }).click();
    await first.getByText("approved").waitFor();
    await page.locator("[data-turn='0']:focus").waitFor();
    await first.getByRole("group", { name: /^Output of/ }).waitFor();
    await first.getByRole("group", { name: "Step 2" }).getByText("stop").waitFor();
    await pay(300);
    const second = page.getByRole("article", { name: "Turn 1" });
    await second.getByRole("textbox", { name: "Reason" }).fill("Too much");
    await second.getByRole("button", { name: "Deny" }).click();
    await second.getByText("“Too much”").waitFor();
    await second.getByRole("group", { name: "Step 2" }).getByText("stop").waitFor();
    expect(await page.locator("main img").count()).toBe(0);
    await expectAccessible(page);
    await shoot(page, "messages");
  });

  test("the command finds the deployment and the key in .env.local, and prints the key nowhere", async () => {
    const { url, apiKey } = await connection();
    const folder = temporaryFolder("playground-cli");
    writeFileSync(join(folder, ".env.local"), `# Deployment\nVITE_CONVEX_URL=${url}\nCONVEX_AGENT_PLAYGROUND_KEY=${apiKey}\n`);
    const program = join(import.meta.dirname, "../../playground/src/cli/main.ts");
    const { CONVEX_URL: _url, ...env } = process.env;
    const cli = spawn(process.execPath, [program, "--port", "43000"], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    try {
      let output = "";
      const served = await new Promise<string>((resolve, reject) => {
        for (const stream of [cli.stdout, cli.stderr]) stream.setEncoding("utf8").on("data", (piece: string) => {
          output += piece;
          if (/Stop/.test(output)) resolve(/Page\s+(\S+)/.exec(output)?.[1] ?? "");
        });
        cli.once("exit", () => reject(new Error(`It ended: ${output}`)));
      });
      expect(output).toContain(`${url} (VITE_CONVEX_URL in .env.local)`);
      expect(output).not.toContain(apiKey);
      expect(await (await fetch(served)).text()).toContain(JSON.stringify({ apiPath: "playground", url, apiKey }));
    } finally {
      const ended = new Promise((resolve) => { cli.once("exit", resolve); });
      cli.kill("SIGTERM");
      expect(await ended).toBe(0);
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("a key that may only read looks at all and is offered nothing to change; one that is revoked ends where it is used", async () => {
    const { url } = await connection();
    const threadId = await newThread("Looked at", "reader");
    await call("action", "streamText", { threadId, agentName: GUIDE, prompt: "What is 2 + 3?" });
    const page = await openHosted({ colorScheme: "dark", viewport: { width: 390, height: 800 } }, "#userId=reader");
    await connect(page, { "Deployment URL": url, "API key": await issue("reader", true) }, /read-only/);
    expect(await page.getByRole("button", { name: "New thread" }).isDisabled()).toBe(true);
    await shoot(page, "phone-list");
    await thread(page, "Looked at").click();
    await page.getByRole("article", { name: "Turn 0" }).waitFor();
    expect(await page.getByRole("button", { name: "Delete the thread" }).isDisabled()).toBe(true);
    await expectAccessible(page);
    await shoot(page, "phone-dark");
    await own("mutation", "apiKeys:destroy", { name: "reader" });
    await page.getByText(/This key is not valid, or not any more/).waitFor();
    expect(await page.getByLabel("Deployment URL").inputValue()).toBe(url);
  });

  test("an app that exports only the documented functions is looked at and written to; what it lacks is named where it would be", async () => {
    const { url, apiKey } = await connection();
    const threadId = await newThread("Of eight", "eight");
    await call("action", "generateText", { threadId, agentName: GUIDE, prompt: "Hello" });
    const page = await openHosted({}, "#userId=eight");
    await connect(page, { "Deployment URL": url, "Path of the functions": "guides/playground", "API key": apiKey }, /Pick a thread/);
    await thread(page, "Of eight").click();
    await page.getByRole("article", { name: "Turn 0" }).getByText("Hello", { exact: true }).waitFor();
    await page.getByRole("heading", { name: "Of eight" }).waitFor();
    await page.getByRole("textbox", { name: "Message", exact: true }).fill("Count to 3");
    await page.keyboard.press("Enter");
    await page.getByRole("article", { name: "Turn 1" }).getByText(/1, 2, 3/).waitFor();
    expect(await call<unknown[]>("query", "listTurn", { threadId, order: 1 })).toHaveLength(2);
    await page.getByRole("link", { name: "Context", exact: true }).click();
    await page.getByRole("list", { name: "What the model would be shown, in order" }).getByText("Count to 3", { exact: true }).waitFor();
    for (const [view, lacks] of [["Timeline", "listTurn"], ["Compare", "getMessage"], ["Usage", "usage"]] as const) {
      await page.getByRole("link", { name: view, exact: true }).click();
      await page.getByRole("alert").getByText(`The app exports no function guides/playground:${lacks}.`).waitFor();
    }
    await expectAccessible(page);
  });

  test("a thread of 10,000 messages is opened with what one of 100 is, and a link into its middle with no more", async () => {
    const [short, long] = await Promise.all([large?.short, large?.long]);
    const opened = async (place: string, newest: string) => {
      const page = await open(`#userId=scale&${place}`);
      await page.getByRole("article", { name: newest, exact: true }).waitFor();
      await page.getByRole("textbox", { name: "Message", exact: true }).waitFor();
      // Those in view and a few around them, however many there are.
      expect(await page.getByRole("article").count()).toBeLessThanOrEqual(14);
      return { ...traffic(page) };
    };
    const few = await opened(`threadId=${short}`, "Turn 49");
    const many = await opened(`threadId=${long}`, "Turn 4999");
    const middle = await opened(`threadId=${long}&order=2500`, "Turn 2500");
    // A hundred times as many messages would be a hundred times as much; what else a page follows may be asked for a moment later.
    for (const { queries, bytes } of [many, middle]) {
      expect(queries).toBeLessThanOrEqual(few.queries + 6);
      expect(bytes).toBeLessThan(few.bytes * 3);
    }
  });
});
