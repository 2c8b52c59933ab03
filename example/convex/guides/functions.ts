import { isStepCount } from "convex-agent";
import { z } from "zod";
import { assistant } from "./agents";

// #region functions
export const createThread = assistant.createThreadMutation();
export const saveMessages = assistant.asSaveMessagesMutation();
export const reply = assistant.asTextAction({ stopWhen: isStepCount(5), stream: true });
export const plan = assistant.asObjectAction({ schema: z.object({ steps: z.array(z.string()) }) });
// #endregion
