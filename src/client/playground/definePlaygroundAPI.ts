import type { ApiFromModules, GenericActionCtx, GenericDataModel, GenericQueryCtx } from "convex/server";
import type { Agent } from "../agent.js";
import { apiOf, type InstalledComponent } from "../ctx.js";
import { playgroundOf, type AgentsTarget, type PlaygroundOptions } from "./access.js";
import { generateFunctions } from "./generateFunctions.js";
import { listFunctions } from "./listFunctions.js";
import { readFunctions } from "./readFunctions.js";
import { writeFunctions } from "./writeFunctions.js";

/** Chooses the agents for a user and a thread. */
export type AgentsFn<DataModel extends GenericDataModel> = (
  ctx: GenericActionCtx<DataModel> | GenericQueryCtx<DataModel>,
  target: AgentsTarget,
) => Agent[] | Promise<Agent[]>;

/**
 * The functions that the playground calls. Each takes an `apiKey`, made with
 * `npx convex run --component agent apiKeys:issue '{name:"…"}'` (`readOnly:true` for one that only looks), listed with
 * `apiKeys:list` and revoked with `apiKeys:destroy '{name:"…"}'`. All are public: the key is their whole protection.
 *
 * A wrong key fails with `invalid_api_key`, a read-only one where something changes with `read_only_api_key`. Actions
 * answer a wrong key later the more were tried of late, 8 seconds at most; right keys are never delayed. Queries and
 * mutations that refuse can keep no count, and refuse at once.
 *
 * @example
 * export const { isApiKeyValid, listAgents, listUsers, listThreads, listMessages, createThread, generateText, fetchPromptContext } =
 *   definePlaygroundAPI(components.agent, { agents: [weatherAgent, fashionAgent] });
 */
export function definePlaygroundAPI<DataModel extends GenericDataModel = GenericDataModel>(
  component: InstalledComponent,
  options: {
    agents: Agent[] | AgentsFn<DataModel>;
    /** A name to show for a user. Default: the user's id. */
    userNameLookup?: (ctx: GenericQueryCtx<DataModel>, userId: string) => string | Promise<string>;
  },
) {
  // The functions below hand on the whole ctx of the app's deployment, whose data model the app names.
  const playground = playgroundOf(apiOf(component), options as unknown as PlaygroundOptions);
  return { ...listFunctions(playground), ...readFunctions(playground), ...writeFunctions(playground), ...generateFunctions(playground) };
}

/** The playground's functions as a client calls them: `anyApi.playground as unknown as PlaygroundAPI`. */
export type PlaygroundAPI = ApiFromModules<{ playground: ReturnType<typeof definePlaygroundAPI> }>["playground"];
