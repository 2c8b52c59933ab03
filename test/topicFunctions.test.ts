// @vitest-environment edge-runtime
/// <reference types="vite/client" />
import { convexTest } from "convex-test";
import agentTest from "convex-agent/test";
import { ConvexError } from "convex/values";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { api, components, internal } from "../example/convex/_generated/api";
import schema from "../example/convex/schema";

const modules = import.meta.glob("../example/convex/**/*.*s");
const [ada, eve] = ["a".repeat(32), "e".repeat(32)];
const DAY_MS = 24 * 60 * 60 * 1000;
const text = new TextEncoder().encode("The ship leaves at nine.");

function newApp() {
  const t = convexTest(schema, modules);
  agentTest.register(t);
  return t;
}

/** The data of the error that a call is refused with. */
async function refusal(call: Promise<unknown>): Promise<unknown> {
  const error = await call.then(() => null, (thrown: unknown) => thrown);
  return error instanceof ConvexError ? error.data : error;
}

// What is scheduled (replies) is not run: no model is asked here.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("at the door", () => {
  const settings = { chunking: "word", throttleMs: 100 } as const;

  test("whoever does not say who they are is refused by every function that begins something", async () => {
    const t = newApp();
    const viewerKey = "nobody";
    const noViewer = { code: "invalid_input", field: "viewerKey" };
    expect(await refusal(t.mutation(api.streaming.send.send, { viewerKey, prompt: "Hi", settings }))).toMatchObject(noViewer);
    expect(await refusal(t.mutation(api.reasoning.send.send, { viewerKey, prompt: "Hi", effort: "low" }))).toMatchObject(noViewer);
    expect(await refusal(t.mutation(api.tools.send.send, { viewerKey, prompt: "Hi" }))).toMatchObject(noViewer);
    expect(await refusal(t.mutation(api.approval.send.send, { viewerKey, prompt: "Hi" }))).toMatchObject(noViewer);
    expect(await refusal(t.mutation(api.objects.send.send, { viewerKey, prompt: "Hi" }))).toMatchObject(noViewer);
    expect(await refusal(t.mutation(api.files.send.send, { viewerKey, prompt: "Hi", fileIds: [] }))).toMatchObject(noViewer);
    expect(await refusal(t.action(api.files.uploads.upload, { viewerKey, name: "a.txt", mediaType: "text/plain", bytes: text.buffer }))).toMatchObject(noViewer);
    expect(await refusal(t.query(api.tools.notebook.list, { viewerKey }))).toMatchObject(noViewer);
  });

  test("a conversation that does not exist is not found by any function that takes one, and nothing empty is saved", async () => {
    const t = newApp();
    const at = { viewerKey: ada, threadId: "none" };
    const turn = { ...at, order: 0, promptMessageId: "none" };
    const calls = [
      t.mutation(api.streaming.send.send, { ...at, prompt: "Hi", settings }), t.mutation(api.streaming.send.retry, { ...turn, settings }),
      t.mutation(api.reasoning.send.send, { ...at, prompt: "Hi", effort: "low" }), t.mutation(api.reasoning.send.retry, { ...turn, effort: "low" }),
      t.mutation(api.tools.send.send, { ...at, prompt: "Hi" }), t.mutation(api.tools.send.retry, turn),
      t.mutation(api.approval.send.send, { ...at, prompt: "Hi" }), t.mutation(api.approval.send.retry, turn),
      t.mutation(api.approval.decide.decide, { ...at, approvalId: "none", approved: true }), t.query(api.approval.account.get, at),
      t.mutation(api.objects.send.send, { ...at, prompt: "Hi" }), t.mutation(api.objects.send.retry, turn),
      t.mutation(api.files.send.send, { ...at, prompt: "Hi", fileIds: [] }), t.mutation(api.files.send.retry, turn),
    ];
    expect(new Set((await Promise.all(calls.map(refusal))).map((data) => JSON.stringify(data))).size).toBe(1);
    expect(await refusal(t.query(api.approval.account.get, at))).toMatchObject({ code: "not_found" });
    for (const prompt of ["", "  ", "x".repeat(9_000), "half \ud83d"]) {
      expect(await refusal(t.mutation(api.files.send.send, { viewerKey: ada, prompt, fileIds: [] }))).toMatchObject({ code: "invalid_input", field: "prompt" });
    }
    expect(await refusal(t.mutation(api.streaming.send.send, { viewerKey: ada, prompt: "Hi", settings: { ...settings, throttleMs: 60_000 } }))).toMatchObject({ code: "invalid_input", field: "settings" });
  });
});

