import { describe, expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { answered, look, say } from "../support/conversation.ts";
import { topicSession } from "../support/topicSession.ts";

const session = topicSession();
const TIP = "It tastes better on the second day.";
const vegetables = "leeks, carrots, onions, celery, beans, peas, corn, kale, chard, fennel, turnips, parsnips, pumpkin, garlic, ginger, cabbage, spinach and potatoes";

describe("structured objects", () => {
  test("a recipe grows as it is written, for every viewer, and is whole in the end", async () => {
    const page = await session.open("/objects");
    await page.evaluate(() => {
      const seen: number[] = [];
      Object.assign(window, { seen });
      new MutationObserver(() => {
        const count = document.querySelectorAll('[aria-label="Ingredients"] li:not([aria-hidden]), [aria-label="Steps"] li:not([aria-hidden])').length;
        if (seen.at(-1) !== count) seen.push(count);
      }).observe(document.body, { subtree: true, childList: true });
    });
    await say(page, `A hard soup with ${vegetables} for 8`);
    const card = page.getByRole("article", { name: "Recipe" });
    await card.getByRole("heading", { name: /^Hard soup with leeks/ }).waitFor();
    const viewer = await session.open(new URL(page.url()).pathname);
    await answered(page);
    // Put there above.
    const seen = await page.evaluate(() => (window as unknown as { seen: number[] }).seen);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.length).toBeGreaterThan(3);
    for (const one of [page, viewer]) {
      const shown = one.getByRole("article", { name: "Recipe" });
      await shown.getByText(TIP, { exact: true }).waitFor();
      expect(await shown.getByRole("group", { name: "Ingredients" }).getByRole("listitem").count()).toBe(18);
      expect(await shown.getByRole("group", { name: "Steps" }).getByRole("listitem").count()).toBe(4);
      await shown.getByText("8 servings").waitFor();
    }
    await viewer.getByText("The JSON as it was streamed").click();
    await viewer.getByText('{"title":"Hard soup').waitFor();
    await expectAccessible(viewer);
    await page.screenshot({ path: screenshotPath("objects") });
    await say(page, "An easy vegetarian curry with chickpeas, spinach and coconut milk");
    await page.getByRole("article", { name: "Recipe" }).nth(1).getByText("vegetarian", { exact: true }).waitFor();
    await answered(page);
    await look(page, { theme: "dark", width: 390 });
    await expectAccessible(page);
    await page.screenshot({ path: screenshotPath("objects-phone") });
  });

  test("a recipe that is stopped keeps what was written and says that it was stopped", async () => {
    const page = await session.open("/objects");
    await say(page, `A soup with ${vegetables}`);
    await page.getByRole("group", { name: "Ingredients" }).getByText("carrots").waitFor();
    await page.getByRole("button", { name: "Stop the reply" }).click();
    await page.getByText("Stopped. What was said so far is kept.").waitFor();
    await page.getByRole("group", { name: "Ingredients" }).getByText("carrots").waitFor();
    expect(await page.getByText(TIP, { exact: true }).count()).toBe(0);
    await page.getByRole("button", { name: "Answer again" }).click();
    await page.getByText(TIP, { exact: true }).waitFor();
    expect(await page.getByRole("article", { name: "Recipe" }).count()).toBe(1);
  });
});
