import { NoObjectGeneratedError, type GenerateObjectResult, type LanguageModelUsage } from "ai";
import { isTimeout } from "../aiSdk/failures.js";
import { modelNames } from "../aiSdk/models.js";
import { objectMessage, providerRecord } from "../aiSdk/steps.js";
import { usageReport } from "../aiSdk/usage.js";
import { estimatedReport } from "./callMeter.js";
import type { Generation } from "./generation.js";
import { withRawCall } from "./rawCalls.js";
import type { SdkCall } from "./start.js";

/** What both ways of making an object tell when they have made it. */
export type MadeObject = Pick<GenerateObjectResult<unknown>, "object" | "finishReason" | "usage" | "providerMetadata" | "warnings" | "request" | "response">;

/** The call as the SDK's functions for objects take it. */
export function objectCall<Sdk extends (options: never) => unknown>(call: SdkCall): Parameters<Sdk>[0] {
  // Objects are made without tools and in one step; the rest of the call was typed where it came in.
  const { tools: _tools, stopWhen: _stopWhen, ...rest } = call;
  return rest as unknown as Parameters<Sdk>[0];
}

/** Saves an object as a message of JSON text, and tells the app's handlers what it took. `text`: how the model wrote it. */
export async function saveObject(
  { generation, call, text }: { generation: Generation; call: SdkCall; text?: string },
  made: Omit<MadeObject, "object"> & { object: unknown },
): Promise<void> {
  const names = modelNames(call.model);
  const { object, finishReason, usage, providerMetadata, warnings } = made;
  const message = objectMessage({ object, text, finishReason, usage, names, providerMetadata, warnings });
  const messages = withRawCall([message], generation.rawCalls?.take(made));
  await Promise.all([generation.finish(messages), reportObject({ generation, call }, made)]);
}

/** Tells the app's handlers what making an object took, whether or not it came to one. */
export async function reportObject({ generation, call }: { generation: Generation; call: SdkCall }, made: Omit<MadeObject, "object">): Promise<void> {
  const { ctx, scope, handlers } = generation;
  const { usage, request, response } = made;
  const providerMetadata = made.providerMetadata && providerRecord(made.providerMetadata);
  const report = (counts: LanguageModelUsage) =>
    handlers.usageHandler?.(ctx, { ...scope, ...modelNames(call.model), usage: usageReport(counts), providerMetadata });
  await Promise.all([report(usage), handlers.rawRequestResponseHandler?.(ctx, { ...scope, request, response })]);
}

/** Tells the usage handler of a call that came to no object: as counted, or estimated when it was cut off before that. */
export async function reportUnmade(
  { generation, call }: { generation: Generation; call: SdkCall },
  { error, said }: { error: unknown; said: string | undefined },
): Promise<void> {
  const { ctx, scope, handlers, signal } = generation;
  const counted = NoObjectGeneratedError.isInstance(error) ? error.usage : undefined;
  const isCounted = counted?.totalTokens !== undefined;
  // A call that failed by itself before it said anything was refused, and cost nothing.
  if (!isCounted && said === undefined && !signal.aborted && !isTimeout(error)) return;
  const report = isCounted ? { usage: usageReport(counted) } : estimatedReport(call, said);
  await handlers.usageHandler?.(ctx, { ...scope, ...modelNames(call.model), ...report, providerMetadata: undefined });
}
