// @vitest-environment edge-runtime
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { component, newApp, savedIn, shownIn, storedParts, type App, type Ctx } from "../shared/testing/app.js";
import { failureOfCall } from "../shared/testing/component.js";
import { Agent } from "./agent.js";
import { approveToolCall, denyToolCall, respondToToolCalls, type Continuation } from "./approvals.js";
import { saveMessage } from "./messages.js";
import { listStreams } from "./streaming/syncStreams.js";
import { scriptedModel, type ScriptedStep } from "./testing/scriptedModel.js";
import { createThread } from "./threads.js";
import { createTool } from "./tools/createTool.js";

const payCall = (amount: number, toolCallId?: string) => ({ type: "tool-call", toolName: "pay", input: { amount }, ...(toolCallId && { toolCallId }) }) as const;

/** An agent that pays, with the payments that were made. */
function bank(steps: readonly ScriptedStep[]) {
  const paid: number[] = [];
  const pay = createTool({
    description: "Pays",
    args: z.object({ amount: z.number() }),
    needsApproval: (_ctx, { amount }) => amount > 100,
    handler: async (_ctx, { amount }): Promise<{ $paid: number }> => {
      paid.push(amount);
      return { $paid: amount };
    },
  });
  const erase = createTool({ description: "Erases", args: z.object({}), needsApproval: true, handler: async () => "erased" });
  const model = scriptedModel({ steps });
  return { paid, model, agent: new Agent(component, { name: "Banker", languageModel: model, tools: { pay, erase }, maxSteps: 5 }) };
}
type Bank = ReturnType<typeof bank>;

const ways = {
  generateText: async ({ agent }: Bank, ctx: Ctx, threadId: string, prompt: object) => void (await agent.generateText(ctx, { threadId }, prompt)),
  streamText: async ({ agent }: Bank, ctx: Ctx, threadId: string, prompt: object) => void (await agent.streamText(ctx, { threadId }, prompt, { saveStreamDeltas: true })),
};
type Way = keyof typeof ways;
const everyWay = Object.keys(ways) as Way[];

/** A thread in which a prompt was said, and the approvals that its turn waits for. */
async function asked(t: App, the: Bank, { way = "generateText" as Way, prompt = "Pay" } = {}): Promise<{ threadId: string; waiting: string[] }> {
  return t.action(async (ctx) => {
    const threadId = await createThread(ctx, component, { userId: "ada" });
    await ways[way](the, ctx, threadId, { prompt });
    return { threadId, waiting: (await storedParts(ctx, threadId, "tool-approval-request")).map(({ approvalId }) => String(approvalId)) };
  });
}

/** Decides in a mutation and notes what it is to be continued with. */
async function decided(t: App, decide: typeof approveToolCall, args: { threadId: string; approvalId: string; reason?: string }) {
  const continued: Continuation[] = [];
  const recorded = await t.mutation((ctx) => decide(ctx, component, { ...args, continueWith: (next) => continued.push(next) }));
  return { ...recorded, continued };
}

const lastPrompt = ({ model }: Bank) => model.calls.at(-1)!.prompt;

