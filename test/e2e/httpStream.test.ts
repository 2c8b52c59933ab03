import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { topicSession } from "../support/topicSession.ts";

const session = topicSession();

async function ask(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

const upTo = (last: number): string => Array.from({ length: last }, (_, index) => index + 1).join(", ");

describe("one reply over two ways", () => {
  test("the response and the deltas say the same; left in the middle, only the response ends", async () => {
    const page = await session.open("/http-stream");
    await ask(page, "Count to 60");
    const deltas = page.getByRole("region", { name: "Deltas in the database" });
    const response = page.getByRole("region", { name: "The response" });
    await page.getByText(/\d+ pieces · first word after/).waitFor();
    const guest = await session.open(new URL(page.url()).pathname);
    await page.getByText("The response is complete.").waitFor();
    await response.getByText(upTo(60)).waitFor();
    for (const viewer of [page, guest]) await viewer.getByRole("article", { name: "Narrator" }).getByText(upTo(60)).waitFor();
    await guest.getByText("There is no response here now.").waitFor();
    await expectAccessible(page);
    await page.screenshot({ path: screenshotPath("http-stream") });
    const { pathname } = new URL(page.url());
    await page.getByRole("link", { name: "New conversation" }).click();
    await page.getByRole("heading", { name: "Two ways for one reply" }).waitFor();
    await ask(page, "Count to 20");
    await response.getByText(upTo(20)).waitFor();
    await page.locator(`a[href="${pathname}"]`).click();
    await page.getByText("There is no response here now.").waitFor();
    expect(await response.count()).toBe(0);

    await ask(page, "Count to 150");
    await page.getByRole("button", { name: "Leave the response" }).click();
    await page.getByText("You left the response.").waitFor();
    await deltas.getByText(upTo(150)).waitFor();
    expect(await response.innerText()).not.toContain("150");
  });

  test("what the HTTP action refuses is said, and a page of another origin is not answered", async () => {
    const page = await session.open("/http-stream/nobody");
    await page.getByText("This conversation does not exist.").waitFor();
    const { http } = session.example();
    const request = (origin: string, key: string) => fetch(`${http}/http-stream/answer`, {
      method: "POST", headers: { origin, authorization: `Bearer ${key}` }, body: JSON.stringify({ prompt: " " }),
    });
    const refused = await request("http://127.0.0.1:1", "a".repeat(32));
    expect([refused.status, await refused.json()]).toEqual([400, { code: "invalid_input", field: "prompt", message: "Write a message first." }]);
    expect(refused.headers.get("access-control-allow-origin")).toBe("http://127.0.0.1:1");
    const stranger = await request("https://elsewhere.example", "nobody");
    expect([stranger.status, stranger.headers.get("access-control-allow-origin")]).toEqual([400, null]);
  });
});
