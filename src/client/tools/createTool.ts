import type { FlexibleSchema, JSONValue, Tool, ToolExecutionOptions, ToolSet } from "ai";
import type { GenericActionCtx, GenericDataModel } from "convex/server";
import type { Agent } from "../agent.js";

/**
 * The ctx a tool made with {@link createTool} is called with: all of the action's ctx, and who is asking.
 * Intersect it to say what else your app passes in: `ToolCtx & { orgId: string }`.
 */
export type ToolCtx<DataModel extends GenericDataModel = GenericDataModel> = GenericActionCtx<DataModel> & {
  /** The agent that is calling the tool, if one is. */
  agent?: Agent;
  /** The user the generation is for, if any. */
  userId?: string;
  /** The thread the generation runs in, if any. */
  threadId?: string;
  /** The prompt message that is being answered, if it is saved. */
  messageId?: string;
};

/** The ctx of any app's action: what a data model changes in its type is the tables that it can search by vector. */
type AnyToolCtx = Omit<ToolCtx, "vectorSearch"> & { vectorSearch: (...args: never[]) => unknown };

/** The AI SDK's own name for what a tool's context may be. */
type ToolContext = Record<string, unknown>;

/** A tool's function: as the AI SDK's `execute`, with the Convex ctx before the input. */
export type ToolHandler<INPUT, OUTPUT, Ctx, CONTEXT extends ToolContext = ToolContext> = (
  ctx: Ctx,
  input: INPUT,
  options: ToolExecutionOptions<CONTEXT>,
) => AsyncIterable<OUTPUT> | PromiseLike<OUTPUT> | OUTPUT;

type ToolBasics<INPUT, OUTPUT, Ctx, CONTEXT extends ToolContext> = Pick<
  Tool<INPUT, OUTPUT, CONTEXT>,
  "title" | "providerOptions" | "metadata" | "contextSchema" | "deferLoading"
> & {
  /** What the tool does, for the model to decide when to call it. */
  description?: string;
  /** Examples of inputs, for the model. */
  inputExamples?: Array<{ input: NoInfer<INPUT> }>;
  /** Ask providers that support it to hold to the schema strictly. */
  strict?: boolean;
  /** Whether a person must approve a call before it runs: always, or decided per call. */
  needsApproval?:
    | boolean
    | ((
        ctx: Ctx,
        input: NoInfer<INPUT>,
        options: Pick<ToolExecutionOptions<CONTEXT>, "toolCallId" | "messages">,
      ) => boolean | PromiseLike<boolean>);
  /** Binds the ctx where the tool is defined, for tools used without an Agent. */
  ctx?: Ctx;
  /** Called when the model starts to write the input (streaming only). */
  onInputStart?: (ctx: Ctx, options: ToolExecutionOptions<CONTEXT>) => void | PromiseLike<void>;
  /** Called with each piece of the input as the model writes it (streaming only). */
  onInputDelta?: (
    ctx: Ctx,
    options: { inputTextDelta: string } & ToolExecutionOptions<CONTEXT>,
  ) => void | PromiseLike<void>;
  /** Called when the input is complete, before the tool runs. */
  onInputAvailable?: (
    ctx: Ctx,
    options: { input: NoInfer<INPUT> } & ToolExecutionOptions<CONTEXT>,
  ) => void | PromiseLike<void>;
  /** Turns the output into what the model is shown. Default: text as text, everything else as JSON. */
  toModelOutput?: (
    ctx: Ctx,
    options: { toolCallId: string; input: NoInfer<INPUT>; output: NoInfer<OUTPUT> },
  ) => ReturnType<NonNullable<Tool["toModelOutput"]>>;
};

type ToolInput<INPUT> =
  | {
      /** The schema of the input. The AI SDK's name for `args`. */
      inputSchema: FlexibleSchema<INPUT>;
      args?: undefined;
    }
  | {
      /** The schema of the input. */
      args: FlexibleSchema<INPUT>;
      inputSchema?: undefined;
    };

type ToolOutput<INPUT, OUTPUT, Ctx, CONTEXT extends ToolContext> =
  | {
      /** What the tool does. The AI SDK's name for `handler`. */
      execute: ToolHandler<INPUT, OUTPUT, Ctx, CONTEXT>;
      handler?: undefined;
      outputSchema?: FlexibleSchema<NoInfer<OUTPUT>>;
    }
  | {
      /** What the tool does. An async generator shows its progress: each yield replaces the output shown so far. */
      handler: ToolHandler<INPUT, OUTPUT, Ctx, CONTEXT>;
      execute?: undefined;
      outputSchema?: FlexibleSchema<NoInfer<OUTPUT>>;
    }
  | {
      /** A tool without a function: its result is saved later, for example by a person. */
      outputSchema: FlexibleSchema<OUTPUT>;
      execute?: undefined;
      handler?: undefined;
    };

