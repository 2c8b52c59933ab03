import { ConvexHttpClient } from "convex/browser";
import { describe, expect, test } from "vitest";
import { api } from "../../example/convex/_generated/api";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { answered, lastReply, look, say } from "../support/conversation.ts";
import { makePng } from "../support/png.ts";
import { topicSession } from "../support/topicSession.ts";

const session = topicSession();
const sunset = makePng({ width: 320, height: 200 });
const notes = Buffer.from("The ship leaves at nine. Bring a coat.\nThe captain is called Ada.\n");

describe("files and images", () => {
  test("what cannot be used is refused in words, nothing typed is lost, and the rest is asked about and shown", async () => {
    const page = await session.open("/files");
    const box = page.getByRole("textbox", { name: "Message" });
    const send = page.getByRole("button", { name: "Send", exact: true });
    await box.fill("When does the ship leave?");
    await page.locator("input[type=file]").setInputFiles([
      { name: "film.png", mimeType: "image/png", buffer: Buffer.alloc(6 * 1024 * 1024) },
      { name: "game.exe", mimeType: "application/x-msdownload", buffer: Buffer.from("MZ") },
      { name: "fake.png", mimeType: "image/png", buffer: Buffer.from("no picture") },
      { name: "empty.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) },
    ]);
    for (const words of ["“film.png” has 6 MB; 5 MB is the most", "“game.exe” is of a kind that cannot be used here", "“fake.png” says that it is PNG", "“empty.txt” is empty"]) {
      await page.getByRole("alert").filter({ hasText: words }).waitFor();
    }
    // What was refused takes no place and stops nothing: it is told, and the note can be closed.
    expect(await send.isEnabled()).toBe(true);
    await page.getByRole("button", { name: "Close the note about “game.exe”" }).click();
    const more = ["one.txt", "two.txt", "three.txt"].map((name) => ({ name, mimeType: "text/plain", buffer: Buffer.from(name) }));
    await page.locator("input[type=file]").setInputFiles([{ name: "sunset.png", mimeType: "image/png", buffer: sunset }, { name: "notes.txt", mimeType: "text/plain", buffer: notes }, ...more]);
    await page.getByRole("alert").filter({ hasText: "At most 4 files go into one message: “three.txt” was left out." }).waitFor();
    await page.getByText(/, ready$/).nth(3).waitFor();
    await expectAccessible(page);
    await page.screenshot({ path: screenshotPath("files-refused") });
    for (const name of ["one.txt", "two.txt"]) await page.getByRole("button", { name: `Take “${name}” out` }).click();
    expect(await box.inputValue()).toBe("When does the ship leave?");
    await send.click();
    await page.getByRole("article", { name: "You" }).waitFor();
    await answered(page);
    const reply = await lastReply(page);
    expect(reply).toContain("320 × 200 pixels");
    expect(reply).toContain("notes.txt (text/plain), 66 bytes");
    expect(reply).toContain("The ship leaves at nine.");
    expect(await page.getByRole("list", { name: /^Files (of the next message|that cannot be used)$/ }).count()).toBe(0);
    const { pathname } = new URL(page.url());
    const guest = await session.open(pathname);
    for (const one of [page, guest]) {
      const picture = one.getByRole("article", { name: "You" }).getByRole("img", { name: "sunset.png" });
      await picture.scrollIntoViewIfNeeded();
      await one.waitForFunction(() => document.querySelector<HTMLImageElement>('img[alt="sunset.png"]')?.naturalWidth === 320);
      await one.getByRole("link", { name: "notes.txt" }).waitFor();
    }
    await expectAccessible(page);
    await page.screenshot({ path: screenshotPath("files") });
    await say(guest, "What does the file say about the captain?");
    await answered(guest);
    expect(await lastReply(guest)).toContain("The captain is called Ada.");
    await look(guest, { theme: "dark", width: 390 });
    await expectAccessible(guest);
    await guest.screenshot({ path: screenshotPath("files-phone") });
  });

  test("the server refuses what the page would not have sent, and somebody else's file", async () => {
    const client = new ConvexHttpClient(session.example().backend);
    const [ada, bob] = ["a".repeat(32), "b".repeat(32)];
    const upload = (name: string, mediaType: string, bytes: Uint8Array) =>
      client.action(api.files.uploads.upload, { viewerKey: ada, name, mediaType, bytes: new Uint8Array(bytes).buffer });
    await expect(upload("a.png", "image/png", notes)).rejects.toMatchObject({ data: { code: "invalid_input", field: "file", message: expect.stringContaining("something else") } });
    await expect(upload("a.zip", "application/zip", notes)).rejects.toMatchObject({ data: { code: "invalid_input", message: expect.stringContaining("cannot be used here") } });
    await expect(upload("a.txt", "text/plain", Buffer.alloc(6 * 1024 * 1024, 65))).rejects.toMatchObject({ data: { code: "invalid_input", message: expect.stringContaining("5 MB is the most") } });
    const { fileId } = await upload("mine.txt", "text/plain", notes);
    expect(await upload("mine.txt", "text/plain", notes)).toEqual({ fileId });
    const ask = (viewerKey: string, fileIds: string[]) => client.mutation(api.files.send.send, { viewerKey, prompt: "What is it?", fileIds });
    await expect(ask(bob, [fileId])).rejects.toMatchObject({ data: { code: "not_found" } });
    await expect(ask(ada, ["no-such-file"])).rejects.toMatchObject({ data: { code: "not_found" } });
    await expect(ask(ada, Array.from({ length: 5 }, () => fileId))).rejects.toMatchObject({ data: { code: "invalid_input", field: "files" } });
    await expect(ask("nobody", [])).rejects.toMatchObject({ data: { code: "invalid_input", field: "viewerKey" } });
  });
});
