import type { AgentDescription } from "convex-agent";

/** Says that whoever answered is none of the agents here, and who stands in. */
export function MissingAgent({ name, agents, chosen }: { name: string | undefined; agents: readonly AgentDescription[]; chosen: AgentDescription }) {
  if (name === undefined || agents.some((agent) => agent.name === name)) return null;
  return <p className="rounded-lg bg-warn-wash px-3 py-2 text-sm text-warn wrap-anywhere">“{name}” answered here and is none of the agents in definePlaygroundAPI: this is what {chosen.name} would do.</p>;
}
