import { describe, expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { topicSession } from "../support/topicSession.ts";

const session = topicSession();
const step = (number: number, state: string) => new RegExp(`^Step ${number}: .*\\. ${state}$`);

describe("a workflow over two agents", () => {
  test("a city that nobody knows is refused beside the field, and what was typed stays", async () => {
    const page = await session.open("/workflow");
    await page.getByRole("textbox", { name: "City" }).fill("Atlantis");
    await page.getByRole("button", { name: "Plan the trip" }).click();
    await page.getByRole("alert").filter({ hasText: "does not know this city" }).waitFor();
    expect(await page.getByRole("textbox", { name: "City" }).inputValue()).toBe("Atlantis");
    await expectAccessible(page);
    await page.screenshot({ path: screenshotPath("workflow-refused") });
  });

  test("a canceled plan ends where it is", async () => {
    const page = await session.open("/workflow");
    await page.getByRole("textbox", { name: "City" }).fill("cairo");
    await page.keyboard.press("Enter");
    await page.getByRole("listitem", { name: step(1, "At work") }).waitFor();
    await page.getByRole("button", { name: "Cancel the plan" }).click();
    await page.getByText("The plan was canceled.").waitFor();
    expect(await page.getByRole("listitem", { name: step(2, "Not run") }).count()).toBe(1);
  });
});
