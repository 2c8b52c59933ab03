// @vitest-environment edge-runtime
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { component, inAction, newApp, savedIn, shownIn, type Ctx } from "../../shared/testing/app.js";
import { gate, never, until } from "../../shared/testing/interrupted.js";
import { readStreams, unpaired, watched } from "../../shared/testing/watching.js";
import { Agent } from "../agent.js";
import { listUIMessages } from "../listMessages.js";
import { deleteMessageRange, deleteMessages, saveMessage } from "../messages.js";
import { abortStream, listStreams } from "../streaming/syncStreams.js";
import { scriptedModel, type ScriptedModel, type ScriptedStep } from "../testing/scriptedModel.js";
import { createThread, deleteThreadSync, listThreadsByActivity, markThreadRead } from "../threads.js";
import { createTool } from "../tools/createTool.js";

const lookUp = createTool({ description: "Looks up", args: z.object({}), handler: async (): Promise<string> => "found" });
const pay = createTool({ description: "Pays", args: z.object({}), needsApproval: true, handler: async (): Promise<string> => "paid" });
const call = (toolName = "lookUp") => ({ type: "tool-call", toolName, input: {} }) as const;

const agentOf = (model: ScriptedModel, name = "Tester") => new Agent(component, { name, languageModel: model, tools: { lookUp, pay }, maxSteps: 50, callSettings: { maxRetries: 0 } });
const scripted = (...steps: ScriptedStep[]) => scriptedModel({ steps });

// get-convex/agent 193
test("a turn that is longer than a page is one message on one page, finished and whole", () =>
  inAction(async (ctx) => {
    const threadId = await createThread(ctx, component);
    const steps = [...Array.from({ length: 6 }, () => [call()]), ["It is done."]];
    for (const prompt of ["One", "Two"]) await agentOf(scripted(...steps)).streamText(ctx, { threadId }, { prompt }, { saveStreamDeltas: true });
    const turn = (order: number, prompt: string) => [[order, "user", "success", 0, prompt], [order, "assistant", "success", 6, "It is done."]];
    for (const numItems of [1, 2, 5, 13]) {
      const pages = [];
      let [cursor, isDone]: [string | null, boolean] = [null, false];
      while (!isDone) {
        const page = await listUIMessages(ctx, component, { threadId, paginationOpts: { cursor, numItems } });
        pages.push(page.page.map(({ order, role, status, parts, text }) => [order, role, status, parts.filter(({ type }) => type === "tool-lookUp").length, text]));
        ({ isDone, continueCursor: cursor } = page);
      }
      expect(pages.filter(({ length }) => length > 0)).toEqual([turn(1, "Two"), turn(0, "One")]);
    }
  }));

// get-convex/agent 38, 200, 251, 280, 309
test("no window shows a strict provider half of a tool's pair: after replies, stops, failures and calls that wait", async () => {
  const t = newApp();
  const threadId = await t.mutation((ctx) => createThread(ctx, component));
  const reply = (...steps: ScriptedStep[]) => t.action(async (ctx) => void (await agentOf(scripted(...steps)).streamText(ctx, { threadId }, { prompt: "Go" }, { saveStreamDeltas: true }).catch(() => undefined)));
  await reply([call(), call()], [call()], ["Done."]);
  await reply([call()], { throws: new Error("model down") });
  await reply([call(), call("pay")]);
  await t.action(async (ctx) => {
    const stopper = new AbortController();
    const run = agentOf(scripted([call()], ["So", { type: "wait", until: never }])).streamText(ctx, { threadId }, { prompt: "Go", abortSignal: stopper.signal }, { saveStreamDeltas: { throttleMs: 0 } });
    await until(async () => (await watched(ctx, threadId)).includes("So"));
    stopper.abort();
    await run;
  });
  const count = (await t.query((ctx) => savedIn(ctx, threadId))).length;
  expect(count).toBeGreaterThan(12);
  await t.action(async (ctx) => {
    for (let recentMessages = 0; recentMessages <= count; recentMessages++) {
      for (const excludeToolMessages of [true, false]) {
        const model = scripted(["Yes."]);
        await agentOf(model).generateText(ctx, { threadId }, { prompt: "And?" }, { contextOptions: { recentMessages, excludeToolMessages }, storageOptions: { saveMessages: "none" } });
        expect([recentMessages, unpaired(model.calls[0]!.prompt)]).toEqual([recentMessages, []]);
        // A window of a turn's end takes the turn whole: no answer without its question.
        const roles = model.calls[0]!.prompt.map(({ role }) => role);
        expect(roles[0]).toBe("user");
      }
    }
  });
});

