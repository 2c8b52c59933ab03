import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { ChatPage, words } from "../support/chatPage.ts";
import { ownTopicSession } from "../support/topicSession.ts";

const session = ownTopicSession("restart");
const step = (number: number, state: string) => new RegExp(`^Step ${number}: .*\\. ${state}$`);

/** A page as it was before the kill, to be opened again by the same person. */
interface Left {
  readonly path: string;
  readonly viewerKey: string;
}

const leave = async (page: Page): Promise<Left> => ({ path: new URL(page.url()).pathname, viewerKey: await session.viewerKeyOf(page) });
const comeBack = ({ path, viewerKey }: Left): Promise<Page> => session.open(path, viewerKey);

test("before any message a line says that a scripted model answers and how to use a real one", async () => {
  // The page that the process itself serves, from its sources.
  const page = await session.open(session.process().page);
  await page.getByText("A scripted demo model answers. For a real one, put OPENAI_API_KEY=").waitFor();
  expect(session.process().output()).toContain("scripted demo");
  await page.screenshot({ path: screenshotPath("chat-empty") });
});

describe("after the backend was killed in the middle of work and started again", () => {
  let settled: Left & { readonly reply: string };
  let cutOff: Left;
  let trip: Left;

  beforeAll(async () => {
    const [talk, counting, planning] = await Promise.all([session.open("/chat"), session.open("/chat"), session.open("/workflow")]);
    const chat = new ChatPage(talk);
    await chat.send("My name is Ada.");
    await chat.replyFits((text) => text.includes("Ada"));
    await chat.settled();
    settled = { ...await leave(talk), reply: await chat.lastReply() };
    const counter = new ChatPage(counting);
    await counter.send("Count to 2000");
    await planning.getByRole("button", { name: "Oslo" }).click();
    await planning.getByRole("button", { name: "Plan the trip" }).click();
    await planning.getByRole("listitem", { name: step(1, "At work") }).getByRole("group", { name: /^Tool/ }).waitFor();
    await planning.screenshot({ path: screenshotPath("workflow-running") });
    await counter.replyFits((text) => words(text) >= 12);
    [cutOff, trip] = await Promise.all([leave(counting), leave(planning)]);
    await session.killAndStartAgain();
    await Promise.all([talk, counting, planning].map((page) => page.context().close()));
  });

  test("a thread is there and goes on", async () => {
    const chat = new ChatPage(await comeBack(settled));
    expect(await chat.replyFits((text) => text.includes("Ada"))).toBe(settled.reply);
    await chat.page.getByRole("navigation", { name: "Conversations" }).getByRole("link", { name: /My name is Ada/ }).waitFor();
    await chat.send("What is my name?");
    expect(await chat.replyFits((text) => /Ada/.test(text) && text !== settled.reply)).toContain("Ada");
  });

  test("a reply in the middle keeps what was shown", async () => {
    const chat = new ChatPage(await comeBack(cutOff));
    const kept = await chat.replyFits((text) => words(text) >= 8);
    expect(kept).not.toContain("2000");
  });

  test("a workflow in the middle of an agent's words goes on, and another viewer sees the same plan", async () => {
    const [owner, guest] = await Promise.all([comeBack(trip), session.open(trip.path)]);
    await owner.getByText("Attempt 2:").waitFor();
    await Promise.all([owner, guest].map((viewer) => viewer.getByText("All steps are done.").waitFor()));
    for (const viewer of [owner, guest]) {
      await viewer.getByRole("listitem", { name: step(1, "Done") }).getByRole("article", { name: "Weather guide" }).waitFor();
      await viewer.getByRole("listitem", { name: step(2, "Done") }).getByRole("article").getByText("comfortable walking shoes").last().waitFor();
      expect(await viewer.getByRole("article").count()).toBe(2);
    }
    await owner.getByRole("navigation", { name: "Trips" }).getByRole("link", { name: "A trip to Oslo" }).waitFor();
    expect(await guest.getByRole("link", { name: "A trip to Oslo" }).count()).toBe(0);
    await expectAccessible(owner);
    await owner.screenshot({ path: screenshotPath("workflow-done") });
  });
});
