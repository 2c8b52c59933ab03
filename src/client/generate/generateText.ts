import { generateText as sdkGenerateText, type ToolSet } from "ai";
import { apiOf, type ActionCtx, type InstalledComponent } from "../ctx.js";
import type { AnyOutput, RuntimeContext, TextArgs, TextResult } from "./args.js";
import { observeSteps, type StepCallbacks } from "./observe.js";
import { StepRecorder } from "./saveSteps.js";
import { startGeneration, type StartArgs, type StartOptions } from "./start.js";

/**
 * As the AI SDK's `generateText`, in a thread: the thread's messages are the context, and the prompt and what is
 * generated are saved. Usable without an Agent: pass `languageModel` (or `model`) and the rest as options.
 *
 * @throws what the model or a save threw, after the generation was marked as failed.
 */
export async function generateText<
  AgentTools extends ToolSet,
  TOOLS extends ToolSet | undefined,
  OUTPUT extends AnyOutput,
  RUNTIME_CONTEXT extends RuntimeContext,
>(
  ctx: ActionCtx,
  component: InstalledComponent,
  { args, options }: { args: TextArgs<AgentTools, TOOLS, OUTPUT, RUNTIME_CONTEXT>; options: StartOptions },
): Promise<TextResult<AgentTools, TOOLS, OUTPUT, RUNTIME_CONTEXT>> {
  // The same fields; tools and callbacks are handed on, not looked into.
  const plainArgs = args as unknown as StartArgs & StepCallbacks;
  const { call, generation } = await startGeneration(ctx, apiOf(component), { args: plainArgs, options });
  const recorder = new StepRecorder(generation, call.tools);
  try {
    const result = await sdkGenerateText({ ...call, ...observeSteps(recorder, plainArgs) });
    await recorder.finish();
    if (recorder.broken) throw recorder.broken.error;
    // The SDK was given these tools and this output, so its result has them.
    return Object.assign(result, generation.metadata) as unknown as TextResult<AgentTools, TOOLS, OUTPUT, RUNTIME_CONTEXT>;
  } catch (error) {
    const cause = recorder.broken ? recorder.broken.error : error;
    if (plainArgs.abortSignal?.aborted) await recorder.abort(cause);
    else await recorder.fail(cause);
    throw cause;
  }
}