describe("what a reply answers is deleted while it is made", () => {
  const deletions: [string, (ctx: Ctx, threadId: string) => Promise<unknown>][] = [
    ["the prompt", async (ctx, threadId) => deleteMessages(ctx, component, { messageIds: [(await savedIn(ctx, threadId))[0]!._id] })],
    ["the turn", (ctx, threadId) => deleteMessageRange(ctx, component, { threadId, startOrder: 0, endOrder: 1 })],
    ["the thread", (ctx, threadId) => deleteThreadSync(ctx, component, { threadId })],
  ];
  const ways = ["streamed", "not stored as a stream", "in one piece"] as const;

  // get-convex/agent 300
  test.each(deletions.flatMap(([what, remove]) => ways.map((way) => [what, way, remove] as const)))("%s (%s): the reply ends quietly and leaves nothing behind", (what, way, remove) =>
    inAction(async (ctx) => {
      const rest = gate();
      const model = scripted([call()], ["So it is ", { type: "wait", until: rest.promise }, "this."], [call()], ["More."]);
      const threadId = await createThread(ctx, component);
      const agent = agentOf(model);
      const run = way === "in one piece" ? agent.generateText(ctx, { threadId }, { prompt: "Go" })
        : agent.streamText(ctx, { threadId }, { prompt: "Go" }, { saveStreamDeltas: way === "streamed" && { throttleMs: 0 } }).then((result) => result.consumeStream());
      // Handled below; a failure before that is not nobody's.
      run.catch(() => undefined);
      await until(async () => model.calls.length === 2);
      await remove(ctx, threadId);
      rest.open();
      expect(await run.then(() => "ended", (error: unknown) => error)).toBe("ended");
      // At most the step that was saved before the deletion.
      const left = await savedIn(ctx, threadId);
      expect(left.map(({ message }) => message!.role)).toEqual(what === "the prompt" ? ["assistant", "tool"] : []);
      expect(await listStreams(ctx, component, { threadId })).toEqual([]);
      expect(model.calls.length).toBe(2);
    }));
});

// get-convex/agent 234, 188, 107
test("whose a message is, and what the app has noted with it, is there where it is shown", () =>
  inAction(async (ctx) => {
    const threadId = await createThread(ctx, component, { userId: "ann" });
    const { messageId } = await saveMessage(ctx, component, { threadId, prompt: "Hi", metadata: { metadata: { room: "blue" } } });
    await agentOf(scripted([call()], ["Hello."]), "Helper").generateText(ctx, { threadId }, { promptMessageId: messageId });
    await saveMessage(ctx, component, { threadId, message: { role: "assistant", content: "By hand." }, metadata: { metadata: { mood: "calm" } } });
    const [prompt, reply, note] = await shownIn(ctx, threadId);
    expect(prompt).toMatchObject({ id: messageId, userId: "ann", metadata: { room: "blue" }, status: "success" });
    expect(reply).toMatchObject({ userId: "ann", agentName: "Helper", text: "Hello." });
    expect(note).toMatchObject({ userId: "ann", metadata: { mood: "calm" }, text: "By hand." });
  }));

