import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { topicSession } from "../support/topicSession.ts";

const session = topicSession();

async function write(page: Page, text: string, label = "Message"): Promise<void> {
  await page.getByRole("textbox", { name: label }).fill(text);
  await page.getByRole("textbox", { name: label }).press("Enter");
}

async function join(page: Page, name: string): Promise<void> {
  await page.getByRole("textbox", { name: "Your name" }).fill(name);
  await write(page, "demo", "Code of the team");
}

describe("a person beside the agent", () => {
  test("two of the team see who waits, answer what the agent asks, take over and hand back; one who is not of it reads along", async () => {
    const [customer, other] = await Promise.all([session.open("/human"), session.open("/human")]);
    await write(customer, "Ask a human whether you ship to Norway.");
    await customer.getByText("A colleague was asked.").waitFor();
    const { pathname } = new URL(customer.url());
    const [alex, sam] = await Promise.all([session.open("/human/inbox"), session.open(pathname)]);
    await alex.getByRole("button", { name: "Join" }).click();
    await alex.getByRole("alert").filter({ hasText: "Say who you are" }).waitFor();
    await expectAccessible(alex);
    await join(alex, "Alex");
    await alex.getByRole("region", { name: "Waiting for a person" }).getByRole("link", { name: /the agent asks: .*Norway/ }).click();
    await alex.getByText("The agent asks:").waitFor();
    await expectAccessible(alex);
    await alex.screenshot({ path: screenshotPath("human-question") });
    expect(await sam.getByText("The agent asks:").count()).toBe(0);
    await join(sam, "Sam");
    await sam.getByText("The agent asks:").waitFor();
    await write(alex, "Yes, within a week, for 12 euros.", "Your answer to the agent");
    await customer.getByRole("article", { name: "Support agent" }).filter({ hasText: /answered\.\s+Yes, within a week/ }).waitFor();
    await sam.getByText("The agent asks:").waitFor({ state: "detached" });

    await customer.getByRole("button", { name: "Ask for a person" }).click();
    await write(other, "Repeat: another customer");
    await other.getByRole("button", { name: "Ask for a person" }).click();
    await write(customer, "Is somebody there?");
    await customer.getByText("Your message is there for the person who comes.").waitFor();
    await alex.getByRole("link", { name: "Inbox", exact: true }).click();
    const [waiting, taken] = ["Waiting for a person", "Taken care of"].map((name) => alex.getByRole("region", { name }));
    await waiting!.getByRole("link", { name: /another customer/ }).waitFor();
    await waiting!.getByRole("link", { name: /Norway.*asks for a person/ }).click();
    await alex.getByRole("button", { name: "Take over" }).click();
    await sam.getByRole("button", { name: "Alex is here" }).waitFor();
    await sam.getByRole("link", { name: "Inbox", exact: true }).click();
    await sam.getByRole("link", { name: /Norway.*Alex answers/ }).waitFor();
    await expectAccessible(sam);
    await sam.screenshot({ path: screenshotPath("human-inbox") });
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

    await other.getByRole("button", { name: /^Delete “Repeat: another customer”/ }).press("Enter");
    await other.getByRole("dialog", { name: "Delete this conversation?" }).getByRole("button", { name: "Delete" }).press("Enter");
    await other.getByRole("heading", { name: "Talk to the shop" }).waitFor();
    expect(await other.evaluate(() => document.activeElement?.textContent)).toBe("New support request");
    await sam.getByRole("link", { name: /another customer/ }).waitFor({ state: "detached" });
    await alex.getByRole("link", { name: "Inbox", exact: true }).click();
    await expect.poll(() => taken!.getByRole("link").count(), { timeout: 20_000 }).toBe(0);
  });
});