describe("what tools write", () => {
  test("a note is its owner's alone, a call that runs again writes nothing new, and a notebook is a page", async () => {
    const t = newApp();
    const { userId } = await t.run(async () => import("../example/convex/access").then(({ requireViewer }) => requireViewer(ada)));
    const write = (toolCallId: string, note: string) => t.mutation(internal.tools.notebook.insert, { userId: `tools/${userId}`, text: note, toolCallId });
    expect(await write("one", " water the plants ")).toEqual({ text: "water the plants", count: 1 });
    expect(await write("one", "water the plants")).toMatchObject({ count: 1 });
    expect(await refusal(write("two", " "))).toMatchObject({ code: "invalid_input", field: "text" });
    const [note] = await t.query(api.tools.notebook.list, { viewerKey: ada });
    expect(note).toMatchObject({ text: "water the plants" });
    expect(await t.query(api.tools.notebook.list, { viewerKey: eve })).toEqual([]);
    expect(await refusal(t.mutation(api.tools.notebook.remove, { viewerKey: eve, noteId: note!.noteId }))).toMatchObject({ code: "not_found" });
    await t.mutation(api.tools.notebook.remove, { viewerKey: ada, noteId: note!.noteId });
    expect(await t.query(api.tools.notebook.list, { viewerKey: ada })).toEqual([]);
    for (let index = 0; index < 53; index++) await write(`call ${index}`, `note ${index}`);
    const notes = await t.query(api.tools.notebook.list, { viewerKey: ada });
    expect([notes.length, notes[0]?.text, notes.at(-1)?.text]).toEqual([50, "note 52", "note 3"]);
  });

  test("a payment is made once, however often its call runs, and never with more than there is", async () => {
    const t = newApp();
    const { threadId } = await t.mutation(api.approval.send.send, { viewerKey: ada, prompt: "Hi" });
    const pay = (toolCallId: string, amount: number) => t.mutation(internal.approval.account.pay, { threadId, amount, to: "Ann", toolCallId });
    expect([await pay("one", 600), await pay("one", 600)]).toEqual([{ balance: 400 }, { balance: 400 }]);
    await expect(pay("two", 401)).rejects.toThrow("There are €400 on the account, and €401 cannot be paid from it.");
    expect(await pay("three", 400)).toEqual({ balance: 0 });
    expect(await t.query(api.approval.account.get, { viewerKey: eve, threadId })).toMatchObject({ balance: 0, payments: [{ amount: 400 }, { amount: 600 }], decisions: [] });
  });
});

