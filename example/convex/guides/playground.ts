import { definePlaygroundAPI } from "convex-agent";
import { components } from "../_generated/api";
import { weatherAgent } from "../agents/weather";

// #region documented
export const {
  isApiKeyValid,
  listAgents,
  listUsers,
  listThreads,
  listMessages,
  createThread,
  generateText,
  fetchPromptContext,
} = definePlaygroundAPI(components.agent, { agents: [weatherAgent] });
// #endregion
