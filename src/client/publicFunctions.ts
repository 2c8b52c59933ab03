import type { FlexibleSchema, ToolSet } from "ai";
import { actionGeneric, mutationGeneric, type GenericActionCtx, type GenericDataModel, type GenericMutationCtx } from "convex/server";
import { fail } from "../shared/errors.js";
import type { Agent } from "./agent.js";
import type { InstalledComponent } from "./ctx.js";
import {
  createThreadOf,
  objectActionOf,
  saveMessagesOf,
  textActionOf,
  type ObjectActionSpec,
  type TextActionSpec,
} from "./functions.js";
import type { GenerateObjectArgs } from "./generate/args.js";

/** Whom a call is for, as its caller says: nothing of it is known to be true. */
export type ClaimedTarget = { threadId?: string | undefined; userId?: string | null | undefined };

/**
 * The app's check of a call from outside: who is asking (`ctx.auth`), and may they do this to this thread? It throws to
 * refuse, and returns the user to act as; what the caller said of the user is not used. Anything else refuses too.
 */
export type Authorize<Ctx> = (ctx: Ctx, claimed: ClaimedTarget) => { userId: string | undefined } | Promise<{ userId: string | undefined }>;

type ActionCheck = Authorize<GenericActionCtx<GenericDataModel>>;
type MutationCheck = Authorize<GenericMutationCtx<GenericDataModel>>;

/**
 * `agent.asTextAction` for clients to call.
 *
 * @example
 * export const ask = publicTextAction(agent, { authorize: async (ctx, { threadId }) => ({ userId: await mustOwnThread(ctx, threadId) }) });
 */
export function publicTextAction<CustomCtx extends object, AgentTools extends ToolSet>(
  agent: Agent<CustomCtx, AgentTools>,
  { authorize, ...spec }: { authorize: ActionCheck } & TextActionSpec<CustomCtx, AgentTools>,
) {
  mustBeCheck(authorize, "publicTextAction");
  const { args, handler } = textActionOf<CustomCtx, AgentTools>(agent, spec);
  return actionGeneric({ args, handler: guarded(authorize, handler) });
}

/** `agent.asObjectAction` for clients to call. */
export function publicObjectAction<CustomCtx extends object, AgentTools extends ToolSet, SCHEMA extends FlexibleSchema<unknown>>(
  agent: Agent<CustomCtx, AgentTools>,
  objectArgs: GenerateObjectArgs<SCHEMA>,
  { authorize, ...spec }: { authorize: ActionCheck } & ObjectActionSpec<CustomCtx>,
) {
  mustBeCheck(authorize, "publicObjectAction");
  const { args, handler } = objectActionOf(agent, { args: objectArgs, spec });
  return actionGeneric({ args, handler: guarded(authorize, handler) });
}

/** `agent.createThreadMutation` for clients to call. */
export function publicCreateThreadMutation(component: InstalledComponent, { authorize }: { authorize: MutationCheck }) {
  mustBeCheck(authorize, "publicCreateThreadMutation");
  const { args, handler } = createThreadOf(component);
  return mutationGeneric({ args, handler: guarded(authorize, handler) });
}

/** `agent.asSaveMessagesMutation` for clients to call. */
export function publicSaveMessagesMutation(component: InstalledComponent, { authorize, agentName }: { authorize: MutationCheck; agentName?: string }) {
  mustBeCheck(authorize, "publicSaveMessagesMutation");
  const { args, handler } = saveMessagesOf(component, agentName);
  return mutationGeneric({ args, handler: guarded(authorize, handler) });
}

function mustBeCheck(authorize: unknown, name: string): void {
  if (typeof authorize !== "function") throw new Error(`${name}: give \`authorize\`, a function that checks who is calling: anyone can call a public function`);
}

/** The handler behind the check. It acts as the user that the check returned. */
function guarded<Ctx, Args extends ClaimedTarget, Result>(authorize: Authorize<Ctx>, run: (ctx: Ctx, args: Args) => Promise<Result>) {
  return async (ctx: Ctx, args: Args): Promise<Result> => {
    const { threadId, userId } = args;
    const allowed: unknown = await authorize(ctx, { threadId, userId });
    if (typeof allowed !== "object" || allowed === null || !("userId" in allowed)) {
      return fail({ code: "not_authorized", message: "This call was not allowed. `authorize` returns `{ userId }` to allow one." });
    }
    return run(ctx, { ...args, userId: allowed.userId });
  };
}
