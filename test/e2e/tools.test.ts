import { describe, expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { answered, lastReply, look, say } from "../support/conversation.ts";
import { topicSession } from "../support/topicSession.ts";

const session = topicSession();

describe("tools", () => {
  test("progress is shown while a tool works, and a stop ends it in the middle", async () => {
    const page = await session.open("/tools");
    await say(page, "Count the primes up to 2000000");
    const tool = page.getByRole("group", { name: /^Tool countPrimes: / });
    await page.getByRole("group", { name: "Tool countPrimes: Working" }).waitFor();
    await tool.getByText(/primes so far/).waitFor();
    await page.screenshot({ path: screenshotPath("tools-progress") });
    await tool.getByText("148,933 primes").waitFor();
    await answered(page);
    expect(await lastReply(page)).toContain("1999993");
    await say(page, "Count the primes up to 1999999");
    await page.getByRole("group", { name: "Tool countPrimes: Working" }).getByText(/primes so far/).waitFor();
    await page.getByRole("button", { name: "Stop the reply" }).click();
    await page.getByText("Stopped. What was said so far is kept.").waitFor();
    await page.getByRole("group", { name: "Tool countPrimes: Stopped" }).getByText(/primes so far/).waitFor();
    await expectAccessible(page);
  });

  test("a tool that throws tells the page and the model why; one writes for the person who asked, one asks another agent", async () => {
    const page = await session.open("/tools");
    await say(page, "Convert 3 kilograms to metres");
    const failed = page.getByRole("group", { name: "Tool convertUnits: Failed" });
    await failed.getByText("kilograms measure mass and metres measure length").waitFor();
    await answered(page);
    expect(await lastReply(page)).toContain("failed: kilograms measure mass");
    await say(page, "Convert 26.2 miles to kilometres");
    await page.getByRole("group", { name: "Tool convertUnits: Done" }).getByText("42.1648 kilometres").waitFor();
    await answered(page);
    await page.getByText("It is empty.").waitFor();
    await say(page, "Add a note: water the plants");
    const notes = page.getByRole("list", { name: "Notes" });
    await notes.getByText("water the plants").waitFor();
    await answered(page);
    await say(page, "Ask your colleague: what are you?");
    await page.getByRole("group", { name: "Tool askColleague: Done" }).getByText("I am a script in this example").waitFor();
    await answered(page);
    await expectAccessible(page);
    await page.screenshot({ path: screenshotPath("tools") });
    const guest = await session.open(new URL(page.url()).pathname);
    await guest.getByRole("group", { name: "Tool addNote: Done" }).waitFor();
    await guest.getByText("It is empty.").waitFor();
    await notes.getByRole("button", { name: "Delete the note “water the plants”" }).click();
    await page.getByText("It is empty.").waitFor();
    await look(guest, { theme: "dark", width: 390 });
    await expectAccessible(guest);
    await guest.screenshot({ path: screenshotPath("tools-phone") });
  });
});
