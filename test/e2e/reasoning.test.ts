import { describe, expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { answered, look, say } from "../support/conversation.ts";
import { topicSession } from "../support/topicSession.ts";

const session = topicSession();

describe("reasoning", () => {
  test("it streams apart from the answer, closes when the answer comes, and opens again for whoever wants it", async () => {
    const page = await session.open("/reasoning");
    await page.getByText("a lot", { exact: true }).click();
    // Long enough to be seen while it is thought.
    await say(page, `What is ${Array.from({ length: 30 }, (_, index) => index + 1).join(" + ")}?`);
    const thoughts = page.getByRole("article").last().locator("details");
    await thoughts.getByText("Thinking…").waitFor();
    await thoughts.getByText("3 + 3 = 6").waitFor();
    await page.screenshot({ path: screenshotPath("reasoning-thinking") });
    const viewer = await session.open(new URL(page.url()).pathname);
    for (const one of [page, viewer]) {
      await one.getByRole("strong").getByText("465").waitFor();
      await answered(one);
      const closed = one.getByRole("article").last().locator("details");
      await closed.getByText("How it got there").waitFor();
      expect(await closed.getByText("435 + 30 = 465").isVisible()).toBe(false);
    }
    await viewer.getByText("How it got there").focus();
    await viewer.getByRole("article").last().locator("summary").press("Enter");
    await viewer.getByText("the last step is 465 − 30 = 435: it fits").waitFor();
    expect(await thoughts.getByText("it fits").isVisible()).toBe(false);
    await expectAccessible(viewer);
    await viewer.screenshot({ path: screenshotPath("reasoning-open") });
    await page.getByText("a little", { exact: true }).click();
    await say(page, "What is 12 × 35 − 20?");
    await answered(page);
    await page.getByRole("strong").getByText("400").waitFor();
    await page.getByText("How it got there").last().click();
    await page.getByText("2 steps, the last is 420 − 20 = 400.").waitFor();
    await look(page, { theme: "dark", width: 390 });
    await expectAccessible(page);
    await page.screenshot({ path: screenshotPath("reasoning-phone") });
  });
});
