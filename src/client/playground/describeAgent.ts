import { asSchema, type ToolSet } from "ai";
import { toReturnedJson, type ConvexJson } from "../../shared/convexJson.js";
import { modelNames } from "../aiSdk/models.js";
import type { ContextOptions, StorageOptions } from "../agentOptions.js";
import type { NamedAgent } from "./access.js";

/** A tool as the model is told of it. */
export type ToolDescription = {
  name: string;
  description?: string;
  /** The JSON schema of its input. Keys that Convex refuses, such as `$ref`, come as `~esc:%24ref`. */
  inputSchema: ConvexJson;
  needsApproval: boolean;
};

/** An agent as the playground shows it. */
export type AgentDescription = {
  name: string;
  instructions?: ConvexJson;
  model?: string;
  provider?: string;
  embeddingModel?: string;
  tools: ToolDescription[];
  contextOptions?: ContextOptions;
  storageOptions?: StorageOptions;
  callSettings?: ConvexJson;
  providerOptions?: ConvexJson;
  maxSteps?: number;
};

export async function describeAgent({ name, agent }: NamedAgent): Promise<AgentDescription> {
  const { instructions, languageModel, chat, embeddingModel, textEmbeddingModel, tools, contextOptions, storageOptions, callSettings, providerOptions, maxSteps } = agent.options;
  const model = languageModel ?? chat;
  const embedding = embeddingModel ?? textEmbeddingModel;
  return {
    name,
    ...(instructions !== undefined && { instructions: toReturnedJson(instructions) }),
    ...(model !== undefined && modelNames(model)),
    ...(embedding !== undefined && { embeddingModel: modelNames(embedding).model }),
    tools: await describeTools(tools),
    ...(contextOptions && { contextOptions }),
    ...(storageOptions && { storageOptions }),
    ...(callSettings && { callSettings: toReturnedJson(withoutSecrets(callSettings)) }),
    ...(providerOptions && { providerOptions: toReturnedJson(providerOptions) }),
    ...(maxSteps !== undefined && { maxSteps }),
  };
}

/** Headers may carry the app's keys. */
function withoutSecrets({ headers: _headers, ...settings }: { headers?: unknown }): object {
  return settings;
}

/** The tools as a model is told of them. */
export async function describeTools(tools: ToolSet = {}): Promise<ToolDescription[]> {
  return Promise.all(
    Object.entries(tools).map(async ([name, tool]) => ({
      name,
      ...(typeof tool.description === "string" && { description: tool.description }),
      inputSchema: toReturnedJson(await asSchema(tool.inputSchema).jsonSchema),
      needsApproval: tool.needsApproval !== undefined && tool.needsApproval !== false,
    })),
  );
}
