import { describe, expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { answered, lastReply, look, say } from "../support/conversation.ts";
import { topicSession } from "../support/topicSession.ts";

const session = topicSession();

describe("streaming", () => {
  test("a reply arrives cut as it was asked for, two viewers see the same, and what was seen stays when it is stopped", async () => {
    const page = await session.open("/streaming");
    await page.getByText("sentences", { exact: true }).click();
    await page.getByText("none", { exact: true }).click();
    await say(page, "Write 1500 words about streams");
    const pieces = page.getByRole("group", { name: "The reply in the pieces in which it came" }).locator("span");
    await pieces.nth(2).waitFor();
    const viewer = await session.open(new URL(page.url()).pathname);
    await viewer.getByRole("article").getByText("every open page can read along").first().waitFor();
    const seen = await lastReply(viewer);
    await expectAccessible(page);
    await page.screenshot({ path: screenshotPath("streaming") });
    // Who reads along may stop it, too.
    await viewer.getByRole("button", { name: "Stop the reply" }).click();
    for (const one of [page, viewer]) {
      await one.getByText("Stopped. What was said so far is kept.").waitFor();
      await one.waitForFunction(() => document.querySelector('article [aria-busy="true"]') === null);
    }
    const kept = await lastReply(viewer);
    expect(await lastReply(page)).toBe(kept);
    // Markdown that was half there looked different, and the last words may have been in the middle of being shown.
    const letters = (text: string) => text.replaceAll(/[^\p{L}\p{N}]+/gu, "");
    const lasting = letters(seen).slice(0, -60);
    expect(letters(kept).slice(0, lasting.length)).toBe(lasting);
    expect(kept.split(/\s+/).length).toBeLessThan(1400);
    for (const piece of (await pieces.allInnerTexts()).slice(0, -1)) expect(piece.trimEnd()).toMatch(/[.!?…:]["”’)*]*$/);
    await page.reload();
    await page.getByText("Stopped. What was said so far is kept.").waitFor();
    expect(await lastReply(page)).toBe(kept);
    await page.getByRole("button", { name: "Answer again" }).click();
    await page.getByRole("button", { name: "Stop the reply" }).click();
    await look(viewer, { theme: "dark" });
    await expectAccessible(viewer);
    await viewer.screenshot({ path: screenshotPath("streaming-dark") });
  });

  test("code is coloured and can be copied; HTML and script in a reply are text", async () => {
    const page = await session.open("/streaming");
    await say(page, "Show me the code that streams a reply.");
    await page.locator("article .hljs-keyword").getByText("export const").first().or(page.locator("article .hljs-keyword").first()).first().waitFor();
    await answered(page);
    // One browser has one clipboard, and other pages of this run use it.
    await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text: string) => void (document.body.dataset.copied = text) } }));
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    expect(await page.evaluate(() => document.body.dataset.copied)).toMatch(/^\/\/ An action[\s\S]*\}\);\s*$/);
    await say(page, 'Repeat: <img src=x onerror="window.hacked=1"><script>window.hacked=2</script> [a link](javascript:window.hacked=3) ![p](http://127.0.0.1:1/p.png)\n\n```html\n<b onclick="window.hacked=4">bold</b>\n```');
    await page.locator("article").last().locator(".hljs-name").first().waitFor();
    const reply = page.getByRole("article").last();
    expect(await reply.locator("img, script, b, [onclick], a[href^='javascript']").count()).toBe(0);
    expect(await reply.innerText()).toContain('<img src=x onerror="window.hacked=1">');
    await reply.getByText("a link").click();
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    await expectAccessible(page);
    await look(page, { theme: "dark", width: 390 });
    await expectAccessible(page);
    await page.screenshot({ path: screenshotPath("streaming-code-phone") });
  });
});
