import type { Page } from "playwright-core";

/** What a person does in a conversation of any page, found by what it is called. */
export async function say(page: Page, text: string): Promise<void> {
  const prompts = page.getByRole("article", { name: "You" });
  const before = await prompts.count();
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  // From here on what the page says of the newest turn is said of this one.
  await prompts.nth(before).waitFor();
}

/** Waits until the newest turn is answered, and everything that arrived is shown. */
export async function answered(page: Page): Promise<void> {
  await page.getByText("The reply is complete.").waitFor({ state: "attached" });
  await page.waitForFunction(() => document.querySelector('article[aria-busy="true"], article [aria-busy="true"]') === null);
}

/** The text of the newest article, once it is no longer growing. */
export async function lastReply(page: Page): Promise<string> {
  return await page.getByRole("article").last().innerText();
}

/** The page as somebody on a phone, or in the dark, sees it. */
export async function look(page: Page, how: { theme?: "light" | "dark"; width?: number }): Promise<void> {
  const { theme, width } = how;
  if (theme !== undefined) await page.evaluate((name) => { document.documentElement.dataset.theme = name; }, theme);
  if (width !== undefined) await page.setViewportSize({ width, height: 800 });
  // Colours have transitions: they are new in the frame after.
  await page.evaluate(() => new Promise<void>((resolve) => { requestAnimationFrame(() => requestAnimationFrame(() => resolve())); }));
}
