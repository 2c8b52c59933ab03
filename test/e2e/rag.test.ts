import { describe, expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { topicSession } from "../support/topicSession.ts";

const session = topicSession();

describe("documents", () => {
  test("an added text is answered from as prompt and as tool, with its sources; deleted, it is found no more", async () => {
    const page = await session.open("/rag");
    const add = page.getByRole("button", { name: "Add the document" });
    await add.click();
    await page.getByRole("alert").filter({ hasText: "Give the document a title." }).waitFor();
    await page.getByRole("button", { name: "Fill in a sample" }).click();
    await add.click();
    await page.getByText(/characters · ready/).waitFor();
    await page.getByRole("textbox", { name: "Title" }).fill("Shop terms");
    await page.getByRole("textbox", { name: "Text" }).fill("Another text");
    await add.click();
    await page.getByRole("alert").filter({ hasText: "You have a document with this title" }).waitFor();
    expect(await page.getByRole("textbox", { name: "Text" }).inputValue()).toBe("Another text");

    const ask = async (question: string) => {
      await page.getByRole("textbox", { name: "Message" }).fill(question);
      await page.getByRole("button", { name: "Send", exact: true }).click();
    };
    await ask("Within how many days can I give something back?");
    await page.getByRole("article", { name: "Reader" }).filter({ hasText: "You have 30 days to give something back." }).waitFor();
    await page.getByRole("group", { name: "Sources" }).getByText("30 days").waitFor();
    // What the model was given beside the question stays out of the conversation.
    expect(await page.getByRole("article", { name: "You" }).innerText()).toBe("Within how many days can I give something back?");

    await page.getByText("when the model asks").click();
    await ask("Search my documents for the shipping costs.");
    await page.getByRole("group", { name: /^Tool searchDocuments: Done/ }).waitFor();
    await page.getByRole("group", { name: "Sources" }).last().getByText("Shipping costs 4.90 euros").first().waitFor();
    await page.getByRole("article", { name: "Searcher" }).filter({ hasText: "4.90 euros" }).waitFor();
    await expectAccessible(page);
    await page.screenshot({ path: screenshotPath("rag") });

    const stranger = await session.open(new URL(page.url()).pathname);
    await stranger.getByText("You have none yet.").waitFor();
    await page.getByRole("button", { name: "Delete “Shop terms”" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("You have none yet.").waitFor();
    await ask("Search my documents for batteries.");
    await page.getByText("The documents were searched; no passage fits.").waitFor();
  });
});
