import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { topicSession } from "../support/topicSession.ts";

const session = topicSession();

async function send(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

const isWriting = (page: Page) => page.getByText("The reply is being written.").waitFor({ state: "attached" });
const isReady = (page: Page) => page.getByRole("button", { name: "Answer again" }).waitFor();

describe("useChat over a thread", () => {
  test("sends, resumes after a reload and in another browser, stops for all, and answers again", async () => {
    const page = await session.open("/use-chat");
    await send(page, "Count to 400");
    await isWriting(page);
    await page.reload();
    await isWriting(page);
    const guest = await session.open(new URL(page.url()).pathname);
    await isWriting(guest);
    // Looking at another page and coming back stops nothing.
    await page.getByRole("link", { name: "Usage and invoices" }).click();
    await page.getByRole("heading", { name: "Usage and invoices" }).waitFor();
    await page.goBack();
    await isWriting(page);
    await page.screenshot({ path: screenshotPath("use-chat-resumed") });
    await guest.getByRole("button", { name: "Stop the reply" }).click();
    await Promise.all([page, guest].map(isReady));
    for (const viewer of [page, guest]) {
      expect(await viewer.getByRole("article").count()).toBe(2);
      expect(await viewer.getByRole("article", { name: "Agent" }).innerText()).not.toContain("400");
    }
    await page.reload();
    await page.getByRole("button", { name: "Answer again" }).click();
    await isWriting(page);
    await page.getByRole("button", { name: "Stop the reply" }).click();
    await isReady(page);
    expect(await page.getByRole("article").count()).toBe(2);
  });

  test("a call that waits for approval is decided on, and the reply goes on in the same message", async () => {
    const page = await session.open("/use-chat");
    await send(page, "Send 500 euros to Ann");
    await page.getByRole("button", { name: "Approve" }).waitFor();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByRole("article", { name: "Agent" }).getByText("balance", { exact: true }).waitFor();
    await isReady(page);
    expect(await page.getByRole("article").count()).toBe(2);
    await send(page, "Send 300 euros to Bob");
    await page.getByRole("button", { name: "Deny" }).click();
    await page.getByText(/was not run|not allowed/i).last().waitFor();
    await isReady(page);
    await page.screenshot({ path: screenshotPath("use-chat-approval") });
    await page.reload();
    await isReady(page);
    expect(await page.getByRole("article").count()).toBe(4);
  });
});
