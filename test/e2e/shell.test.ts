import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { topicSession } from "../support/topicSession.ts";

const session = topicSession();

const topicsOf = (page: Page) => page.getByRole("navigation", { name: "Topics" });
const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
const PHONE = { width: 390, height: 844 };

describe("the frame of the examples", () => {
  test("every page is on the overview and in the menu, says what it shows, and opens without an error, also on a phone", async () => {
    const page = await session.open("/overview");
    await expectAccessible(page);
    await page.screenshot({ path: screenshotPath("overview") });
    const links = page.getByRole("region", { name: "Examples" }).getByRole("link");
    const paths = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
    expect(paths.length).toBeGreaterThanOrEqual(15);
    expect(new Set(paths).size).toBe(paths.length);
    await page.setViewportSize(PHONE);
    for (const path of paths) {
      await page.locator(`main a[href="${path}"]`).click();
      // The page before stays until the next one is here.
      await page.getByRole("heading", { level: 1, name: "All examples" }).waitFor({ state: "detached" });
      await page.getByRole("main").getByRole("heading", { level: 2 }).first().waitFor();
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect([path, width]).toEqual([path, PHONE.width]);
      await page.goBack();
      await page.getByRole("heading", { level: 1, name: "All examples" }).waitFor();
    }
  });

  test("the menu closes groups and remembers it, is a drawer on a phone, and works by keyboard", async () => {
    const page = await session.open("/usage");
    const group = page.getByRole("button", { name: "Talk" });
    await group.press("Enter");
    await topicsOf(page).getByRole("link", { name: "Streaming" }).waitFor({ state: "detached" });
    await page.reload();
    await group.waitFor();
    expect(await group.getAttribute("aria-expanded")).toBe("false");
    await page.setViewportSize(PHONE);
    await page.getByRole("button", { name: "Open the menu" }).click();
    await topicsOf(page).getByRole("link", { name: "Rate limits" }).waitFor();
    await page.screenshot({ path: screenshotPath("menu-phone") });
    await page.keyboard.press("Escape");
    await topicsOf(page).waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Open the menu" }).click();
    await topicsOf(page).getByRole("link", { name: "Rate limits" }).click();
    await page.getByRole("heading", { level: 1, name: "Rate limits" }).waitFor();
    await topicsOf(page).waitFor({ state: "hidden" });
    // A link to where one is already closes it, too.
    await page.getByRole("button", { name: "Open the menu" }).click();
    expect(await page.evaluate(() => document.activeElement?.closest("aside")?.getAttribute("aria-label"))).toBe("Menu");
    await page.getByRole("link", { name: "New conversation" }).click();
    await topicsOf(page).waitFor({ state: "hidden" });
    expect(await focused(page)).toBe("Open the menu");
  });

  test("each page links its source, which is shown as it is, and the way back closes it", async () => {
    const page = await session.open("/usage");
    await page.getByRole("link", { name: "Source" }).click();
    const source = page.getByRole("dialog", { name: "Source of “Usage and invoices”" });
    await source.getByRole("link", { name: "convex/usage/reply.ts" }).click();
    await source.getByText("usageHandler").first().waitFor();
    expect(new URL(page.url()).hash).toBe("#source/example/convex/usage/reply.ts");
    await expectAccessible(page);
    await page.getByRole("dialog").screenshot({ path: screenshotPath("source") });
    await page.keyboard.press("Escape");
    await source.waitFor({ state: "detached" });
    await page.waitForFunction(() => document.activeElement?.textContent === "Source");
    await page.getByRole("button", { name: "Use the dark theme" }).click();
    await page.reload();
    await page.getByText("Nothing was used this month.").waitFor();
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
    await expectAccessible(page);
  });

  test("a page whose code cannot be fetched says so, the way back is open, and a reload tries again", async () => {
    const page = await session.open("/reasoning");
    expect(await page.title()).toBe("Reasoning · convex-agent");
    // A suggestion goes into the field and leaves there what was written.
    const field = page.getByRole("textbox", { name: "Message" });
    await field.fill("Dear agent,");
    await page.getByRole("button", { name: "What is the weather in Lisbon?" }).click();
    expect([await field.inputValue(), await focused(page)]).toEqual(["Dear agent,\nWhat is the weather in Lisbon? Think first.", "Message"]);
    await page.route("**/UsagePage*", (route) => route.abort());
    await topicsOf(page).getByRole("link", { name: "Usage and invoices" }).click();
    await page.getByText("This page could not be fetched.").waitFor();
    await expectAccessible(page);
    await page.screenshot({ path: screenshotPath("page-not-fetched") });
    await page.getByRole("button", { name: "Back" }).click();
    await page.getByRole("heading", { level: 1, name: "Reasoning" }).waitFor();
    await topicsOf(page).getByRole("link", { name: "Usage and invoices" }).click();
    await page.unroute("**/UsagePage*");
    await page.getByRole("button", { name: "Reload" }).click();
    await topicsOf(page).getByRole("link", { name: "Usage and invoices" }).waitFor();
    expect(await page.getByText("This page could not be fetched.").count()).toBe(0);
  });

  test("a page whose code is long in coming shows that it is waited for, then the page", async () => {
    const page = await session.open("/chat");
    const asked = Promise.withResolvers<() => void>();
    await page.route("**/ReasoningPage*.js", (route) => asked.resolve(() => void route.continue()));
    await page.goto(new URL("/reasoning", page.url()).href, { waitUntil: "commit" });
    await page.getByRole("status").getByText("Loading the page").waitFor({ state: "attached" });
    (await asked.promise)();
    await page.getByRole("heading", { level: 1, name: "Reasoning" }).waitFor();
    expect(await page.getByText("Loading the page").count()).toBe(0);
  });
});
