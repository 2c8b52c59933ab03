import { describe, expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { topicSession } from "../support/topicSession.ts";

const session = topicSession();

describe("usage and invoices", () => {
  test("every call of the model is drawn and listed, ends up on the invoice, and nobody else sees it", async () => {
    const page = await session.open("/usage");
    await page.getByText("Nothing was used this month.").waitFor();
    await page.getByRole("button", { name: "Issue this month's invoice now" }).click();
    await page.getByText("There is nothing to put on an invoice yet.").waitFor();
    await page.getByRole("button", { name: "Close this message" }).click();
    await page.getByRole("textbox", { name: "Message" }).fill("What is the weather like in Lisbon?");
    await page.getByRole("button", { name: "Send" }).click();
    // One call for the tool, one for the answer.
    const line = page.getByRole("row", { name: /^Metered guide/ }).filter({ hasText: "$" });
    await line.filter({ has: page.getByRole("cell", { name: "2", exact: true }) }).waitFor();
    await page.getByText("The same numbers as a table").click();
    expect(await page.getByRole("table", { name: "Tokens of the latest calls" }).getByRole("row").count()).toBe(3);
    await page.getByRole("button", { name: "Issue this month's invoice now" }).click();
    const invoice = page.getByRole("row").filter({ hasText: "pending" });
    await invoice.waitFor();
    const amount = (await line.innerText()).match(/\$[\d.]+/)?.[0] ?? "no amount";
    expect(await invoice.innerText()).toContain(amount);
    const stranger = await session.open(new URL(page.url()).pathname);
    await stranger.getByText("Nothing was used this month.").waitFor();
    await expectAccessible(page);
    await page.screenshot({ path: screenshotPath("usage") });
  });
});
