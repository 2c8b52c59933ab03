import type { ComponentApi } from "@convex-dev/agent/_generated/component.js";
import { componentsGeneric } from "convex/server";

export { actionGeneric as action, httpActionGeneric as httpAction, mutationGeneric as mutation, queryGeneric as query } from "convex/server";

// The component that convex.config.ts uses, under its own name.
export const components = componentsGeneric() as unknown as { agent: ComponentApi<"agent"> };
