import type { Locator, Page } from "playwright-core";

export const words = (text: string): number => text.split(/\s+/).filter((word) => word !== "").length;

/** The chat as a person uses it: found by what it is called, not by how it is built. */
export class ChatPage {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  get composer(): Locator {
    return this.page.getByRole("textbox", { name: "Message" });
  }

  get replies(): Locator {
    return this.page.locator('article:not([aria-label="You"])');
  }

  get prompts(): Locator {
    return this.page.getByRole("article", { name: "You" });
  }

  get stopButton(): Locator {
    return this.page.getByRole("button", { name: "Stop the reply" });
  }

  async send(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.page.getByRole("button", { name: "Send" }).click();
  }

  /** Waits until the newest reply's text fits. */
  async replyFits(matches: (text: string) => boolean): Promise<string> {
    for (;;) {
      // Taken before the reply is read, so that no change after that goes unseen.
      const seen = await this.page.evaluate(() => document.body.innerText);
      const text = await this.lastReply();
      if (matches(text)) return text;
      await this.page.waitForFunction((before) => document.body.innerText !== before, seen);
    }
  }

  async lastReply(): Promise<string> {
    const count = await this.replies.count();
    return count === 0 ? "" : await this.replies.nth(count - 1).innerText();
  }

  /** Waits until no reply is being written, and all that arrived is shown. */
  async settled(): Promise<void> {
    await this.page.waitForFunction(() => document.querySelector('article[aria-busy="true"], article [aria-busy="true"]') === null);
    await this.stopButton.waitFor({ state: "detached" });
  }
}
