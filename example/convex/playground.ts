import { Agent, definePlaygroundAPI } from "convex-agent";
import { components } from "./_generated/api";
import { weatherAgent } from "./agents/weather";
import { banker } from "./approval/reply";
import { banker as guidesBanker } from "./guides/approval";
import { chooseModel } from "./model/index";
import { thinker } from "./reasoning/reply";
import { rememberer } from "./search/reply";
import { stageAgents } from "./workflow/agents";

/**
 * The guide's banker, whose tool asks before it sends much, with the model that the example's pages talk to. What it
 * sends to its provider and is answered can be looked at in the playground.
 */
const teller = new Agent(components.agent, { ...guidesBanker.options, name: "Teller", languageModel: chooseModel(), keepRawCalls: true });

// #region api
/**
 * What the playground calls. All of it is public; each function asks for an API key, made with
 * `npx convex run --component agent apiKeys:issue '{name:"…"}'`.
 */
export const {
  checkApiKey,
  isApiKeyValid,
  listAgents,
  listUsers,
  listThreads,
  getThread,
  listMessages,
  listTurn,
  getMessage,
  listStreams,
  listLive,
  getRawCall,
  createThread,
  updateThread,
  deleteThread,
  generateText,
  streamText,
  regenerate,
  keepAnswer,
  abortStream,
  approveToolCall,
  denyToolCall,
  fetchPromptContext,
  usage,
  exportThread,
} = definePlaygroundAPI(components.agent, {
  agents: [weatherAgent, stageAgents.packing, banker, teller, thinker, rememberer],
});
// #endregion
