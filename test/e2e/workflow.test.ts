import { describe, expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { ownTopicSession } from "../support/topicSession.ts";

const session = ownTopicSession("workflow");
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

  test("killed in the middle of an agent's words, it goes on after a start, and another viewer sees the same plan", async () => {
    const page = await session.open("/workflow");
    await page.getByRole("button", { name: "Oslo" }).click();
    await page.getByRole("button", { name: "Plan the trip" }).click();
    await page.getByRole("listitem", { name: step(1, "At work") }).getByRole("group", { name: /^Tool/ }).waitFor();
    await page.screenshot({ path: screenshotPath("workflow-running") });
    const { pathname } = new URL(page.url());
    const viewerKey = await session.viewerKeyOf(page);
    await session.killAndStartAgain();
    const [owner, guest] = await Promise.all([session.open(pathname, viewerKey), session.open(pathname)]);
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
