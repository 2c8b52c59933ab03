import { describe, expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { topicSession } from "../support/topicSession.ts";

const session = topicSession();

describe("context search", () => {
  test("what was said elsewhere is found by words and by meaning, answered from, and shown with the reason to nobody else", async () => {
    const page = await session.open("/search");
    await page.getByRole("button", { name: "add three sample conversations" }).click();
    const list = page.getByRole("navigation", { name: "Conversations" });
    await list.getByRole("link", { name: "Biscuit the dog" }).waitFor();
    const found = page.getByRole("list", { name: "Found messages" });
    const ask = async (question: string) => {
      await page.getByRole("textbox", { name: "Message" }).fill(question);
      await page.getByRole("button", { name: "Send", exact: true }).click();
      await page.getByRole("status").filter({ hasText: `For “${question}”` }).waitFor();
    };
    // The vectors of the samples are made in the background: ask until the search by meaning finds one.
    let asked = 0;
    do await ask(`Is my puppy afraid? (${++asked})`);
    while ((await found.getByText("meaning").count()) === 0);
    await found.getByRole("listitem").first().getByText("My dog is called Biscuit and he is afraid of thunder.").waitFor();
    await found.getByText("words and meaning").first().waitFor();
    expect(await found.getByRole("listitem").first().innerText()).toMatch(/Biscuit the dog[^]*0\.\d\d alike/);
    await page.getByRole("article", { name: "Rememberer" }).filter({ hasText: "afraid of thunder" }).first().waitFor();
    await expectAccessible(page);
    await page.screenshot({ path: screenshotPath("search") });

    await page.getByRole("switch", { name: "By words" }).uncheck();
    await page.getByRole("switch", { name: "With the messages before and after" }).uncheck();
    await ask("Which dish for a fearful hound?");
    expect(await found.getByText("words").count()).toBe(0);
    await page.getByRole("switch", { name: "In my other conversations" }).uncheck();
    await ask("What do tomatoes want?");
    expect(await found.getByRole("link").count()).toBe(0);

    const stranger = await session.open(new URL(page.url()).pathname);
    await stranger.getByText("Only your own questions are listed here.").waitFor();
    expect(await stranger.getByRole("link", { name: "Biscuit the dog" }).count()).toBe(0);
  });
});