// get-convex/agent 88 (comments)
test("who writes while the agent answers is answered in their own turn, and neither reply is mixed with the other", () =>
  inAction(async (ctx) => {
    const rest = gate();
    const threadId = await createThread(ctx, component);
    const first = agentOf(scripted(["First ", { type: "wait", until: rest.promise }, "done."])).streamText(ctx, { threadId }, { prompt: "One" }, { saveStreamDeltas: { throttleMs: 0 } });
    await until(async () => (await watched(ctx, threadId)).includes("First"));
    await agentOf(scripted([call()], ["Second."])).streamText(ctx, { threadId }, { prompt: "Two" }, { saveStreamDeltas: { throttleMs: 0 } });
    rest.open();
    await first;
    expect((await shownIn(ctx, threadId)).map(({ order, text, status }) => [order, text.replaceAll("\n", ""), status])).toEqual([[0, "One", "success"], [0, "First done.", "success"], [1, "Two", "success"], [1, "Second.", "success"]]);
    expect(await abortStream(ctx, component, { threadId, order: 0, reason: "late" })).toBe(false);
    expect((await readStreams(ctx, threadId, ["streaming"])).parts).toEqual([]);
  }));

// saas-starter PR 801
test("a list by last activity with what is unread needs no table of the app's own, and answers do not disturb it", async () => {
  const t = newApp();
  const [older, newer] = await t.mutation(async (ctx) => [await createThread(ctx, component, { userId: "ada" }), await createThread(ctx, component, { userId: "ada" })]);
  const listed = () => t.query(async (ctx) => (await listThreadsByActivity(ctx, component, { userId: "ada", paginationOpts: { cursor: null, numItems: 10 } })).page.map(({ _id, unreadTurns }) => [_id, unreadTurns]));
  const prompted = await t.mutation((ctx) => saveMessage(ctx, component, { threadId: older!, prompt: "Go" }));
  await t.mutation((ctx) => saveMessage(ctx, component, { threadId: newer!, prompt: "Go" }));
  const after = [[newer, 1], [older, 1]];
  expect(await listed()).toEqual(after);
  const reply = (name: string) => t.action(async (ctx) => void (await agentOf(scripted([call()], ["Done."]), name).streamText(ctx, { threadId: older! }, { promptMessageId: prompted.messageId }, { saveStreamDeltas: true })));
  await Promise.all([reply("One"), reply("Another")]);
  expect(await listed()).toEqual(after);
  await t.mutation((ctx) => markThreadRead(ctx, component, { threadId: newer!, order: 0 }));
  await t.mutation((ctx) => saveMessage(ctx, component, { threadId: older!, prompt: "More" }));
  expect(await listed()).toEqual([[older, 2], [newer, 0]]);
});

test("a reply that went well at the second try is no failure any more", () =>
  inAction(async (ctx) => {
    const threadId = await createThread(ctx, component);
    const { messageId: promptMessageId } = await saveMessage(ctx, component, { threadId, prompt: "Hello" });
    const agent = agentOf(scripted({ throws: new Error("503 down") }, ["Here you go."]));
    await expect(agent.generateText(ctx, { threadId }, { promptMessageId })).rejects.toThrow("503 down");
    expect((await shownIn(ctx, threadId)).at(-1)).toMatchObject({ status: "failed", error: "503 down" });
    await agent.generateText(ctx, { threadId }, { promptMessageId });
    const [, answer] = await shownIn(ctx, threadId);
    expect(answer).toMatchObject({ status: "success", text: "Here you go." });
    expect(answer).not.toHaveProperty("error");
  }));

test("a list without tools keeps what was said beside a call", () =>
  inAction(async (ctx) => {
    const threadId = await createThread(ctx, component);
    const agent = agentOf(scripted(["Let me look that up.", call()], [call()], ["Sunny."]));
    await agent.generateText(ctx, { threadId }, { prompt: "Weather?" });
    const { page } = await agent.listMessages(ctx, { threadId, excludeToolMessages: true, paginationOpts: { cursor: null, numItems: 10 } });
    expect(page.toReversed().map(({ text, tool }) => [text, tool])).toEqual([["Weather?", false], ["Let me look that up.", false], ["Sunny.", false]]);
    expect(JSON.stringify(page)).not.toContain('"type":"tool-');
  }));
