import { WorkflowManager } from "@convex-dev/workflow";
import { components } from "../_generated/api";

// #region manager
export const workflow = new WorkflowManager(components.workflow);
// #endregion
