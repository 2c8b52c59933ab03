import { generateObject as sdkGenerateObject, streamObject as sdkStreamObject, type FlexibleSchema, type GenerateObjectResult, type LanguageModelUsage } from "ai";
import { modelNames } from "../aiSdk/models.js";
import { objectMessage } from "../aiSdk/steps.js";
import { usageReport } from "../aiSdk/usage.js";
import type { ActionCtx, AgentComponent } from "../ctx.js";
import type { GenerateObjectArgs, ObjectMode, ObjectResult, ObjectStream, StreamObjectArgs } from "./args.js";
import type { Generation } from "./generation.js";
import { startGeneration, type SdkCall, type StartArgs, type StartOptions } from "./start.js";

/** What both ways of making an object tell when they have made it. */
type MadeObject = Pick<
  GenerateObjectResult<unknown>,
  "object" | "finishReason" | "usage" | "providerMetadata" | "warnings" | "request" | "response"
>;

/** As the AI SDK's `generateObject`, in a thread: the object is saved as a message of JSON text. */
export async function generateObject<SCHEMA extends FlexibleSchema<unknown>, OUTPUT extends ObjectMode, RESULT>(
  ctx: ActionCtx,
  component: AgentComponent,
  { args, options }: { args: GenerateObjectArgs<SCHEMA, OUTPUT, RESULT>; options: StartOptions },
): Promise<ObjectResult<RESULT>> {
  // The same fields; the schema is handed on, not looked into.
  const plainArgs = args as unknown as StartArgs;
  const { call, generation } = await startGeneration(ctx, component, { args: plainArgs, options });
  try {
    const result = await sdkGenerateObject(objectCall<typeof sdkGenerateObject>(call));
    await saveObject(generation, call, result);
    // The SDK was given this schema and output, so its result is of their type.
    return Object.assign(result, generation.metadata) as unknown as ObjectResult<RESULT>;
  } catch (error) {
    await generation.fail(error, []);
    throw error;
  }
}

type ObjectEnd = Omit<MadeObject, "object"> & { object: unknown; error: unknown };
type ObjectCallbacks = {
  onFinish?: (event: ObjectEnd) => unknown;
  onError?: (event: { error: unknown }) => unknown;
};

/** As the AI SDK's `streamObject`, in a thread: the object is saved when the stream has been read to its end. */
export async function streamObject<SCHEMA extends FlexibleSchema<unknown>, OUTPUT extends ObjectMode, RESULT>(
  ctx: ActionCtx,
  component: AgentComponent,
  { args, options }: { args: StreamObjectArgs<SCHEMA, OUTPUT, RESULT>; options: StartOptions },
): Promise<ObjectStream<SCHEMA, OUTPUT, RESULT>> {
  // The same fields; the schema and callbacks are handed on, not looked into.
  const plainArgs = args as unknown as StartArgs & ObjectCallbacks;
  const { call, generation } = await startGeneration(ctx, component, { args: plainArgs, options });
  const result = sdkStreamObject({
    ...objectCall<typeof sdkStreamObject>(call),
    onError: async (event) => {
      await generation.fail(event.error, []);
      await plainArgs.onError?.(event);
    },
    onFinish: async (event) => {
      if (event.error === undefined) await saveObject(generation, call, event);
      else await generation.fail(event.error, []);
      await plainArgs.onFinish?.(event);
    },
  });
  // The SDK was given this schema and output, so its result is of their type.
  return Object.assign(result, generation.metadata) as unknown as ObjectStream<SCHEMA, OUTPUT, RESULT>;
}

function objectCall<Sdk extends (options: never) => unknown>(call: SdkCall): Parameters<Sdk>[0] {
  // Objects are made without tools and in one step; the rest of the call was typed where it came in.
  const { tools: _tools, stopWhen: _stopWhen, ...rest } = call;
  return rest as unknown as Parameters<Sdk>[0];
}

async function saveObject(generation: Generation, call: SdkCall, made: Omit<MadeObject, "object"> & { object: unknown }): Promise<void> {
  const names = modelNames(call.model);
  const { object, finishReason, usage, providerMetadata, warnings, request, response } = made;
  const { ctx, scope, handlers } = generation;
  const message = objectMessage({ object, finishReason, usage, names, providerMetadata, warnings });
  const report = (counts: LanguageModelUsage) =>
    handlers.usageHandler?.(ctx, { ...scope, ...names, usage: usageReport(counts), providerMetadata: message.providerMetadata });
  await Promise.all([
    generation.finish([message]),
    report(usage),
    handlers.rawRequestResponseHandler?.(ctx, { ...scope, request, response }),
  ]);
}
