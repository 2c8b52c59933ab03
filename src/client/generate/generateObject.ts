import { generateObject as sdkGenerateObject, type FlexibleSchema } from "ai";
import { isTimeout } from "../aiSdk/failures.js";
import { withoutDeprecation } from "../aiSdk/quietly.js";
import { apiOf, type ActionCtx, type InstalledComponent } from "../ctx.js";
import type { GenerateObjectArgs, ObjectMode, ObjectResult } from "./args.js";
import type { Generation } from "./generation.js";
import { objectCall, reportUnmade, saveObject } from "./madeObject.js";
import { startGeneration, type SdkCall, type StartArgs, type StartOptions } from "./start.js";

export { streamObject } from "./streamObject.js";

/** As the AI SDK's `generateObject`, in a thread: the object is saved as a message of JSON text. */
export async function generateObject<SCHEMA extends FlexibleSchema<unknown>, OUTPUT extends ObjectMode, RESULT>(
  ctx: ActionCtx,
  component: InstalledComponent,
  { args, options }: { args: GenerateObjectArgs<SCHEMA, OUTPUT, RESULT>; options: StartOptions },
): Promise<ObjectResult<RESULT>> {
  // The same fields; the schema is handed on, not looked into.
  const plainArgs = args as unknown as StartArgs;
  const { call, generation } = await startGeneration(ctx, apiOf(component), { args: plainArgs, options });
  const result = await made({ generation, call });
  try {
    await saveObject({ generation, call }, result);
  } catch (error) {
    await generation.fail(error, []);
    throw error;
  }
  // The SDK was given this schema and output, so its result is of their type.
  return Object.assign(result, generation.metadata) as unknown as ObjectResult<RESULT>;
}

async function made({ generation, call }: { generation: Generation; call: SdkCall }) {
  const isSent = !generation.signal.aborted;
  try {
    return await withoutDeprecation(() => sdkGenerateObject(objectCall<typeof sdkGenerateObject>(call)));
  } catch (error) {
    const { aborted: isStopped, reason } = generation.signal;
    const end = isStopped && !isTimeout(reason) ? generation.abort(reason, []) : generation.fail(error, []);
    await Promise.all([end, isSent && reportUnmade({ generation, call }, { error, said: undefined })]);
    throw error;
  }
}
