import type { GenericActionCtx, GenericDataModel } from "convex/server";

/** What a call from an action costs in time on a deployment; there is no network in the bench. Milliseconds. */
const ACTION_CALL_MS = 15;

function late<Call extends (...args: never[]) => Promise<unknown>>(call: Call): Call {
  const slow = async (...args: Parameters<Call>): Promise<unknown> => {
    await new Promise((resolve) => setTimeout(resolve, ACTION_CALL_MS));
    return call(...args);
  };
  // The same arguments and the same result, later.
  return slow as unknown as Call;
}

/** The ctx of an action whose calls take the time that they take on a deployment. */
export function slowed<DataModel extends GenericDataModel>(ctx: GenericActionCtx<DataModel>): GenericActionCtx<DataModel> {
  return { ...ctx, runQuery: late(ctx.runQuery), runMutation: late(ctx.runMutation), runAction: late(ctx.runAction), vectorSearch: late(ctx.vectorSearch) };
}
