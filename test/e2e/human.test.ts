import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { topicSession } from "../support/topicSession.ts";

const session = topicSession("human");

async function write(page: Page, text: string, label = "Message"): Promise<void> {
  await page.getByRole("textbox", { name: label }).fill(text);
  await page.getByRole("textbox", { name: label }).press("Enter");
}

describe("a person beside the agent", () => {
  test("answers what the agent asks, takes the conversation over, and hands it back; a second one comes too late", async () => {
    const customer = await session.open("/human");
    await write(customer, "Ask a human whether you ship to Norway.");
    await customer.getByText("A colleague was asked.").waitFor();
    const { pathname } = new URL(customer.url());
    const [alex, sam] = await Promise.all([session.open(pathname), session.open(pathname)]);
    await alex.getByText("The agent asks:").waitFor();
    await expectAccessible(alex);
    await alex.screenshot({ path: screenshotPath("human-question") });
    await write(alex, "Yes, within a week, for 12 euros.", "Your answer to the agent");
    await customer.getByRole("article", { name: "Support agent" }).filter({ hasText: /answered\.\s+Yes, within a week/ }).waitFor();
    await sam.getByText("The agent asks:").waitFor({ state: "detached" });

    await customer.getByRole("button", { name: "Ask for a person" }).click();
    await alex.getByText("The customer asks for a person.").waitFor();
    await write(customer, "Is somebody there?");
    await customer.getByText("Your message is there for the person who comes.").waitFor();
    await alex.getByRole("button", { name: "Take over" }).click();
    await alex.getByRole("alert").filter({ hasText: "Say who you are" }).waitFor();
    await write(alex, "Alex", "Your name");
    await sam.getByRole("button", { name: "Alex is here" }).waitFor();
    await customer.getByText("Alex answers you.").waitFor();
    await write(alex, "I am here now.", "Answer as Alex");
    await customer.getByRole("article", { name: "Alex" }).getByText("I am here now.").waitFor();
    await expectAccessible(customer);
    await customer.screenshot({ path: screenshotPath("human-taken-over") });

    await write(customer, "Repeat: the agent is back");
    await alex.getByRole("article", { name: "Customer" }).filter({ hasText: "the agent is back" }).waitFor();
    await alex.getByRole("button", { name: "Hand back to the agent" }).click();
    await customer.getByRole("article", { name: "Support agent" }).getByText("the agent is back").waitFor();
    expect(await customer.getByRole("article", { name: "Alex" }).count()).toBe(1);
  });
});
