import type { GenericActionCtx, GenericDataModel } from "convex/server";
import type { ComponentApi } from "../component/_generated/component.js";

/** The installed component, usually `components.agent`. Any name it is mounted under fits. */
export type AgentComponent = ComponentApi;

type AnyActionCtx = GenericActionCtx<GenericDataModel>;

/** What reading needs: the ctx of a query, a mutation or an action. */
export type QueryCtx = Pick<AnyActionCtx, "runQuery">;

/** What writing needs: the ctx of a mutation or an action. */
export type MutationCtx = Pick<AnyActionCtx, "runQuery" | "runMutation">;

/** What generating needs: the ctx of an action. */
export type ActionCtx = Pick<
  AnyActionCtx,
  "runQuery" | "runMutation" | "runAction" | "scheduler" | "auth" | "storage" | "meta"
>;

/** True for the ctx of an action: only an action may call a model or the file storage. */
export function isActionCtx(ctx: object): ctx is ActionCtx {
  // A workflow's step has `runAction` too, but it only records calls: it is no place to call a model from.
  return "runAction" in ctx && !("workflowId" in ctx);
}