describe("answering again", () => {
  /** The replies that are to begin, by the name of their function. */
  const pending = (t: ReturnType<typeof newApp>) => t.run(async (ctx) => (await ctx.db.system.query("_scheduled_functions").collect()).filter(({ state }) => state.kind === "pending").map(({ name }) => name));

  test("two who ask at once, or one who clicks twice, get one reply", async () => {
    const t = newApp();
    const viewerKey = ada;
    const { threadId } = await t.mutation(api.threads.create, { viewerKey });
    await t.mutation(api.chat.send.sendMessage, { viewerKey, threadId, prompt: "Hi" });
    await t.mutation(api.chat.send.stop, { viewerKey, threadId, order: 0 });
    const promptMessageId = await firstMessageId(t, threadId);
    const [first] = await pending(t);
    for (const asker of [ada, eve, ada]) await t.mutation(api.chat.send.retry, { viewerKey: asker, threadId, order: 0, promptMessageId });
    expect(await pending(t)).toEqual([first, first]);

    const topic = await t.mutation(api.tools.send.send, { viewerKey, prompt: "Hi" });
    const turn = { threadId: topic.threadId, order: 0, promptMessageId: await firstMessageId(t, topic.threadId) };
    const before = (await pending(t)).length;
    for (const asker of [ada, eve]) await t.mutation(api.tools.send.retry, { viewerKey: asker, ...turn });
    expect((await pending(t)).length).toBe(before + 1);
  });
});

async function firstMessageId(t: ReturnType<typeof newApp>, threadId: string): Promise<string> {
  const { page: [first] } = await t.query(components.agent.messages.listMessagesByThreadId, { threadId, order: "asc", paginationOpts: { cursor: null, numItems: 1 } });
  return first?._id ?? "";
}

test("a file that no message shows goes after a day, with the note of whose it was; one that is shown stays", async () => {
  const t = newApp();
  const upload = (name: string) => t.action(api.files.uploads.upload, { viewerKey: ada, name, mediaType: "text/plain", bytes: text.buffer });
  const { fileId } = await upload("shown.txt");
  await upload("unused.txt");
  await t.mutation(api.files.send.send, { viewerKey: ada, prompt: "When?", fileIds: [fileId] });
  const uploads = () => t.run(async (ctx) => (await ctx.db.query("uploads").collect()).map((row) => row.fileId));
  await t.mutation(internal.files.vacuum.vacuum, {});
  expect((await uploads()).length).toBe(2);
  vi.setSystemTime(Date.now() + DAY_MS + 1);
  await t.mutation(internal.files.vacuum.vacuum, {});
  expect(await uploads()).toEqual([fileId]);
});

describe("deleting a conversation", () => {
  test("takes all that the app keeps of it along in one transaction, for its owner alone; what comes late is not kept", async () => {
    const t = newApp();
    const { threadId } = await t.mutation(api.approval.send.send, { viewerKey: ada, prompt: "Send 50 euros to Ann" });
    const other = await t.mutation(api.approval.send.send, { viewerKey: ada, prompt: "Send 60 euros to Bob" });
    const at = { threadId, order: 0 };
    const payment = (thread: string, toolCallId: string) => t.mutation(internal.approval.account.pay, { threadId: thread, amount: 1, to: "Ann", toolCallId });
    const sources = () => t.mutation(internal.rag.sources.save, { ...at, query: "ships", sources: [] });
    const search = () => t.mutation(internal.search.record.save, { ...at, userId: "search/ada", question: "?", settings: { byWords: true, byMeaning: true, otherThreads: false, withNeighbours: false, limit: 5 }, found: [] });
    const question = () => t.mutation(internal.human.reply.putQuestions, { ...at, promptMessageId: "m", questions: [{ toolCallId: "c", question: "?" }] });
    await Promise.all([sources(), search(), question(), payment(other.threadId, "kept")]);
    for (let index = 0; index < 230; index++) await payment(threadId, `call ${index}`);
    await t.run(async (ctx) => {
      const replyId = await ctx.scheduler.runAfter(0, internal.approval.reply.reply, { threadId, promptMessageId: "m" });
      await ctx.db.insert("repeatedReplies", { threadId, order: 0, replyId });
      await ctx.db.insert("supportCases", { threadId, holder: { kind: "agent" } });
      const tripId = await ctx.db.insert("trips", { threadId, city: "Oslo", state: { kind: "done" } });
      await ctx.db.insert("tripStages", { tripId, name: "weather", promptMessageId: "m", order: 0, attempt: 1, state: "done" });
    });
    expect(await refusal(t.mutation(api.threads.remove, { viewerKey: eve, threadId }))).toMatchObject({ code: "forbidden" });
    expect(await rowsOf(t)).toMatchObject({ payments: 231, threadAccess: 2 });
    await t.mutation(api.threads.remove, { viewerKey: ada, threadId });
    const none = { repeatedReplies: 0, supportCases: 0, humanQuestions: 0, searches: 0, documentSearches: 0, trips: 0, tripStages: 0 };
    expect(await rowsOf(t)).toMatchObject({ ...none, threadAccess: 1, payments: 31 });
    await t.mutation(internal.threadRows.goOn, { threadId });
    await Promise.all([sources(), search(), question()]);
    await expect(payment(threadId, "late")).rejects.toThrow("was deleted");
    expect(await rowsOf(t)).toMatchObject({ ...none, threadAccess: 1, payments: 1 });
    expect(await refusal(t.query(api.threads.get, { viewerKey: ada, threadId }))).toMatchObject({ code: "not_found" });
  });
});

