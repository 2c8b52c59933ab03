import { describe, expect, test } from "vitest";
import { screenshotPath } from "../support/browser.ts";
import { ChatPage, words } from "../support/chatPage.ts";
import { topicSession } from "../support/topicSession.ts";

const session = topicSession();

/** A browser of somebody else: nothing of the other contexts is in it. */
async function openChat(path = "/", viewerKey?: string): Promise<ChatPage> {
  const chat = new ChatPage(await session.open(path, viewerKey));
  await chat.composer.waitFor();
  return chat;
}

describe("the chat", () => {
  test("words appear before the reply is complete, and another browser shows the same", async () => {
    const sender = await openChat();
    // The sender reads at an even pace, the viewer as it comes.
    await sender.page.emulateMedia({ reducedMotion: "no-preference" });
    await sender.send("Count to 400");
    const early = await sender.replyFits((text) => words(text) >= 8);
    expect(early).not.toContain("400");
    const viewer = await openChat(new URL(sender.page.url()).pathname);
    const seen = await viewer.replyFits((text) => words(text) >= 10);
    await sender.page.screenshot({ path: screenshotPath("chat-streaming") });
    await Promise.all([sender, viewer].map(async (chat) => {
      await chat.replyFits((text) => text.includes("400"));
      await chat.settled();
    }));
    const whole = await sender.lastReply();
    expect(words(seen)).toBeLessThan(words(whole));
    expect(await viewer.lastReply()).toBe(whole);
    expect(await sender.replies.count()).toBe(1);
  });

  test("a reload in the middle goes on where the reply is and loses nothing", async () => {
    const chat = await openChat();
    await chat.send("Count to 200");
    const before = await chat.replyFits((text) => words(text) >= 10);
    await chat.page.reload();
    const after = await chat.replyFits((text) => words(text) >= words(before));
    expect(after.startsWith(before.slice(0, 40))).toBe(true);
    await chat.replyFits((text) => text.includes("200"));
    await chat.settled();
    expect(words(await chat.lastReply())).toBeGreaterThanOrEqual(200);
    expect(await chat.prompts.count()).toBe(1);
  });

  test("a tool call shows its input, its progress and its result", async () => {
    const chat = await openChat();
    await chat.send("What is the weather in Paris?");
    await chat.page.getByRole("group", { name: /^Tool .*: (Preparing|Running|Working)/ }).first().waitFor();
    await chat.page.getByLabel("Days that are ready").first().waitFor();
    await chat.page.getByRole("group", { name: /^Tool .*: Done/ }).first().waitFor();
    await chat.settled();
    expect(await chat.page.getByRole("group", { name: /^Tool / }).first().innerText()).toContain("Paris");
    expect(await chat.lastReply()).toContain("Paris");
    expect(await chat.replies.count()).toBe(1);
    await chat.page.screenshot({ path: screenshotPath("chat-tool") });
  });

  test("the stop button stops, and what was said stays", async () => {
    const chat = await openChat();
    await chat.send("Count to 500");
    const before = await chat.replyFits((text) => words(text) >= 10);
    await chat.stopButton.click();
    await chat.page.getByText("Stopped. What was said so far is kept.").waitFor();
    await chat.settled();
    const kept = await chat.lastReply();
    expect(kept.startsWith(before.slice(0, 30))).toBe(true);
    expect(kept).not.toContain("500");
    await chat.page.reload();
    await chat.page.getByText("Stopped. What was said so far is kept.").waitFor();
    expect(words(await chat.lastReply())).toBeGreaterThanOrEqual(words(before));
    await chat.page.screenshot({ path: screenshotPath("chat-stopped") });
    const other = await openChat(new URL(chat.page.url()).pathname);
    const again = (page: ChatPage) => page.page.getByRole("button", { name: "Answer again" });
    const buttons = await Promise.all([again(chat).elementHandle(), again(other).elementHandle()]);
    // The other one's button may be gone by then.
    for (const button of buttons) await button?.evaluate((element: HTMLElement) => { element.click(); element.click(); });
    await chat.stopButton.waitFor();
    expect(await chat.page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Messages");
    const counted = await chat.replyFits((text) => text.includes("30, 31"));
    expect(counted.split("10, 11").length).toBe(2);
    await chat.stopButton.click();
  });
});

describe("on a slow link", () => {
  test("a first message is seen at once, begins one conversation, and leads nobody back who has gone elsewhere", async () => {
    const page = await session.open("/tools");
    let release: (() => void) | undefined;
    await page.routeWebSocket(/\/sync$/, (link) => {
      const server = link.connectToServer();
      const open = Promise.withResolvers<void>();
      let isHeld = false;
      link.onMessage((message) => {
        isHeld ||= message.toString().includes("send:send");
        if (isHeld) void open.promise.then(() => server.send(message));
        else server.send(message);
      });
      release = open.resolve;
    });
    await page.reload();
    const chat = new ChatPage(page);
    const threads = page.getByRole("navigation", { name: "Conversations" }).getByRole("listitem");
    await page.getByText("What you begin will be listed here.").waitFor();
    await chat.send("Convert 3 miles to km");
    await chat.prompts.getByText("Sending…").waitFor();
    await chat.composer.fill("And 4 miles?");
    await chat.composer.press("Enter");
    await page.getByText("Your first message is on its way. What you write stays here.").waitFor();
    await page.screenshot({ path: screenshotPath("chat-slow") });
    await page.getByRole("link", { name: "Reasoning" }).click();
    await page.getByRole("heading", { level: 1, name: "Reasoning" }).waitFor();
    release?.();
    await page.waitForFunction(() => sessionStorage.getItem("unsent:tools/new") === null);
    await page.getByRole("link", { name: "Tools" }).click();
    await threads.first().waitFor();
    expect([await threads.count(), new URL(page.url()).pathname, await chat.composer.inputValue()]).toEqual([1, "/tools", "And 4 miles?"]);
  });
});

describe("bad input is refused on the page, and nothing typed is lost", () => {
  test("a prompt that is too long", async () => {
    const chat = await openChat();
    const long = "x".repeat(1024 * 1024);
    await chat.send(long);
    await chat.page.getByRole("alert").filter({ hasText: /1,048,576 characters/ }).first().waitFor();
    expect((await chat.composer.inputValue()).length).toBe(long.length);
    await chat.page.screenshot({ path: screenshotPath("chat-too-long") });
  });

  test("a prompt with half a character", async () => {
    const chat = await openChat();
    await chat.composer.evaluate((field: HTMLTextAreaElement) => {
      Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value")?.set?.call(field, "broken \ud83d emoji");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await chat.page.getByRole("button", { name: "Send" }).click();
    await chat.page.getByRole("alert").filter({ hasText: "broken character" }).first().waitFor();
    expect(await chat.composer.inputValue()).toContain("broken");
  });

  test("an empty prompt cannot be sent, and emoji survive the way there and back", async () => {
    const chat = await openChat();
    await chat.composer.fill("   ");
    expect(await chat.page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await chat.send("👩‍👩‍👧‍👦 🇫🇷 \u0000 é");
    await chat.settled();
    expect(await chat.prompts.first().innerText()).toContain("👩‍👩‍👧‍👦 🇫🇷");
  });

  test("a thread of nobody says so", async () => {
    const chat = new ChatPage(await session.open("/chat/nobody"));
    const said = chat.page.getByText("This conversation does not exist").first();
    await said.waitFor();
    expect(await said.isVisible()).toBe(true);
    await chat.page.screenshot({ path: screenshotPath("chat-nobody") });
  });
});
