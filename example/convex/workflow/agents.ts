import { Agent, stepCountIs } from "convex-agent";
import { components } from "../_generated/api";
import { chooseModel } from "../model/index";
import { weatherAgent } from "../agents/weather";
import { makePackingList } from "./packing";

const packingAgent = new Agent(components.agent, {
  name: "Packing guide",
  languageModel: chooseModel(),
  instructions:
    "You help people pack for a trip. The weather of the place was looked up earlier in this conversation. Call makePackingList " +
    "for the city and explain its items in short Markdown.",
  tools: { makePackingList },
  stopWhen: stepCountIs(5),
});

/** Who does which part of the plan. */
export const stageAgents = { weather: weatherAgent, packing: packingAgent };
