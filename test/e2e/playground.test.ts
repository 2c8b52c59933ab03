import { spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, inject, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath, temporaryFolder } from "../support/browser.ts";
import { playgroundSession } from "../support/playgroundSession.ts";

const { open, openHosted, connection, call } = playgroundSession();

const GUIDE = "Weather guide";
const newThread = async (title: string, userId?: string): Promise<string> =>
  (await call<{ threadId: string }>("mutation", "createThread", { title, ...(userId && { userId }) })).threadId;
const thread = (page: Page, title: string) => page.getByRole("listitem").getByRole("link", { name: title });
const shoot = (page: Page, name: string) => page.screenshot({ path: screenshotPath(`playground-${name}`) });

describe("the playground", () => {
  test("says what is wrong with a connection, piece by piece, until it stands; the key is in no address and gone with the tab", async () => {
    const { url, apiKey } = await connection();
    const page = await openHosted();
    const connect = async (fields: { "Deployment URL"?: string; "Path of the functions"?: string; "API key"?: string }, says: RegExp) => {
      for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
      await page.getByRole("button", { name: "Connect" }).click();
      await page.getByText(says).waitFor();
    };
    await page.getByText("apiKeys:issue").waitFor();
    await connect({ "Deployment URL": "javascript:alert(1)", "API key": "wrong" }, /not the address of a deployment/);
    await connect({ "Deployment URL": "http://127.0.0.1:1" }, /Nothing answers at http:\/\/127\.0\.0\.1:1\./);
    await connect({ "Deployment URL": inject("sharedExample").page }, /it is no Convex deployment|Nothing answers/);
    await connect({ "Deployment URL": url, "Path of the functions": "chat/none" }, /convex\/chat\/none\.ts exports no playground functions/);
    await connect({ "Path of the functions": "convex/playground.ts" }, /This key is not valid/);
    await expectAccessible(page);
    await shoot(page, "connect");
    await connect({ "API key": apiKey }, /Pick a thread/);
    expect(page.url()).not.toContain(apiKey);
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(apiKey);
    // Where nobody serves the connection with the page, a link names the deployment, and still not the key.
    await page.getByRole("button", { name: "New thread" }).click();
    await page.getByLabel("Title", { exact: true }).fill("From a hosted page");
    await page.getByRole("button", { name: "Create the thread" }).click();
    await page.getByRole("button", { name: "Copy a link to what is on screen" }).click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toContain(`deployment=${encodeURIComponent(url)}`);
    expect(link).not.toContain(apiKey);
    const colleague = await openHosted({}, new URL(link).hash);
    expect(await colleague.getByLabel("Deployment URL").inputValue()).toBe(url);
    await colleague.getByLabel("API key").fill(apiKey);
    await colleague.getByRole("button", { name: "Connect" }).click();
    await colleague.getByRole("heading", { name: "From a hosted page" }).waitFor();
    await page.getByRole("button", { name: "Disconnect" }).click();
    await page.getByRole("heading", { name: "Connect to your app" }).waitFor();
    expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain(apiKey);
    const { bytes } = (await (await fetch(`${inject("sharedExample").playground}/firstPaint.json`)).json()) as { bytes: number };
    expect(bytes).toBeLessThan(300_000);
  });

  test("threads of many users: chosen, searched, filtered, created, edited and deleted, with the keyboard too", async () => {
    const users = Array.from({ length: 30 }, (_, index) => `crowd-${String(index).padStart(2, "0")}`);
    await Promise.all(users.flatMap((userId) => [newThread(`Boat ${userId}`, userId), newThread(`Train ${userId}`, userId)]));
    const page = await open();
    await page.getByText("Pick a thread").waitFor();
    await page.keyboard.press("u");
    await page.getByRole("combobox", { name: "Name or id" }).fill("crowd-17");
    await page.getByText(/; 1 match$/).waitFor();
    await expectAccessible(page);
    await page.keyboard.press("Enter");
    await thread(page, "Boat crowd-17").waitFor();
    await page.getByRole("list", { name: "Threads" }).getByRole("link").nth(2).waitFor({ state: "detached" });
    await page.keyboard.press("/");
    await page.keyboard.type("train");
    await thread(page, "Boat crowd-17").waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    await page.getByRole("heading", { name: "Train crowd-17" }).waitFor();
    await page.getByRole("searchbox", { name: "Search the titles" }).fill("");

    await page.getByRole("button", { name: "New thread" }).click();
    await page.getByLabel("Title", { exact: true }).fill("A boat trip");
    await page.getByRole("button", { name: "Create the thread" }).click();
    await page.getByRole("heading", { name: "A boat trip" }).waitFor();
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
    expect(new URL(page.url()).hash).toBe("#userId=crowd-17&status=active");
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
    await reply;
    const said = await turn.getByText(/1, 2, 3, 4/).innerText();
    expect(said).not.toContain("500");
    await turn.getByText("Details").click();
    await turn.getByText("Message", { exact: true }).waitFor();

    await turn.getByRole("button", { name: "Copy a link to turn 0" }).click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
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
    await shoot(page, "approval");
    await first.getByRole("button", { name: "Approve" }).click();
    await first.getByText("approved").waitFor();
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

  test("a key that may only read looks at all and is offered nothing to change", async () => {
    const { url, apiKey } = await connection();
    const threadId = await newThread("Looked at", "reader");
    await call("action", "streamText", { threadId, agentName: GUIDE, prompt: "What is 2 + 3?" });
    const page = await openHosted({ colorScheme: "dark", viewport: { width: 390, height: 800 } });
    // The server's own refusals are the API's tests; here the answer that a read-only key gets.
    await page.route("**/api/action", (route) => route.fulfill({ status: 560, json: { status: "error", errorMessage: "Uncaught ConvexError", errorData: { code: "read_only_api_key", message: "This API key may only read." } } }));
    await page.getByLabel("Deployment URL").fill(url);
    await page.getByLabel("API key").fill(apiKey);
    await page.getByRole("button", { name: "Connect" }).click();
    await page.getByText("read-only").waitFor();
    expect(await page.getByRole("button", { name: "New thread" }).isDisabled()).toBe(true);
    await shoot(page, "phone-list");
    await thread(page, "Looked at").click();
    await page.getByRole("article", { name: "Turn 0" }).waitFor();
    expect(await page.getByRole("button", { name: "Delete the thread" }).isDisabled()).toBe(true);
    await expectAccessible(page);
    await shoot(page, "phone-dark");
  });

  test("a long thread opens with what a short one needs, and a link into its middle with no more", async () => {
    const [short, long] = await Promise.all([newThread("Short"), newThread("Long")]);
    const answers = (from: number) => Array.from({ length: 9 }, (_, index) => ({ message: { role: "assistant", content: `Answer ${from}.${index} ${"of some length ".repeat(20)}` } }));
    const fill = async (threadId: string, turns: number) => {
      await call("action", "generateText", { threadId, agentName: GUIDE, prompt: "Count to 2" });
      const [prompt] = await call<{ _id: string }[]>("query", "listTurn", { threadId, order: 0 });
      const kept = { threadId, agentName: GUIDE, promptMessageId: prompt!._id, place: "newTurn" };
      for (let turn = 1; turn < turns; turn++) await call("mutation", "keepAnswer", { ...kept, messages: answers(turn) });
    };
    await Promise.all([fill(short, 8), fill(long, 40)]);
    const firstPage = async (threadId: string) => (await call<{ page: unknown[] }>("query", "listMessages", { threadId, paginationOpts: { cursor: null, numItems: 40 } })).page.length;
    expect(await firstPage(long)).toBe(await firstPage(short));
    const page = await open();
    await page.getByText("Pick a thread").waitFor();
    const turnsOnPage = async (place: string, shown: string) => {
      await page.evaluate((hash) => { location.hash = hash; }, place);
      await page.getByRole("article", { name: shown, exact: true }).waitFor();
      return await page.getByRole("article").count();
    };
    // Those in view and a few around them, however many there are.
    expect(await turnsOnPage(`#threadId=${long}`, "Turn 39")).toBeLessThanOrEqual(12);
    expect(await turnsOnPage(`#threadId=${long}&order=12`, "Turn 12")).toBeLessThanOrEqual(12);
    await page.getByText("Answer 12.0").waitFor();
  });
});
