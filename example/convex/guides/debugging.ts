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
