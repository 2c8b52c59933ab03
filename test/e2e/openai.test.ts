import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, expect, test } from "vitest";
import { screenshotPath } from "../support/browser.ts";
import { ChatPage } from "../support/chatPage.ts";
import { ownTopicSession } from "../support/topicSession.ts";

const provider = new LLMock({ port: 0, latency: 15, chunkSize: 6 });
beforeAll(async () => {
  provider.on({ userMessage: "Lisbon", hasToolResult: false }, { toolCalls: [{ name: "getWeather", arguments: JSON.stringify({ city: "Lisbon" }) }] });
  provider.on({ userMessage: "Lisbon", hasToolResult: true }, { content: "Lisbon is mild and bright, said the provider." });
  provider.on({ userMessage: "too many" }, { error: { message: "Slow down, please", type: "rate_limit_error" }, status: 429 });
  provider.on({}, { content: "Hello from the provider over HTTP." });
  await provider.start();
});
afterAll(async () => { await provider.stop(); });

const session = ownTopicSession("openai", () => ({ OPENAI_API_KEY: "test-key", OPENAI_BASE_URL: `${provider.url}/v1`, OPENAI_MODEL: "test-model" }));
const openChat = async (path = "/"): Promise<ChatPage> => new ChatPage(await session.open(path));

test("an OpenAI-compatible server answers over HTTP, tool call included", async () => {
  const chat = await openChat();
  await chat.page.getByText("Answered by").waitFor();
  await chat.send("How is Lisbon today?");
  await chat.page.getByRole("group", { name: /^Tool .*: Done/ }).waitFor();
  await chat.replyFits((text) => text.includes("said the provider"));
  await chat.settled();
  const bodies = provider.getRequests().map(({ body }) => JSON.stringify(body));
  expect(bodies.some((body) => body.includes('"role":"tool"') && body.includes("Lisbon"))).toBe(true);
  expect(bodies.every((body) => body.includes("test-model"))).toBe(true);
  await chat.page.screenshot({ path: screenshotPath("openai-tool") });
});

test("nothing of the key reaches the terminal or the page", async () => {
  expect(session.process().output()).not.toContain("test-key");
  const chat = await openChat(session.process().page);
  expect(await chat.page.content()).not.toContain("test-key");
});

test("a provider that refuses is reported with what to do, and the prompt stays", async () => {
  const chat = await openChat();
  await chat.send("Ask too many things");
  const alert = chat.page.getByRole("alert").filter({ hasText: "The reply failed" });
  await alert.waitFor();
  expect(await alert.innerText()).toMatch(/Slow down|rate|limit|later/i);
  expect(await chat.prompts.first().innerText()).toContain("Ask too many things");
  await chat.page.screenshot({ path: screenshotPath("openai-429") });
});
