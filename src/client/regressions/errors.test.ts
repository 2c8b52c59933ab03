// @vitest-environment edge-runtime
import { APICallError } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parseFailure } from "../../shared/failureReason.js";
import { component, inAction, savedIn, shownIn } from "../../shared/testing/app.js";
import { interrupted, never, until, type ModelPart } from "../../shared/testing/interrupted.js";
import { readStreams, unpaired } from "../../shared/testing/watching.js";
import { Agent } from "../agent.js";
import { listStreams } from "../streaming/syncStreams.js";
import { scriptedModel, type ScriptedModel, type ScriptedStep } from "../testing/scriptedModel.js";
import { createThread } from "../threads.js";
import { createTool } from "../tools/createTool.js";

const lookUp = createTool({ description: "Looks up", args: z.object({}), handler: async (): Promise<string> => "found" });
const call = { type: "tool-call", toolName: "lookUp", input: {} } as const;

const agentOf = (model: ScriptedModel) => new Agent(component, { name: "Tester", languageModel: model, tools: { lookUp }, maxSteps: 5, callSettings: { maxRetries: 0 } });
const scripted = (...steps: ScriptedStep[]) => scriptedModel({ steps });

/** A model whose connection breaks after the first part that `after` picks. */
const breaking = (steps: ScriptedStep[], after: (part: ModelPart) => boolean, error: unknown) => interrupted(scriptedModel({ steps }), { after, until: Promise.reject(error) });

const overloaded = () => new APICallError({ message: "Overloaded", url: "https://api.example.com", requestBodyValues: {}, statusCode: 529, isRetryable: true });
const start = { type: "step-start" };
const looked = { type: "tool-lookUp", state: "output-available", output: "found" };
const is = (type: string) => (part: ModelPart) => part.type === type;

type Phase = [name: string, model: (error: unknown) => ScriptedModel, kept: unknown[]];
const phases: Phase[] = [
  ["when it is called", (error) => scripted({ throws: error }), [start]],
  ["before the first word", (error) => breaking([["Never said."]], is("stream-start"), error), [start]],
  ["while it thinks", (error) => breaking([[{ type: "reasoning", text: "Hm, so." }]], is("reasoning-delta"), error), [start, { type: "reasoning", text: "Hm," }]],
  ["in the text", (error) => breaking([["One two three."]], is("text-delta"), error), [start, { type: "text", text: "One" }]],
  ["in the text, told by the stream", (error) => scripted(["One two.", { type: "error", error }]), [start, { type: "text", text: "One two." }]],
  ["in a tool's input", (error) => breaking([["So:", call]], is("tool-input-delta"), error), [start, { type: "text", text: "So:" }, { type: "tool-lookUp", state: "output-error" }]],
  ["after a tool's call", (error) => breaking([["So:", call]], is("tool-call"), error), [start, { type: "text", text: "So:" }, { type: "tool-lookUp" }]],
  ["when it is called for the second step", (error) => scripted([call], { throws: error }), [start, looked, start]],
  ["in the second step", (error) => scripted([call], ["It is", { type: "error", error }]), [start, looked, start, { type: "text", text: "It is" }]],
];

// get-convex/agent 320
describe("a provider's error", () => {
  test.each(phases.flatMap((phase) => [[...phase, true], [...phase, false]] as const))("%s is told as it is, with its kind, and what was said stays (%#)", (_name, modelOf, kept, saveStreamDeltas) =>
    inAction(async (ctx) => {
      const error = overloaded();
      const threadId = await createThread(ctx, component);
      const run = agentOf(modelOf(error)).streamText(ctx, { threadId }, { prompt: "Go" }, { saveStreamDeltas: saveStreamDeltas && { throttleMs: 0 } });
      // With deltas whoever waits for the reply is told by the call, without them by its result.
      const thrown = await run.then((result) => result.consumeStream(), (failure: unknown) => failure);
      expect(thrown).toBe(saveStreamDeltas ? error : undefined);
      await until(async () => (await savedIn(ctx, threadId)).at(-1)!.status === "failed");
      expect(await listStreams(ctx, component, { threadId })).toEqual([]);
      const [, reply, ...more] = await shownIn(ctx, threadId);
      expect([reply, more]).toMatchObject([{ status: "failed", parts: kept }, []]);
      expect(parseFailure(reply!.error!)).toEqual({ code: "provider_unavailable", message: "Overloaded", retryable: true });
      const words = (parts: readonly object[]) => parts.flatMap((part) => ("text" in part ? [part.text] : []));
      expect(words((await readStreams(ctx, threadId)).parts)).toEqual(saveStreamDeltas ? words(reply!.parts) : []);

      const next = scripted(["There."]);
      const again = await agentOf(next).generateText(ctx, { threadId }, { promptMessageId: (await savedIn(ctx, threadId))[0]!._id });
      expect([again.text, unpaired(next.calls[0]!.prompt)]).toEqual(["There.", []]);
    }));

  test.each([
    ["a text", "quota used up", "quota used up"],
    ["an object with a message", { message: "bad day", code: 7 }, "bad day"],
    ["an object", { status: 500, detail: { why: "overload" } }, '{"status":500,"detail":{"why":"overload"}}'],
    ["nothing", undefined, "undefined"],
  ])("that is %s is stored in its words, never as [object Object]", (_name, thrown, words) =>
    inAction(async (ctx) => {
      for (const step of [{ throws: thrown }, ["Well", { type: "error", error: thrown }]] as ScriptedStep[]) {
        const threadId = await createThread(ctx, component);
        await agentOf(scripted(step)).streamText(ctx, { threadId }, { prompt: "Go" }, { saveStreamDeltas: true }).catch(() => undefined);
        expect((await savedIn(ctx, threadId)).at(-1)).toMatchObject({ status: "failed", error: words });
      }
    }));

  test("of a reply that a limit of time ended is a timeout, which may be tried again; a stop by a person is none", () =>
    inAction(async (ctx) => {
      for (const [signal, code] of [[AbortSignal.timeout(1), "timeout"], [AbortSignal.abort(new Error("Ann has stopped it")), "aborted"]] as const) {
        const threadId = await createThread(ctx, component);
        const silent = scripted([{ type: "wait", until: never }]);
        await agentOf(silent).streamText(ctx, { threadId }, { prompt: "Go", abortSignal: signal }, { saveStreamDeltas: true }).catch(() => undefined);
        const last = (await savedIn(ctx, threadId)).at(-1)!;
        expect([last.status, parseFailure(last.error!).code]).toEqual(["failed", code]);
      }
    }));

  test("that comes before the model is asked, from the app's own handler, leaves nothing that streams", () =>
    inAction(async (ctx) => {
      const threadId = await createThread(ctx, component);
      const contextHandler = () => { throw new Error("no such context"); };
      const run = agentOf(scripted(["Never."])).streamText(ctx, { threadId }, { prompt: "Go" }, { saveStreamDeltas: true, contextHandler });
      await expect(run).rejects.toThrow("no such context");
      expect(await listStreams(ctx, component, { threadId })).toEqual([]);
      expect((await savedIn(ctx, threadId)).at(-1)).toMatchObject({ status: "failed", error: "no such context" });
    }));
});
