import { ConvexHttpClient } from "convex/browser";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { api } from "../../example/convex/_generated/api";
import { expectAccessible } from "../support/axe.ts";
import { screenshotPath } from "../support/browser.ts";
import { answered, look, say } from "../support/conversation.ts";
import { topicSession } from "../support/topicSession.ts";

const session = topicSession();
const call = (page: Page, about: string) => page.getByRole("group", { name: /^Tool sendMoney/ }).filter({ hasText: about });
const payments = (page: Page) => page.getByRole("list", { name: "Payments" }).getByRole("listitem");

describe("tool approval", () => {
  test("a guest's approval goes on with the run, a denial's reason reaches the model, and small payments need nobody", async () => {
    const owner = await session.open("/approval");
    await say(owner, "Send 500 euros to Ann");
    await call(owner, "Ann").getByRole("button", { name: "Approve" }).waitFor();
    await owner.getByText("€1,000", { exact: true }).waitFor();
    await expectAccessible(owner);
    await owner.screenshot({ path: screenshotPath("approval-asked") });
    const guest = await session.open(new URL(owner.url()).pathname);
    await call(guest, "Ann").getByRole("textbox", { name: /^Reason/ }).fill("it is her rent");
    await call(guest, "Ann").getByRole("button", { name: "Approve" }).click();
    await call(owner, "Ann").getByText("Approved by a guest: “it is her rent”").waitFor();
    await call(guest, "Ann").getByText("Approved by you: “it is her rent”").waitFor();
    await owner.getByText("€500", { exact: true }).waitFor();
    await answered(owner);
    await say(owner, "Send 200 euros to Bob");
    await call(owner, "Bob").getByRole("textbox", { name: /^Reason/ }).fill("no ".repeat(120));
    await call(owner, "Bob").getByRole("button", { name: "Deny" }).click();
    await call(owner, "Bob").getByRole("alert").filter({ hasText: "at most 300 characters" }).waitFor();
    await call(owner, "Bob").getByRole("textbox", { name: /^Reason/ }).fill("he has enough");
    await call(owner, "Bob").getByRole("button", { name: "Deny" }).click();
    await call(guest, "Bob").getByText("Denied by the owner: “he has enough”").waitFor();
    await owner.getByRole("article").last().getByText("it was denied (he has enough)").waitFor();
    await say(owner, "Send 40 euros to Cleo");
    await call(owner, "Cleo").getByText("€40 went to Cleo.").waitFor();
    await answered(owner);
    expect(await payments(owner).allInnerTexts()).toEqual([expect.stringContaining("Cleo"), expect.stringContaining("Ann")]);
    await owner.screenshot({ path: screenshotPath("approval") });
    await look(guest, { theme: "dark", width: 390 });
    await expectAccessible(guest);
    await guest.screenshot({ path: screenshotPath("approval-phone") });
  });

  test("two who decide at once decide once, and whoever comes late is told", async () => {
    const owner = await session.open("/approval");
    await say(owner, "Send 300 euros to Ann and 200 euros to Bob");
    await call(owner, "Bob").getByRole("button", { name: "Deny" }).waitFor();
    const { pathname } = new URL(owner.url());
    const guest = await session.open(pathname);
    await call(guest, "Ann").getByRole("button", { name: "Deny" }).waitFor();
    await Promise.all([
      call(owner, "Ann").getByRole("button", { name: "Approve" }).click({ noWaitAfter: true }),
      // The other one's button goes away when the first decision arrives.
      call(guest, "Ann").getByRole("button", { name: "Deny" }).click({ noWaitAfter: true, timeout: 2_000 }).catch(() => undefined),
    ]);
    await call(owner, "Ann").getByText(/^(Approved by you|Denied by a guest)\.$/).waitFor();
    await call(guest, "Ann").getByText(/^(Approved by the owner|Denied by you)\.$/).waitFor();
    // The run waits for the other call of the step.
    expect(await payments(owner).count()).toBe(0);
    await call(owner, "Bob").getByRole("button", { name: "Approve" }).click();
    await answered(owner);
    const isAnnPaid = await call(owner, "Ann").getByText("Approved by you.").isVisible();
    expect((await payments(owner).allInnerTexts()).map((line) => line.split("\n")[0])).toEqual(isAnnPaid ? ["Bob", "Ann"] : ["Bob"]);
    const client = new ConvexHttpClient(session.example().backend);
    const threadId = pathname.split("/").at(-1) ?? "";
    const who = { viewerKey: await session.viewerKeyOf(guest), threadId };
    const { decisions: [decision] } = await client.query(api.approval.account.get, who);
    await expect(client.mutation(api.approval.decide.decide, { ...who, approvalId: decision?.approvalId ?? "", approved: true }))
      .rejects.toMatchObject({ data: { code: "already_done", message: expect.stringContaining("Somebody was quicker") } });
    await expect(client.mutation(api.approval.decide.decide, { ...who, approvalId: "none", approved: true })).rejects.toMatchObject({ data: { code: "approval_not_found" } });
  });
});