describe("a call that needs approval", () => {
  test.each(everyWay)("waits, and runs once when it is approved (%s)", async (way) => {
    const t = newApp();
    const the = bank([[payCall(500)], ["Paid."]]);
    const { threadId, waiting } = await asked(t, the, { way });
    expect([waiting.length, the.paid, the.model.calls.length]).toEqual([1, [], 1]);
    const before = await t.query((ctx) => shownIn(ctx, threadId));
    expect(before[1]!.parts.at(-1)).toMatchObject({ type: "tool-pay", state: "approval-requested", input: { amount: 500 } });

    const { messageId, stillWaiting, continued } = await decided(t, approveToolCall, { threadId, approvalId: waiting[0]! });
    expect([stillWaiting, continued]).toEqual([false, [{ threadId, promptMessageId: messageId }]]);
    await t.action(async (ctx) => {
      await ways[way](the, ctx, threadId, { promptMessageId: messageId });
      expect(the.paid).toEqual([500]);
      // The model is shown what it asked for and what came of it.
      expect(lastPrompt(the).map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
      expect(JSON.stringify(lastPrompt(the))).toContain('"$paid":500');
      // One message of the chat, from the request to the answer. Here it is in the form in which it leaves a query.
      const after = await shownIn(ctx, threadId);
      expect(after.map(({ key, status }) => [key, status])).toEqual(before.map(({ key }) => [key, "success"]));
      expect(after[1]!.parts).toMatchObject([
        { type: "step-start" },
        { type: "tool-pay", state: "output-available", input: { amount: 500 }, output: { "~esc:%24paid": 500 }, approval: { approved: true } },
        { type: "step-start" },
        { type: "text", text: "Paid." },
      ]);
      expect(await listStreams(ctx, component, { threadId })).toEqual([]);
    });
  });

  test("does not wait when the function says so", async () => {
    const t = newApp();
    const the = bank([[payCall(5)], ["Paid."]]);
    expect((await asked(t, the)).waiting).toEqual([]);
    expect(the.paid).toEqual([5]);
  });

  test.each(everyWay)("is denied with a reason that the model is told (%s)", async (way) => {
    const t = newApp();
    const the = bank([[{ type: "tool-call", toolName: "erase", input: {} }], ["Then not."]]);
    const { threadId, waiting } = await asked(t, the, { way });
    const { messageId } = await decided(t, denyToolCall, { threadId, approvalId: waiting[0]!, reason: "far too risky" });
    await t.action(async (ctx) => {
      await ways[way](the, ctx, threadId, { promptMessageId: messageId });
      expect(JSON.stringify(lastPrompt(the))).toContain("far too risky");
      const [, reply] = await shownIn(ctx, threadId);
      expect(reply!.parts[1]).toMatchObject({ type: "tool-erase", state: "output-denied", approval: { approved: false, reason: "far too risky" } });
      expect(reply!.text).toBe("Then not.");
    });
  });

  test.each(everyWay)("is answered where it was asked, whatever was said since (%s)", async (way) => {
    const t = newApp();
    const the = bank([[payCall(500)], ["Hello."], ["Paid."], ["Bye."]]);
    const { threadId, waiting } = await asked(t, the, { way });
    await t.action((ctx) => ways[way](the, ctx, threadId, { prompt: "Meanwhile" }));
    const { messageId } = await decided(t, approveToolCall, { threadId, approvalId: waiting[0]! });
    await t.action(async (ctx) => {
      await ways[way](the, ctx, threadId, { promptMessageId: messageId });
      expect(the.paid).toEqual([500]);
      expect(JSON.stringify(lastPrompt(the))).not.toContain("Meanwhile");
      const shown = await shownIn(ctx, threadId);
      expect(shown.map(({ order, text }) => [order, text])).toEqual([[0, "Pay"], [0, "Paid."], [1, "Meanwhile"], [1, "Hello."]]);
      // Later generations are shown whole pairs.
      await ways[way](the, ctx, threadId, { prompt: "And now" });
      expect(lastPrompt(the).map(({ role }) => role).filter((role) => role !== "tool")).not.toContain("tool");
    });
  });

  test("that nobody has decided yet does not stop the next generation", async () => {
    const t = newApp();
    const the = bank([[payCall(500)], ["Hello."]]);
    const { threadId } = await asked(t, the);
    await t.action(async (ctx) => {
      await ways.generateText(the, ctx, threadId, { prompt: "Meanwhile" });
      expect(lastPrompt(the).map(({ role }) => role)).toEqual(["user", "user"]);
    });
  });
});

describe("several calls of one step", () => {
  const twoCalls: ScriptedStep[] = [[payCall(500, "one"), payCall(600, "two"), payCall(7, "three")], ["Done."]];

  test("wait for each other, whether they are decided one by one or at once", async () => {
    for (const atOnce of [true, false]) {
      const t = newApp();
      const the = bank(twoCalls);
      const { threadId, waiting } = await asked(t, the);
      expect(the.paid).toEqual([7]);
      const continued: Continuation[] = [];
      const continueWith = (next: Continuation) => continued.push(next);
      const [one, two] = [{ approvalId: waiting[0]!, approved: true }, { approvalId: waiting[1]!, approved: false, reason: "no" }];
      for (const responses of atOnce ? [[one, two]] : [[one], [two]]) {
        expect(continued).toEqual([]);
        await t.mutation((ctx) => respondToToolCalls(ctx, component, { threadId, responses, continueWith }));
      }
      expect(continued).toHaveLength(1);
      await t.action(async (ctx) => {
        await ways.generateText(the, ctx, threadId, { promptMessageId: continued[0]!.promptMessageId });
        expect(the.paid).toEqual([7, 500]);
        const [, reply] = await shownIn(ctx, threadId);
        expect(reply!.parts.flatMap((part) => ("state" in part ? [part.state] : []))).toEqual(["output-available", "output-denied", "output-available", "done"]);
      });
    }
  });

  test("that is continued too early runs what is decided, and no call twice", async () => {
    const t = newApp();
    const the = bank([...twoCalls, ["All done."]]);
    const { threadId, waiting } = await asked(t, the);
    const first = await decided(t, approveToolCall, { threadId, approvalId: waiting[0]! });
    expect([first.stillWaiting, first.continued]).toEqual([true, []]);
    const second = await decided(t, approveToolCall, { threadId, approvalId: waiting[1]! });
    await t.action((ctx) => ways.generateText(the, ctx, threadId, { promptMessageId: second.messageId }));
    expect(the.paid.toSorted((a, b) => a - b)).toEqual([7, 500, 600]);
    const again = t.action((ctx) => ways.generateText(the, ctx, threadId, { promptMessageId: first.messageId }));
    expect(await failureOfCall(again)).toMatchObject({ code: "approval_already_continued" });
    expect(the.paid).toHaveLength(3);
  });
});

describe("continued by the app and by continueWith", () => {
  test.each([[everyWay[0]!, everyWay[1]!], [everyWay[1]!, everyWay[0]!]])("the tool runs once; the second is refused by name (%s, then %s)", async (first, second) => {
    const t = newApp();
    const the = bank([[payCall(500)], ["Paid."]]);
    const { threadId, waiting } = await asked(t, the);
    const { messageId } = await decided(t, approveToolCall, { threadId, approvalId: waiting[0]! });
    const runs = await Promise.allSettled([first, second].map((way) => t.action((ctx) => ways[way](the, ctx, threadId, { promptMessageId: messageId }))));
    expect(runs.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const refused = runs.flatMap((run) => (run.status === "rejected" ? [failureOfCall(Promise.reject(run.reason))] : []));
    expect(await Promise.all(refused)).toMatchObject([{ code: "approval_already_continued", approvalId: waiting[0] }]);
    expect([the.paid, the.model.calls.length]).toEqual([[500], 2]);
    const docs = await t.query((ctx) => savedIn(ctx, threadId));
    expect(docs.map(({ status }) => status)).not.toContain("failed");
    expect((await t.query((ctx) => shownIn(ctx, threadId))).at(-1)!.text).toBe("Paid.");
  });

  test("a decision is recorded once: the second is told how it was answered, and its continuation is not called", async () => {
    const t = newApp();
    const the = bank([[payCall(500)], ["Paid."]]);
    const { threadId, waiting } = await asked(t, the);
    await decided(t, denyToolCall, { threadId, approvalId: waiting[0]! });
    const called: Continuation[] = [];
    const again = t.mutation((ctx) => approveToolCall(ctx, component, { threadId, approvalId: waiting[0]!, continueWith: (next) => called.push(next) }));
    expect(await failureOfCall(again)).toMatchObject({ code: "approval_already_answered", approved: false });
    expect(called).toEqual([]);
  });

  test("a continuation that throws takes the decision back with it", async () => {
    const t = newApp();
    const the = bank([[payCall(500)], ["Paid."]]);
    const { threadId, waiting } = await asked(t, the);
    const args = { threadId, approvalId: waiting[0]! };
    await expect(t.mutation((ctx) => approveToolCall(ctx, component, { ...args, continueWith: () => { throw new Error("no scheduler"); } }))).rejects.toThrow("no scheduler");
    expect((await decided(t, approveToolCall, args)).continued).toHaveLength(1);
  });
});

describe("a person's answer as a tool's result", () => {
  const ask = createTool({ description: "Asks a person", args: z.object({ question: z.string() }), outputSchema: z.string() });

  test.each(everyWay)("joins the step that asked and is continued from there (%s)", async (way) => {
    const t = newApp();
    const model = scriptedModel({ steps: [[{ type: "tool-call", toolName: "ask", input: { question: "Blue?" }, toolCallId: "q1" }], ["Hello."], ["It is blue."]] });
    const the = { paid: [], model, agent: new Agent(component, { name: "Helper", languageModel: model, tools: { ask }, maxSteps: 3 }) } as unknown as Bank;
    const { threadId } = await asked(t, the, { way, prompt: "Which colour?" });
    await t.action((ctx) => ways[way](the, ctx, threadId, { prompt: "Meanwhile" }));
    const { messageId } = await t.mutation((ctx) => saveMessage(ctx, component, {
      threadId,
      // In the form of the documentation, which is older than the SDK's.
      message: { role: "tool", content: [{ type: "tool-result", result: "Yes, blue", toolCallId: "q1", toolName: "ask" }] } as never,
      metadata: { provider: "human", providerMetadata: { human: { name: "Sam" } } },
    }));
    await t.action(async (ctx) => {
      await ways[way](the, ctx, threadId, { promptMessageId: messageId });
      expect(lastPrompt(the).map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
      const shown = await shownIn(ctx, threadId);
      expect(shown.map(({ order, text }) => [order, text])).toEqual([[0, "Which colour?"], [0, "It is blue."], [1, "Meanwhile"], [1, "Hello."]]);
      expect(shown[1]!.parts[1]).toMatchObject({ type: "tool-ask", state: "output-available", output: "Yes, blue" });
      const answer = (await savedIn(ctx, threadId)).find(({ _id }) => _id === messageId);
      expect(answer).toMatchObject({ order: 0, stepOrder: 2, provider: "human", providerMetadata: { human: { name: "Sam" } } });
    });
  });
});