async function rowsOf(t: ReturnType<typeof newApp>): Promise<Record<string, number>> {
  return await t.run(async (ctx) => {
    const names = ["threadAccess", "repeatedReplies", "payments", "supportCases", "humanQuestions", "searches", "documentSearches", "trips", "tripStages"] as const;
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await ctx.db.query(name).collect()).length])));
  });
}

describe("the support team", () => {
  test("only its members see the inbox and answer; who has waited longest stands first, and the first to come takes the case", async () => {
    const t = newApp();
    const [bob, sue, tom] = ["b".repeat(32), "c".repeat(32), "d".repeat(32)];
    const first = await t.mutation(api.human.customer.send, { viewerKey: ada, prompt: "Where is my parcel?" });
    const second = await t.mutation(api.human.customer.send, { viewerKey: bob, prompt: "It came broken." });
    const ask = async (viewerKey: string, threadId: string) => {
      vi.setSystemTime(Date.now() + 60_000);
      await t.mutation(api.human.customer.askForPerson, { viewerKey, threadId });
    };
    await ask(bob, second.threadId);
    await ask(ada, first.threadId);
    const refused = { code: "forbidden" };
    expect(await refusal(t.query(api.human.inbox.list, { viewerKey: sue }))).toMatchObject(refused);
    expect(await refusal(t.mutation(api.human.support.takeOver, { viewerKey: sue, threadId: first.threadId }))).toMatchObject(refused);
    expect(await refusal(t.mutation(api.human.team.join, { viewerKey: sue, name: "Sue", code: "guess" }))).toMatchObject({ code: "invalid_input", field: "code" });
    expect(await t.query(api.human.cases.get, { viewerKey: sue, threadId: first.threadId })).toMatchObject({ role: "guest", questions: [] });
    for (const [viewerKey, name] of [[sue, "Sue"], [tom, "Tom"], [ada, "Ada"]] as const) await t.mutation(api.human.team.join, { viewerKey, name, code: "demo" });
    expect(await t.query(api.human.inbox.list, { viewerKey: sue })).toMatchObject({
      open: [{ threadId: second.threadId, title: "It came broken.", state: { kind: "waiting" } }, { threadId: first.threadId, state: { kind: "waiting" } }], taken: [],
    });
    await t.mutation(api.human.support.takeOver, { viewerKey: sue, threadId: second.threadId });
    expect(await refusal(t.mutation(api.human.support.takeOver, { viewerKey: tom, threadId: second.threadId }))).toMatchObject({ code: "already_done" });
    expect(await refusal(t.mutation(api.human.support.takeOver, { viewerKey: ada, threadId: first.threadId }))).toMatchObject(refused);
    expect(await t.query(api.human.inbox.list, { viewerKey: tom })).toMatchObject({
      open: [{ threadId: first.threadId }], taken: [{ threadId: second.threadId, state: { kind: "taken", by: "Sue", isYou: false } }],
    });
  });
});
