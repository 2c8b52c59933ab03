import { describe, expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { topicSession } from "../support/topicSession.ts";

const session = topicSession();

describe("rate limits", () => {
  test("after the burst a countdown is shown in every tab of the person, nowhere else, and nothing typed is lost", async () => {
    const page = await session.open("/rate-limits");
    const send = async (text: string) => {
      await page.getByRole("textbox", { name: "Message" }).fill(text);
      await page.getByRole("button", { name: "Send" }).click();
      await page.getByRole("article", { name: "You" }).filter({ hasText: text }).filter({ hasNotText: "Sending…" }).waitFor();
    };
    // The burst of two, and as many more as windows pass by meanwhile on a slow machine.
    const countdown = page.getByText(/You can send again in \d seconds?/);
    let sent = 0;
    while (!(await countdown.isVisible())) await send(`Repeat: number ${++sent}`);
    expect(sent).toBeGreaterThanOrEqual(2);
    await page.getByRole("textbox", { name: "Message" }).fill("Repeat: too early");
    const { pathname } = new URL(page.url());
    const [tab, stranger] = await Promise.all([session.open("/rate-limits", await session.viewerKeyOf(page)), session.open(pathname)]);
    await tab.getByText(/You can send again in/).or(tab.getByText("1 of 2")).first().waitFor();
    await stranger.getByText("2 of 2").waitFor();
    await page.screenshot({ path: screenshotPath("rate-limits-countdown") });
    await expectAccessible(page);
    await page.waitForFunction(() => !document.body.innerText.includes("You can send again in"));
    expect(await page.getByRole("textbox", { name: "Message" }).inputValue()).toBe("Repeat: too early");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("article", { name: "You" }).filter({ hasText: "too early" }).waitFor();
  });

  test("tokens are counted after the reply, and a message that needs more than are left is refused with its text kept", async () => {
    const page = await session.open("/rate-limits");
    const box = page.getByRole("textbox", { name: "Message" });
    await box.fill("a-b-c-d-e ".repeat(780));
    await page.getByRole("button", { name: "Send" }).click();
    // Letters and dashes are a token each for the demo model: far more than were estimated.
    await page.getByText(/-[\d,]+ of 4,000/).waitFor();
    await page.getByText(/You can send again in \d+ seconds/).waitFor();
    await box.fill("One more");
    expect(await page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await expectAccessible(page);
    await page.screenshot({ path: screenshotPath("rate-limits-tokens") });
  });

  test("a message for which no tokens are left is refused by the server, too", async () => {
    const page = await session.open("/rate-limits");
    const box = page.getByRole("textbox", { name: "Message" });
    await box.fill("word ".repeat(1_450));
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText(/^[12],\d{3} of 4,000$/).waitFor();
    await page.getByText("2 of 2").or(page.getByText("1 of 2")).first().waitFor();
    await box.fill("word ".repeat(1_450));
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("alert").filter({ hasText: "You have used up your tokens" }).waitFor();
    expect((await box.inputValue()).length).toBe(7_250);
  });
});
