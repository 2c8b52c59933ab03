// @vitest-environment edge-runtime
import { expect, test } from "vitest";
import { z } from "zod";
import { callFunction as call, component, inAction } from "../shared/testing/app.js";
import { Agent } from "./agent.js";
import { listMessages } from "./listMessages.js";
import { saveMessage } from "./messages.js";
import { startThread } from "./startThread.js";
import { createThread, getThreadMetadata } from "./threads.js";
import { scriptedModel } from "./testing/scriptedModel.js";

test("a workflow's functions work together: thread, messages, text, object", () =>
  inAction(async (ctx) => {
    const model = scriptedModel({ steps: [["Try turning it off."], ['{"suggestion":"off"}']] });
    const agent = new Agent(component, { name: "Support", languageModel: model });
    const { threadId } = await call<{ threadId: string }>(agent.createThreadMutation(), ctx, { userId: "ann", title: "Help" });
    const { lastMessageId } = await call<{ lastMessageId: string }>(agent.asSaveMessagesMutation(), ctx, {
      threadId, messages: [{ message: { role: "user", content: "It is broken" } }],
    });
    const text = await call<{ text: string; promptMessageId: string; savedMessageIds: string[] }>(agent.asTextAction(), ctx, { threadId, promptMessageId: lastMessageId });
    expect(text).toMatchObject({ text: "Try turning it off.", promptMessageId: lastMessageId, order: 0, finishReason: "stop" });
    expect(text.savedMessageIds).toHaveLength(1);
    const action = agent.asObjectAction({ schema: z.object({ suggestion: z.string() }) });
    const { object } = await call<{ object: { suggestion: string } }>(action, ctx, { userId: "ann", message: text });
    expect(object).toEqual({ suggestion: "off" });
    expect(JSON.stringify(model.calls[1]!.prompt)).toContain("Try turning it off.");
    expect(agent.asTextAction()).toHaveProperty("isInternal", true);
  }));

test("a thread started with its first message is the one that createThread and saveMessage make", () =>
  inAction(async (ctx) => {
    const { threadId, messageId, order } = await startThread(ctx, component, { userId: "ann", title: "Help", prompt: "It is broken" });
    const apart = await createThread(ctx, component, { userId: "ann", title: "Help" });
    await saveMessage(ctx, component, { threadId: apart, prompt: "It is broken" });
    const [one, other] = await Promise.all([threadId, apart].map(async (id) => {
      const { _id: _thread, _creationTime: _made, ...thread } = await getThreadMetadata(ctx, component, { threadId: id });
      const { page } = await listMessages(ctx, component, { threadId: id, paginationOpts: { cursor: null, numItems: 10 } });
      return { thread, messages: page.map(({ _id, _creationTime, threadId: _of, ...message }) => message), ids: page.map(({ _id }) => _id) };
    }));
    expect({ ...one, ids: undefined }).toEqual({ ...other, ids: undefined });
    expect([one?.ids, order]).toEqual([[messageId], 0]);
  }));

test("a text action streams when it is told to, with the caller's step limit before the spec's", () =>
  inAction(async (ctx) => {
    const model = scriptedModel({ steps: [["Streamed."]] });
    const agent = new Agent<{ orgId: string }>(component, { name: "Support", languageModel: model });
    const { threadId } = await call<{ threadId: string }>(agent.createThreadMutation(), ctx, {});
    const action = agent.asTextAction({ stream: { throttleMs: 10 }, maxSteps: 3, customCtx: () => ({ orgId: "acme" }) });
    expect(await call(action, ctx, { threadId, prompt: "Go", maxSteps: 1 })).toMatchObject({ text: "Streamed." });
    const { page } = await listMessages(ctx, component, { threadId, paginationOpts: { cursor: null, numItems: 10 } });
    expect(page.map(({ text }) => text)).toEqual(["Streamed.", "Go"]);
  }));
