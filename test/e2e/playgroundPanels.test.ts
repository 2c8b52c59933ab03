import { text } from "node:stream/consumers";
import type { PlaygroundAnswer } from "convex-agent";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { playgroundSession } from "../support/playgroundSession.ts";

const session = playgroundSession();
const WIDE = { viewport: { width: 1440, height: 900 } };
const PHONE_IN_THE_DARK = { viewport: { width: 390, height: 844 }, colorScheme: "dark" as const };

/** A thread of the app in which these were answered, one after the other. */
async function threadWith(agentName: string, prompts: readonly string[], title: string): Promise<{ threadId: string; answers: PlaygroundAnswer[] }> {
  const { threadId } = await session.call<{ threadId: string }>("mutation", "createThread", { title, userId: `tester of ${title}` });
  const answers: PlaygroundAnswer[] = [];
  for (const prompt of prompts) answers.push(await session.call("action", "generateText", { threadId, agentName, prompt }));
  return { threadId, answers };
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: screenshotPath(`playground-${name}`) });
}

test("the context of a message is shown with its origins, and the options change it, in the address too", async () => {
  const { threadId, answers } = await threadWith("Rememberer", ["My parrot is called Captain Flint", "Let us talk of something else", "What did I say of my parrot?"], "context");
  const messageId = answers.at(-1)?.messages.at(-1)?._id ?? "";
  const page = await session.open(`#threadId=${threadId}&panel=context&messageId=${messageId}`, WIDE);
  const entries = page.getByRole("list", { name: "What the model would be shown, in order" });
  await entries.getByText("recent", { exact: true }).nth(3).waitFor();
  await entries.getByText("prompt", { exact: true }).waitFor();
  await page.getByText("the provider counted").waitFor();
  await page.getByLabel("Recent messages").fill("1");
  await entries.getByText("recent", { exact: true }).nth(2).waitFor({ state: "detached" });
  await page.getByRole("checkbox", { name: "By words" }).check();
  await entries.getByText(/^words #1 · score 0\.\d+/).waitFor();
  await page.getByRole("checkbox", { name: "By meaning" }).check();
  const match = entries.getByText(/^words #1, meaning #\d \(0\.\d{3}\) · score 0\.\d+/);
  await match.waitFor();
  await expectAccessible(page);
  await shoot(page, "context");
  // What is on screen is in its address.
  const copy = await session.open(new URL(page.url()).hash, PHONE_IN_THE_DARK);
  await copy.getByText(/^words #1, meaning #\d \(0\.\d{3}\)/).waitFor();
  expect(await copy.getByLabel("Recent messages").inputValue()).toBe("1");
  await shoot(copy, "context-phone-dark");
  await page.getByRole("button", { name: "Back to the agent’s options" }).click();
  await match.waitFor({ state: "detached" });
  await entries.getByText("recent", { exact: true }).nth(3).waitFor();
  await page.getByLabel("For a message that was not sent").fill("Is a parrot a bird?");
  await entries.getByRole("article").last().waitFor();
  await entries.getByText("Is a parrot a bird?").waitFor();
  expect(await entries.getByText("recent", { exact: true }).count()).toBe(6);
});

test("a panel whose code cannot be fetched says so, and is there after the reload that it offers", async () => {
  const { threadId } = await threadWith("Teller", ["Count to 3"], "unfetched");
  const page = await session.open(`#threadId=${threadId}&panel=timeline&order=0`);
  const table = page.getByText("The same as a table");
  await table.waitFor();
  const code = /TimelinePanel[^/]*\.js/;
  await page.route(code, (route) => route.abort());
  await page.reload();
  await page.getByRole("alert").filter({ hasText: "A part of this page could not be loaded" }).waitFor();
  expect(await page.getByText("Count to 3").count()).toBeGreaterThan(0);
  await expectAccessible(page);
  await shoot(page, "unfetched");
  await page.unroute(code);
  await page.getByRole("button", { name: "Reload the page" }).click();
  await table.waitFor();
});

test("a turn's waterfall shows its model calls, its tool and how long a decision was waited for, while it runs", async () => {
  const { threadId } = await threadWith("Teller", [], "timeline");
  const asked = session.call("action", "streamText", { threadId, agentName: "Teller", prompt: "Use transferMoney with amount 500 to Bob" });
  const page = await session.open(`#threadId=${threadId}&panel=timeline&order=0`, WIDE);
  const timeline = page.getByRole("region", { name: "Timeline" });
  await timeline.getByText("live").waitFor();
  await asked;
  await timeline.getByRole("button", { name: /^Waiting: transferMoney ?, waiting/ }).waitFor();
  await page.getByRole("button", { name: "Approve" }).click();
  await timeline.getByRole("button", { name: /^Model call 2 ?, done/ }).waitFor();
  await timeline.getByText("live").waitFor({ state: "detached" });
  await timeline.getByRole("button", { name: /^transferMoney ?, done/ }).click();
  const detail = timeline.getByRole("region", { name: "transferMoney" });
  await detail.getByText("Sent 500 to Bob").waitFor();
  expect(await timeline.getByRole("navigation", { name: "Turns" }).getByRole("link").count()).toBe(0);
  await timeline.getByText("The same as a table").click();
  const rows = await timeline.getByRole("row").allInnerTexts();
  expect(rows.filter((row) => !row.startsWith("Idle")).map((row) => row.split("\t")[0])).toEqual(["What", "Model call 1", "Waiting: transferMoney", "transferMoney", "Model call 2"]);
  await expectAccessible(page);
  await shoot(page, "timeline");
  const copy = await session.open(new URL(page.url()).hash, PHONE_IN_THE_DARK);
  await copy.getByRole("region", { name: "Timeline" }).getByRole("region", { name: "transferMoney" }).waitFor();
  await shoot(copy, "timeline-phone-dark");
});

test("a message is sent with options changed, without being saved and then saved, and what was said can be exported", async () => {
  const { threadId } = await threadWith("Weather guide", [], "new message");
  const page = await session.open(`#threadId=${threadId}`, WIDE);
  const say = async (text: string) => {
    await page.getByRole("textbox", { name: "Message", exact: true }).fill(text);
    await page.keyboard.press("Enter");
  };
  await page.getByRole("button", { name: "Options", exact: true }).click();
  await page.getByLabel("Instructions").fill("Say as little as you can.");
  await page.getByRole("checkbox", { name: "getWeather" }).uncheck();
  await page.getByLabel("Max output tokens").fill("9");
  await page.getByText("instructions, max output tokens 9, 0 of 1 tools").waitFor();
  await page.getByRole("checkbox", { name: "Save" }).uncheck();
  await expectAccessible(page);
  await shoot(page, "options");
  await page.getByRole("button", { name: "Options", exact: true }).click();
  const send = page.getByRole("button", { name: /^(Send|Answering)$/ });
  const isSendInView = async () => {
    const { y, height } = (await send.boundingBox()) ?? { y: Infinity, height: 0 };
    return y + height <= (page.viewportSize()?.height ?? 0);
  };
  await say("What is the weather like in Oslo?");
  const unsaved = page.getByRole("article", { name: "Answer, not saved" });
  await unsaved.getByText("length", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Back to the agent’s options" }).click();
  await say("Count to 500");
  await unsaved.getByText(/1, 2, 3/).waitFor();
  await unsaved.getByRole("button", { name: "Stop" }).click();
  await unsaved.getByText("stopped", { exact: true }).waitFor();
  await page.locator("[data-answers]:focus").waitFor();
  expect(await unsaved.getByText(/1, 2, 3/).innerText()).not.toContain("500");
  expect(await session.call("query", "listTurn", { threadId, order: 0 })).toEqual([]);
  await shoot(page, "unsaved");
  // What is written, and what was answered without being saved, are still there after a look elsewhere.
  await page.getByRole("textbox", { name: "Message", exact: true }).fill("To be said later");
  const other = await threadWith("Weather guide", [], "looked at meanwhile");
  for (const id of [other.threadId, threadId]) {
    await page.evaluate((hash) => { window.location.hash = hash; }, `#threadId=${id}`);
    await page.getByRole("heading", { name: id === threadId ? "new message" : "looked at meanwhile" }).waitFor();
  }
  expect(await page.getByRole("textbox", { name: "Message", exact: true }).inputValue()).toBe("To be said later");
  await unsaved.getByText("stopped", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Options", exact: true }).click();
  for (const [width, height] of [[1024, 720], [390, 780]] as const) {
    await page.setViewportSize({ width, height });
    expect(await isSendInView()).toBe(true);
    await shoot(page, `unsaved-options-${width}`);
  }
  await page.setViewportSize(WIDE.viewport);
  await page.getByRole("button", { name: "Options", exact: true }).click();
  await unsaved.getByRole("button", { name: "Keep both" }).click();
  await page.getByRole("article", { name: "Turn 0" }).getByText("stopped", { exact: true }).waitFor();
  await unsaved.waitFor({ state: "detached" });
  expect(await session.call("query", "listTurn", { threadId, order: 0 })).toMatchObject([{ text: "Count to 500", status: "success" }, { status: "failed" }]);
  await page.getByRole("checkbox", { name: "Save" }).check();
  await page.getByRole("button", { name: "Options", exact: true }).click();
  await page.getByLabel("Max output tokens").fill("20");
  await page.getByRole("button", { name: "Options", exact: true }).click();
  await say("What is the weather like in Rome?");
  await page.getByRole("article", { name: "Turn 1" }).getByText("length", { exact: true }).waitFor();
  const json = await exported(page, /^JSON/);
  expect(json.name).toBe("new-message.json");
  expect(JSON.parse(json.text)).toMatchObject({ thread: { _id: threadId }, messages: [{ text: "Count to 500" }, {}, { text: "What is the weather like in Rome?" }, { tool: true }, {}, { finishReason: "length" }] });
  const testCase = await exported(page, /^Test case/);
  expect(testCase.name).toBe("new-message.test.ts");
  for (const line of ['import agentTest, { scriptedModel, type ScriptedStep } from "convex-agent/test";', 'toolName: "getWeather"', '"getWeather": replayed(', 'test("new message", async () => {']) expect(testCase.text).toContain(line);
});

async function exported(page: Page, item: RegExp): Promise<{ name: string; text: string }> {
  await page.getByRole("button", { name: "Export the thread" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: item }).click()]);
  return { name: download.suggestedFilename(), text: await text(await download.createReadStream()) };
}

test("an answer is made again with options changed, set beside the first, and kept or let go", async () => {
  const { threadId, answers } = await threadWith("Weather guide", ["What is the weather like in Lisbon?"], "compare");
  const messageId = answers[0]?.messages.at(-1)?._id ?? "";
  const page = await session.open(`#threadId=${threadId}&panel=compare&order=0&messageId=${messageId}`, WIDE);
  const compare = page.getByRole("region", { name: "Compare" });
  const made = compare.getByRole("article", { name: "New answer" });
  // From the step after the tool, whose result stays.
  await compare.getByRole("button", { name: "From step 2" }).click();
  await compare.getByText("What is changed:").click();
  await compare.getByLabel("Max output tokens").fill("20");
  await compare.getByText("What is changed:").click();
  await compare.getByText("max output tokens 20").waitFor();
  await compare.getByRole("button", { name: "Answer again" }).click();
  await made.getByText(/getWeather/).first().waitFor();
  await made.getByRole("button", { name: "Replace the saved one" }).click();
  await page.getByRole("button", { name: "Replace it" }).click();
  await page.getByText("The new answer is saved in place of the other.").waitFor();
  expect((await session.call<{ _id: string }[]>("query", "listTurn", { threadId, order: 0 })).map(({ _id }) => _id)).toEqual([...(answers[0]?.messages ?? []).slice(0, -1).map(({ _id }) => _id), expect.any(String)]);
  await compare.getByText("Change what you like and answer again").waitFor();
  await compare.getByRole("article", { name: "Saved answer" }).getByText(/getWeather/).first().waitFor();

  await page.getByRole("link", { name: "Regenerate turn 0" }).click();
  await compare.getByText("What is changed:").click();
  await compare.getByRole("checkbox", { name: "getWeather" }).uncheck();
  await compare.getByText("What is changed:").click();
  await compare.getByRole("button", { name: "Answer again" }).click();
  await made.getByRole("button", { name: "Discard" }).waitFor();
  await compare.getByRole("button", { name: "What differs" }).click();
  expect(await made.locator("ins").count()).toBeGreaterThan(0);
  expect(await compare.getByRole("article", { name: "Saved answer" }).locator("del").count()).toBeGreaterThan(0);
  // What is wide is scrolled within its card.
  expect(await compare.getByRole("article").evaluateAll((cards) => cards.map((card) => card.scrollWidth - card.clientWidth))).toEqual([0, 0]);
  await compare.getByText(/% of the words are the same, \d+ fewer tokens out/).waitFor();
  await expectAccessible(page);
  await shoot(page, "compare");
  await made.getByRole("button", { name: "Keep as a new turn" }).click();
  await page.getByRole("article", { name: "Turn 1" }).waitFor();
  await made.waitFor({ state: "detached" });
  await compare.getByRole("button", { name: "Answer again" }).click();
  await made.getByRole("button", { name: "Replace the saved one" }).click();
  await page.getByRole("button", { name: "Replace it" }).click();
  await page.getByText("The new answer is saved in place of the other.").waitFor();
  // What it called is gone with it: the prompt and one message are left.
  expect(await session.call<object[]>("query", "listTurn", { threadId, order: 0 })).toHaveLength(2);
});

test("usage is drawn and listed by day, user, agent and model, and costs what the prices say", async () => {
  await threadWith("Weather guide", ["Hello"], "usage");
  const page = await session.open("#panel=usage", WIDE);
  const row = (name: string) => page.getByRole("row", { name: new RegExp(`^${name}`) });
  await row("All").waitFor();
  await page.getByText("Of messages that are saved").waitFor();
  await page.getByRole("button", { name: "Cost", exact: true }).click();
  await page.getByRole("button", { name: "Set prices" }).click();
  await page.getByLabel("Input, scripted").fill("1000000");
  await page.getByLabel("Output, scripted").fill("0");
  await page.getByRole("button", { name: "Save the prices" }).click();
  await page.getByRole("button", { name: "User", exact: true }).click();
  await row("tester of usage").waitFor();
  const cells = await row("tester of usage").getByRole("cell").allInnerTexts();
  // A dollar for each token in: what was counted is what it costs.
  expect(cells.at(-1)).toBe(`$${cells[1]}.00`);
  await page.getByRole("button", { name: "Agent", exact: true }).click();
  await row("Weather guide").waitFor();
  expect(await page.locator(".recharts-bar-rectangle").count()).toBeGreaterThan(0);
  await expectAccessible(page);
  await shoot(page, "usage");
  await page.reload();
  await row("Weather guide").getByText(/^\$[\d,]+\.\d\d$/).waitFor();
  await page.setViewportSize(PHONE_IN_THE_DARK.viewport);
  await shoot(page, "usage-phone");
});
