import type { FunctionReference, GenericActionCtx, GenericDataModel } from "convex/server";
import type { ComponentApi } from "../component/_generated/component.js";

/** The functions of the installed component, as this version has them. */
export type AgentComponent = ComponentApi;

/**
 * The installed component: `components.agent`, under any name it is mounted. An app's generated code may be of an older
 * or a newer version than the package until it is generated anew, so no more is asked of it than what tells it from
 * other components.
 */
export type InstalledComponent = {
  threads: { createThread: FunctionReference<"mutation", "internal"> };
  messages: { addMessages: FunctionReference<"mutation", "internal"> };
  generations: { start: FunctionReference<"mutation", "internal">; saveStep: FunctionReference<"mutation", "internal"> };
  streams: { list: FunctionReference<"query", "internal"> };
};

/** The component's functions with the types of this version. */
export function apiOf(component: InstalledComponent): AgentComponent {
  // What is deployed is this package's component, whatever the app's generated code says of it: a function is called by
  // its name, and each checks its arguments.
  return component as AgentComponent;
}

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
