import { generateObject as sdkGenerateObject, type FlexibleSchema } from "ai";
import type { ActionCtx, AgentComponent } from "../ctx.js";
import type { GenerateObjectArgs, ObjectMode, ObjectResult } from "./args.js";
import { objectCall, saveObject } from "./madeObject.js";
import { startGeneration, type StartArgs, type StartOptions } from "./start.js";

export { streamObject } from "./streamObject.js";

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
    await saveObject({ generation, call }, result);
    // The SDK was given this schema and output, so its result is of their type.
    return Object.assign(result, generation.metadata) as unknown as ObjectResult<RESULT>;
  } catch (error) {
    await generation.fail(error, []);
    throw error;
  }
}
