import type { FlexibleSchema, JSONValue, Output, ToolSet } from "ai";
import type { ThreadDoc } from "../shared/validators/thread.js";
import type { Agent } from "./agent.js";
import type { Options } from "./agentOptions.js";
import type { ActionCtx } from "./ctx.js";
import type {
  AnyOutput,
  DefaultMode,
  GenerateObjectArgs,
  ObjectMode,
  ObjectOf,
  ObjectResult,
  ObjectStream,
  RuntimeContext,
  StreamObjectArgs,
  StreamResult,
  StreamTextOptions,
  StreamingTextArgs,
  TextArgs,
  TextResult,
} from "./generate/args.js";
import { overridden } from "./generate/defined.js";
import { getThreadMetadata, updateThreadMetadata, type ThreadPatch } from "./threads.js";

/** A thread in the hands of an agent: the agent's methods without the ctx and the thread's id. */
export interface Thread<DefaultTools extends ToolSet> {
  threadId: string;
  /** The thread's user, title, summary and status. */
  getMetadata(): Promise<ThreadDoc>;
  /** Changes them; what is left out stays. Takes the patch itself or `{ patch }`. */
  updateMetadata(patch: ThreadPatch | { patch: ThreadPatch }): Promise<ThreadDoc>;
  /** As {@link Agent.generateText}. */
  generateText<
    TOOLS extends ToolSet | undefined = undefined,
    OUTPUT extends AnyOutput = Output.Output<string, string>,
    RUNTIME_CONTEXT extends RuntimeContext = RuntimeContext,
  >(
    args: TextArgs<DefaultTools, TOOLS, OUTPUT, RUNTIME_CONTEXT>,
    options?: Options,
  ): Promise<TextResult<DefaultTools, TOOLS, OUTPUT, RUNTIME_CONTEXT>>;
  /** As {@link Agent.streamText}. */
  streamText<
    TOOLS extends ToolSet | undefined = undefined,
    OUTPUT extends AnyOutput = Output.Output<string, string, never>,
    RUNTIME_CONTEXT extends RuntimeContext = RuntimeContext,
  >(
    args: StreamingTextArgs<DefaultTools, TOOLS, OUTPUT, RUNTIME_CONTEXT>,
    options?: StreamTextOptions,
  ): Promise<StreamResult<DefaultTools, TOOLS, OUTPUT, RUNTIME_CONTEXT>>;
  /** As {@link Agent.generateObject}. */
  generateObject<
    SCHEMA extends FlexibleSchema<unknown> = FlexibleSchema<JSONValue>,
    OUTPUT extends ObjectMode = DefaultMode<SCHEMA>,
    RESULT = ObjectOf<SCHEMA, OUTPUT>,
  >(args: GenerateObjectArgs<SCHEMA, OUTPUT, RESULT>, options?: Options): Promise<ObjectResult<RESULT>>;
  /** As {@link Agent.streamObject}. */
  streamObject<
    SCHEMA extends FlexibleSchema<unknown> = FlexibleSchema<JSONValue>,
    OUTPUT extends ObjectMode = DefaultMode<SCHEMA>,
    RESULT = ObjectOf<SCHEMA, OUTPUT>,
  >(args: StreamObjectArgs<SCHEMA, OUTPUT, RESULT>, options?: StreamTextOptions): Promise<ObjectStream<SCHEMA, OUTPUT, RESULT>>;
}

/** The thread and user, and defaults for what is generated in it. */
export type ThreadBinding<TOOLS extends ToolSet | undefined = undefined> = Options & {
  threadId: string;
  userId?: string | null;
  /** Tools for this thread, in place of the agent's. */
  tools?: TOOLS;
};

/** The thread object of `agent`: each method hands on to the agent. */
export function threadOf<CustomCtx extends object, Tools extends ToolSet>(
  agent: Agent<CustomCtx, Tools>,
  ctx: ActionCtx & CustomCtx,
  binding: ThreadBinding<Tools | undefined>,
): Thread<Tools> {
  const { threadId, userId, tools, ...defaults } = binding;
  const target = { threadId, userId };
  const { component } = agent;
  // The thread's tools stand where the call has none; the types of both are Tools.
  const withTools = <Args extends { tools?: unknown }>(args: Args): Args => (tools && !args.tools ? { ...args, tools } : args);
  return {
    threadId,
    getMetadata: () => getThreadMetadata(ctx, component, { threadId }),
    updateMetadata: (patch) => updateThreadMetadata(ctx, component, { threadId, patch: "patch" in patch ? patch.patch : patch }),
    generateText: (args, options) => agent.generateText(ctx, target, withTools(args), overridden(defaults, options ?? {})),
    streamText: (args, options) => agent.streamText(ctx, target, withTools(args), overridden(defaults, options ?? {})),
    generateObject: (args, options) => agent.generateObject(ctx, target, args, overridden(defaults, options ?? {})),
    streamObject: (args, options) => agent.streamObject(ctx, target, args, overridden(defaults, options ?? {})),
  };
}
