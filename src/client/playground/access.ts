import { fail, failureOf } from "../../shared/errors.js";
import type { Agent } from "../agent.js";
import type { ActionCtx, AgentComponent, MutationCtx, QueryCtx } from "../ctx.js";
import { systemTimers, type Timers } from "../streaming/timers.js";

/** The ctx that the app's own functions are given here: an action's when something is generated, else a query's. */
export type PlaygroundCtx = QueryCtx | ActionCtx;

/** Whom a choice of agents is for. */
export type AgentsTarget = { userId: string | undefined; threadId: string | undefined };

/** What the playground shows and may run. */
export type PlaygroundOptions<Ctx = PlaygroundCtx> = {
  /** The agents, or a function that chooses them for a user and a thread. Give each a name. */
  agents: Agent[] | ((ctx: Ctx, target: AgentsTarget) => Agent[] | Promise<Agent[]>);
  /** A name to show for a user. Default: the user's id. */
  userNameLookup?: ((ctx: QueryCtx, userId: string) => string | Promise<string>) | undefined;
};

/** What all functions of a playground share. */
export type Playground = { component: AgentComponent; options: PlaygroundOptions; timers: Timers };

/** An agent under the name that the playground calls it. */
export type NamedAgent = { name: string; agent: Agent };

export function playgroundOf(component: AgentComponent, options: PlaygroundOptions): Playground {
  return { component, options, timers: systemTimers };
}

/**
 * Lets a right key pass. A query or a mutation that refuses can keep no count of it, so it refuses at once: it costs one
 * read, and there are 2^256 keys. @throws ConvexError `invalid_api_key`, `read_only_api_key`.
 */
export async function requireKey({ component }: Playground, ctx: QueryCtx, apiKey: string, access: "read" | "write" = "read"): Promise<void> {
  await ctx.runQuery(component.apiKeys.validate, { apiKey, write: access === "write" });
}

/** As {@link requireKey}, in an action: a wrong key is counted, and its answer takes the longer the more there were. */
export async function requireKeySlowly(playground: Playground, ctx: MutationCtx, apiKey: string, access: "read" | "write"): Promise<void> {
  try {
    await requireKey(playground, ctx, apiKey, access);
  } catch (error) {
    const failure = failureOf(error);
    if (failure?.code !== "invalid_api_key") throw error;
    const { delayMs } = await ctx.runMutation(playground.component.apiKeys.countWrongKey, { apiKey });
    await new Promise<void>((resolve) => playground.timers.after(delayMs, resolve));
    return fail({ ...failure, delayMs });
  }
}

/** The agents for a user and a thread, each with a name. */
export async function agentsFor({ options }: Playground, ctx: PlaygroundCtx, target: AgentsTarget): Promise<NamedAgent[]> {
  const { agents } = options;
  const chosen = typeof agents === "function" ? await agents(ctx, target) : agents;
  return chosen.map((agent, index) => ({ name: agent.name ?? `Agent ${index + 1} (without a name)`, agent }));
}

/** The agent of a name. @throws ConvexError `agent_not_found`, with the names that there are. */
export async function mustGetAgent(playground: Playground, ctx: PlaygroundCtx, { agentName, ...target }: AgentsTarget & { agentName: string }): Promise<Agent> {
  const agents = await agentsFor(playground, ctx, target);
  const found = agents.find(({ name }) => name === agentName);
  if (found) return found.agent;
  const available = agents.map(({ name }) => name);
  return fail({ code: "agent_not_found", agentName, available, message: `There is no agent "${agentName}" here, but: ${available.join(", ") || "none"}.` });
}
