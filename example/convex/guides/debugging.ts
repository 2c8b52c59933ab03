import { Agent } from "convex-agent";
import { components } from "../_generated/api";
import { languageModel } from "./models";

// #region raw
export const watched = new Agent(components.agent, {
  name: "Watched",
  languageModel,
  rawRequestResponseHandler: async (_ctx, { request, response, threadId, agentName }) => {
    console.log("model call", { threadId, agentName, body: request.body, headers: response.headers });
  },
});
// #endregion

// #region keep
export const kept = new Agent(components.agent, {
  name: "Kept",
  languageModel,
  // Or `true`, for the defaults.
  keepRawCalls: { maxBytes: 20_000, redact: (call) => (process.env.KEEP_RAW_CALLS === "yes" ? call : undefined) },
});
// #endregion
