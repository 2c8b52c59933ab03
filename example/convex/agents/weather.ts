import { Agent } from "convex-agent";
import { stepCountIs } from "ai";
import { components } from "../_generated/api";
import { chooseModel } from "../model/index";
import { getWeather } from "../tools/weather";

export const weatherAgent = new Agent(components.agent, {
  name: "Weather guide",
  languageModel: chooseModel(),
  instructions:
    "You help people plan their days. Answer in short Markdown. When a question is about the weather of a city, call " +
    "getWeather and answer from its result; say that it gives what is typical for the season, not a forecast.",
  tools: { getWeather },
  stopWhen: stepCountIs(5),
});
