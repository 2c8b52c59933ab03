// @vitest-environment edge-runtime
import { expect, test } from "vitest";
import { z } from "zod";
import { callFunction as call, component, inAction, savedIn } from "../shared/testing/app.js";
import { Agent } from "./agent.js";
import { publicCreateThreadMutation, publicObjectAction, publicSaveMessagesMutation, publicTextAction } from "./publicFunctions.js";
import { scriptedModel } from "./testing/scriptedModel.js";
import { createThread, getThreadMetadata } from "./threads.js";

const newAgent = () => new Agent(component, { name: "Support", languageModel: scriptedModel({ steps: [["Hi."]] }) });

test("a public function cannot be made without a check, by its types or at run time", () => {
  // @ts-expect-error The check is required.
  expect(() => publicTextAction(newAgent(), {})).toThrow("authorize");
  // @ts-expect-error The check is required.
  expect(() => publicObjectAction(newAgent(), { schema: z.object({ a: z.string() }) }, {})).toThrow("authorize");
  // @ts-expect-error The check is required.
  expect(() => publicCreateThreadMutation(component, {})).toThrow("authorize");
  // @ts-expect-error The check is required.
  expect(() => publicSaveMessagesMutation(component, {})).toThrow("authorize");
});

test("what the check refuses, or does not allow by name, does nothing", () =>
  inAction(async (ctx) => {
    const threadId = await createThread(ctx, component, { userId: "ann" });
    const refuses = () => { throw new Error("Not yours"); };
    await expect(call(publicTextAction(newAgent(), { authorize: refuses }), ctx, { threadId, prompt: "Hi" })).rejects.toThrow("Not yours");
    for (const answer of [undefined, true, false, null, "ann"]) {
      // A check written without types may return anything.
      const authorize = () => answer as unknown as { userId: string };
      await expect(call(publicTextAction(newAgent(), { authorize }), ctx, { threadId, prompt: "Hi" })).rejects.toMatchObject({ data: { code: "not_authorized" } });
    }
    expect(await savedIn(ctx, threadId)).toEqual([]);
  }));

test("an allowed call acts as the user that the check found, whoever the caller says to be", () =>
  inAction(async (ctx) => {
    const authorize = () => ({ userId: "ann" });
    const { threadId } = await call<{ threadId: string }>(publicCreateThreadMutation(component, { authorize }), ctx, { userId: "bob" });
    expect(await getThreadMetadata(ctx, component, { threadId })).toMatchObject({ userId: "ann" });
    expect(await call(publicTextAction(newAgent(), { authorize }), ctx, { threadId, userId: "bob", prompt: "Hi" })).toMatchObject({ text: "Hi." });
    expect((await savedIn(ctx, threadId)).map(({ userId }) => userId)).toEqual(["ann", "ann"]);
    expect(publicTextAction(newAgent(), { authorize })).toHaveProperty("isPublic", true);
  }));