/** What {@link createTool} takes. */
export type ToolDefinition<INPUT, OUTPUT, Ctx, CONTEXT extends ToolContext = ToolContext> = ToolBasics<
  INPUT,
  OUTPUT,
  Ctx,
  CONTEXT
> &
  ToolInput<INPUT> &
  ToolOutput<INPUT, OUTPUT, Ctx, CONTEXT>;

/** Where a tool keeps how to make a copy of itself that has a ctx. */
const bind = Symbol.for("convex-agent.bindTool");

/**
 * Makes a tool whose function receives the Convex ctx, for `new Agent({ tools })` or a single generation.
 * Input that does not fit the schema and errors that the function throws go back to the model, which may try again.
 * Annotate the function's return type when it calls your own Convex functions, else types can become circular.
 *
 * @example
 * const searchIdeas = createTool({
 *   description: "Search for ideas",
 *   args: z.object({ query: z.string() }),
 *   handler: async (ctx, args): Promise<Idea[]> => ctx.runQuery(api.ideas.search, args),
 * });
 */
export function createTool<INPUT, OUTPUT, Ctx extends AnyToolCtx = ToolCtx, CONTEXT extends ToolContext = ToolContext>(
  definition: ToolDefinition<INPUT, OUTPUT, Ctx, CONTEXT>,
): Tool<INPUT, OUTPUT, CONTEXT> {
  const make = (ctx: Ctx | undefined) => boundTool(definition, ctx);
  const tool = { ...make(definition.ctx), [bind]: make };
  // Only the functions differ from an SDK tool of these types, and they have been given the ctx they take first.
  return tool as unknown as Tool<INPUT, OUTPUT, CONTEXT>;
}

/** The tools of `tools` with `ctx` given to those made by {@link createTool}; others are passed on as they are. */
export function bindTools<TOOLS extends ToolSet>(ctx: ToolCtx, tools: TOOLS): TOOLS {
  const bound = Object.entries(tools).map(([name, tool]) => {
    const make: unknown = Reflect.get(tool, bind);
    return [name, typeof make === "function" ? make(ctx) : tool];
  });
  // Same names, and each tool is replaced by a copy of itself.
  return Object.fromEntries(bound) as TOOLS;
}

function boundTool<INPUT, OUTPUT, Ctx extends AnyToolCtx, CONTEXT extends ToolContext>(
  definition: ToolDefinition<INPUT, OUTPUT, Ctx, CONTEXT>,
  ctx: Ctx | undefined,
): object {
  const { args, inputSchema = args, handler, execute = handler, ctx: _ctx, needsApproval, toModelOutput, ...rest } = definition;
  if (inputSchema === undefined) throw new Error("A tool needs `args` (or `inputSchema`): the schema of its input");
  const { onInputStart, onInputDelta, onInputAvailable, ...plain } = rest;
  const withCtx = () => mustHaveCtx(ctx, definition.description);
  return {
    ...plain,
    inputSchema,
    ...(execute && {
      execute: (input: INPUT, options: ToolExecutionOptions<CONTEXT>) => execute(withCtx(), input, options),
    }),
    ...(needsApproval !== undefined && {
      needsApproval:
        typeof needsApproval === "boolean"
          ? needsApproval
          : (input: INPUT, options: ToolExecutionOptions<CONTEXT>) => needsApproval(withCtx(), input, options),
    }),
    ...(onInputStart && {
      onInputStart: (options: ToolExecutionOptions<CONTEXT>) => onInputStart(withCtx(), options),
    }),
    ...(onInputDelta && {
      onInputDelta: (options: { inputTextDelta: string } & ToolExecutionOptions<CONTEXT>) =>
        onInputDelta(withCtx(), options),
    }),
    ...(onInputAvailable && {
      onInputAvailable: (options: { input: INPUT } & ToolExecutionOptions<CONTEXT>) =>
        onInputAvailable(withCtx(), options),
    }),
    ...((toModelOutput ?? execute) && {
      toModelOutput: (options: { toolCallId: string; input: INPUT; output: OUTPUT }) =>
        toModelOutput ? toModelOutput(withCtx(), options) : shownOutput(options.output),
    }),
  };
}

/** What a model is shown by default. Convex functions return 64-bit integers, of which the SDK would make an error. */
function shownOutput(output: unknown): Awaited<ReturnType<NonNullable<Tool["toModelOutput"]>>> {
  if (typeof output === "string") return { type: "text", value: output };
  const json = JSON.stringify(output ?? null, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
  // What JSON.parse gives is JSON.
  return { type: "json", value: JSON.parse(json ?? "null") as JSONValue };
}

function mustHaveCtx<Ctx>(ctx: Ctx | undefined, description: string | undefined): Ctx {
  if (ctx !== undefined) return ctx;
  throw new Error(
    `The tool ${description ? `"${description}"` : "made by createTool"} was called without a Convex ctx. ` +
      "Pass it to an Agent (which gives it one), or set `ctx` in its definition.",
  );
}
