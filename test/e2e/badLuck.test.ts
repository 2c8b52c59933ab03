import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { startFlakyProvider, type FlakyProvider } from "../support/flakyProvider.ts";
import { ownTopicSession, topicSession } from "../support/topicSession.ts";

let provider: FlakyProvider | undefined;
beforeAll(async () => { provider = await startFlakyProvider(); });
afterAll(async () => { await provider?.close(); });

const session = ownTopicSession("bad-luck", () => ({
  OPENAI_API_KEY: "test-key", OPENAI_BASE_URL: provider?.baseURL ?? "", OPENAI_MODEL: "test-model", OPENAI_TIMEOUT_MS: "6000",
}));

async function send(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

const failure = (page: Page) => page.getByRole("alert").filter({ hasText: "The reply failed" });

describe("a backend that goes away", () => {
  test("is told to the one who types and the one who reads; what is sent meanwhile goes out or, after a reload, is in the field again; what was typed and read stays", async () => {
    const [writer, reader, leaver, hooked] = await Promise.all([session.open("/chat"), session.open("/chat"), session.open("/tools"), session.open("/use-chat")]);
    await send(reader, "Be endless");
    const reply = reader.getByRole("article", { name: "Weather guide" });
    await reply.getByText("word word word").waitFor();
    await Promise.all([writer, hooked].map(async (page) => {
      await send(page, "Hello");
      await page.getByText("Here I am again.").waitFor();
    }));
    const read = (await reply.innerText()).length;
    await session.killAndStartAgain(async () => {
      await Promise.all([writer, reader].map((page) => page.getByText("The connection is lost.").waitFor()));
      await send(writer, "Are you there?");
      await writer.getByText("What you sent goes out when it is back; after a reload it is in the field again.").waitFor();
      await writer.getByRole("textbox", { name: "Message" }).fill("and one more thing");
      await Promise.all([leaver, hooked].map(async (page) => {
        await send(page, "What was sent in vain?");
        await page.getByRole("article", { name: "You" }).filter({ hasText: "in vain" }).waitFor();
        await page.reload();
      }));
      await writer.screenshot({ path: screenshotPath("bad-luck-gone") });
      await expectAccessible(writer);
    });
    await writer.getByRole("article", { name: "You" }).filter({ hasText: "Are you there?" }).waitFor();
    await writer.getByText("Here I am again.").nth(1).waitFor();
    expect(await writer.getByRole("article", { name: "You" }).count()).toBe(2);
    expect(await writer.getByRole("textbox", { name: "Message" }).inputValue()).toBe("and one more thing");
    await Promise.all([leaver, hooked].map((page) => page.waitForFunction(() => document.querySelector("textarea")?.value === "What was sent in vain?")));
    expect(await leaver.getByRole("article", { name: "You" }).count()).toBe(0);
    await reader.getByRole("button", { name: "Stop the reply" }).click();
    await reader.getByText("Stopped. What was said so far is kept.").waitFor();
    expect((await reply.innerText()).length).toBeGreaterThanOrEqual(read);
    expect(await writer.getByText("The connection is lost.").count()).toBe(0);
  });
});

describe("a provider in trouble", () => {
  test("each kind is told with what to do, nothing is lost, and trying again helps once it is well", async () => {
    const troubles = [
      { path: "/chat", prompt: "It is crowded", keeps: "", says: /Slow down, please[^]*Wait a minute, then try again/ },
      { path: "/chat", prompt: "It is broken", keeps: "", says: /Something broke at the provider[^]*Try again in a moment/ },
      { path: "/chat", prompt: "It is endless", says: /broke off[^]*try again/, keeps: "word word word" },
      { path: "/use-chat", prompt: "It is too crowded", keeps: "", says: /Slow down, please[^]*Try again/ },
      { path: "/chat", prompt: "It is silent", keeps: "", says: /did not answer[^]*Try again/ },
    ];
    const pages = await Promise.all(troubles.map(async (trouble) => ({ ...trouble, page: await session.open(trouble.path) })));
    await Promise.all(pages.map(({ page, prompt }) => send(page, prompt)));
    await Promise.all(pages.filter(({ keeps }) => keeps !== "").map(({ page, keeps }) => page.getByText(keeps).waitFor()));
    provider?.cut();
    for (const { page, prompt, says, keeps } of pages) {
      await failure(page).waitFor();
      expect(await failure(page).innerText()).toMatch(says);
      expect(await page.getByRole("article", { name: "You" }).innerText()).toBe(prompt);
      expect(await page.getByRole("region", { name: "Messages" }).innerText()).toContain(keeps);
      await page.screenshot({ path: screenshotPath(`bad-luck-${prompt.slice("It is ".length).replace(" ", "-")}`) });
    }
    provider?.heal();
    await Promise.all(pages.map(async ({ page }) => {
      await failure(page).getByRole("button", { name: "Try again" }).click();
      await page.getByText("Here I am again.").waitFor();
      expect(await failure(page).count()).toBe(0);
      expect(await page.getByRole("article").count()).toBe(2);
    }));
  });

  test("two who send at once in one conversation are both answered, and see the same order", async () => {
    const ada = await session.open("/chat");
    await send(ada, "Hello");
    await ada.getByText("Here I am again.").waitFor();
    const bob = await session.open(new URL(ada.url()).pathname);
    await bob.getByText("Here I am again.").waitFor();
    await Promise.all([send(ada, "From Ada"), send(bob, "From Bob")]);
    const orders = await Promise.all([ada, bob].map(async (page) => {
      await page.getByText("Here I am again.").nth(2).waitFor();
      return await page.getByRole("article", { name: "You" }).allInnerTexts();
    }));
    expect(orders[0]?.toSorted()).toEqual(["From Ada", "From Bob", "Hello"]);
    expect(orders[1]).toEqual(orders[0]);
  });
});

describe("a tool that throws", () => {
  const demo = topicSession();

  test("is shown with its reason, the agent is told, and the conversation goes on", async () => {
    const page = await demo.open("/chat");
    await send(page, "What is the weather in Atlantis?");
    const call = page.getByRole("group", { name: "Tool getWeather: Failed" });
    await call.getByText('No climate data for "Atlantis". Known cities:').waitFor();
    await page.getByRole("article", { name: "Weather guide" }).getByText(/failed: No climate data/).waitFor();
    await expectAccessible(page);
    await page.screenshot({ path: screenshotPath("bad-luck-tool") });
    await send(page, "What is the weather in Oslo?");
    await page.getByRole("group", { name: "Tool getWeather: Done" }).waitFor();
    expect(await call.count()).toBe(1);
  });
});
