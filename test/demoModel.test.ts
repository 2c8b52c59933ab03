import { generateText, Output, stepCountIs, streamText, tool, type ModelMessage } from "ai";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { DemoModel } from "../example/convex/model/demoModel";
import { chooseModel, describeModel } from "../example/convex/model/index";
import { spokenPieces } from "../example/convex/model/words";

const LABEL = "(scripted demo model)";
const model = new DemoModel({ wordDelayMs: 0, nowMs: () => Date.UTC(2026, 10, 21) });

const getWeather = tool({
  description: "The typical weather of a city for the next days.",
  inputSchema: z.object({ city: z.string().describe("The name of the city in English") }),
  execute: ({ city }) => {
    if (city === "Atlantis") throw new Error("No climate data for Atlantis");
    return { city, highC: 17, days: [{ date: "2026-11-21", sky: "wet" }, { date: "2026-11-22", sky: "sunny" }] };
  },
});

async function ask(prompt: string, history: ModelMessage[] = []) {
  return generateText({ model, messages: [...history, { role: "user", content: prompt }], tools: { getWeather }, stopWhen: stepCountIs(5) });
}

/** Whether a text has no halves of characters: only those do not survive UTF-8. */
const isWellFormed = (text: string) => Buffer.from(text).toString() === text;

const callsOf = ({ steps }: Awaited<ReturnType<typeof ask>>) => steps.flatMap((step) => step.toolCalls.map(({ toolName, input }) => ({ toolName, input })));

describe("a tool is called with what the message names", () => {
  const cases: [string, string[]][] = [
    ["What's the weather in Paris?", ["Paris"]],
    ["what is the weather like in new york today?", ["new york"]],
    ["weather oslo", ["oslo"]],
    ["Paris weather please", ["Paris"]],
    ["Will it rain in Rio de Janeiro tomorrow?", ["Rio de Janeiro"]],
    ["Compare the weather in Paris, Rome and São Paulo", ["Paris", "Rome", "São Paulo"]],
    ["How is the weather in Paris, France?", ["Paris, France"]],
    ["weather in 東京", ["東京"]],
    ['Tell me the weather for "the moon"', ["the moon"]],
    ["Use getWeather with city: Lima", ["Lima"]],
  ];
  test.each(cases)("%s", async (prompt, cities) => {
    const result = await ask(prompt);
    expect(callsOf(result)).toEqual(cities.map((city) => ({ toolName: "getWeather", input: { city } })));
    expect(result.steps).toHaveLength(2);
    expect(result.finishReason).toBe("stop");
  });

  test("and the answer holds what the tool said", async () => {
    const { text } = await ask("What's the weather in Paris?");
    expect(text).toContain("`getWeather` (city: Paris)");
    expect(text).toContain("**high C**: 17");
    expect(text).toContain("| 2026-11-22 | sunny |");
  });

  test("a follow-up goes on with the tool of the turn before", async () => {
    const first = await ask("What's the weather in Paris?");
    const history: ModelMessage[] = [{ role: "user", content: "What's the weather in Paris?" }, ...first.responseMessages];
    expect(callsOf(await ask("And in Rome?", history))).toEqual([{ toolName: "getWeather", input: { city: "Rome" } }]);
  });

  test("a tool that fails is reported, not hidden", async () => {
    expect((await ask("weather in Atlantis?")).text).toContain("failed: No climate data for Atlantis");
  });

  test("without a place the model asks for it", async () => {
    const result = await ask("What's the weather?");
    expect(callsOf(result)).toEqual([]);
    expect(result.text).toContain("`city`");
  });

  test.each(["Hello!", "I like this weather", "Tell me a joke about cats", "my name is Paris"])("no tool: %s", async (prompt) => {
    expect(callsOf(await ask(prompt))).toEqual([]);
  });
});

describe("the input fits the tool's schema", () => {
  const seen: unknown[] = [];
  const record = (inputSchema: z.ZodType, description: string) =>
    tool({ description, inputSchema, execute: (input) => { seen.push(input); return "done"; } });
  const tools = {
    calculate: record(z.object({ expression: z.string() }), "Evaluates an arithmetic expression."),
    addNumbers: record(z.object({ a: z.number(), b: z.number() }), "Adds two numbers."),
    createTask: record(z.object({ title: z.string().max(40), priority: z.enum(["low", "medium", "high"]), urgent: z.boolean(), due: z.iso.date().optional() }), "Creates a task."),
    searchNotes: record(z.object({ query: z.string().min(1), limit: z.number().int().min(1).max(50).default(10) }), "Searches the notes."),
    sendEmail: record(z.object({ to: z.email(), body: z.string() }), "Sends an email."),
    rollDice: record(z.object({ sides: z.number().int().min(2).max(20), times: z.number().int().optional() }), "Rolls dice."),
  };
  const cases: [string, unknown][] = [
    ["Please calculate 12 * (3 + 4)", { expression: "12 * (3 + 4)" }],
    ["Use addNumbers on 2 and 40", { a: 2, b: 40 }],
    ["Create a high priority task: water the plants", { title: "water the plants", priority: "high", urgent: false }],
    ["Search my notes for quarterly report", { query: "quarterly report", limit: 10 }],
    ["Send an email to ann@example.com saying hello", { to: "ann@example.com", body: "ann@example.com saying hello" }],
    ["Roll dice with 100 sides", { sides: 20 }],
  ];
  test.each(cases)("%s", async (prompt, input) => {
    seen.length = 0;
    await generateText({ model, prompt, tools, stopWhen: stepCountIs(3) });
    expect(seen).toEqual([input]);
  });

  test("a forced tool is called whatever the message says, and none is when tools are forbidden", async () => {
    const forced = await generateText({ model, prompt: "Hello", tools: { getWeather }, toolChoice: "required" });
    expect(forced.toolCalls).toMatchObject([{ toolName: "getWeather" }]);
    expect(forced.finishReason).toBe("tool-calls");
    const forbidden = await generateText({ model, prompt: "weather in Paris", tools: { getWeather }, toolChoice: "none" });
    expect(forbidden.toolCalls).toEqual([]);
  });
});

describe("answers come from the conversation", () => {
  const history: ModelMessage[] = [
    { role: "user", content: "My name is Ada and my favourite colour is green." },
    { role: "assistant", content: "Noted." },
    { role: "user", content: "The meeting with Grace is on Thursday at noon." },
    { role: "assistant", content: "Fine." },
  ];
  const cases: [string, string | RegExp][] = [
    ["What is my name?", "**Ada**"],
    ["What did I say first?", "> My name is Ada and my favourite colour is green."],
    ["What did I just say?", "> The meeting with Grace"],
    ["What is my favourite color or colour?", "green"],
    ["When is the meeting with Grace?", "> The meeting with Grace is on Thursday at noon."],
    ["Summarize our conversation", "2 messages"],
    ["Who are you?", "a script"],
    ["Repeat after me: ahoy 👋", "ahoy 👋"],
    ["Count to 5", "1, 2, 3, 4, 5."],
    ["The owl is a bird", "> The owl is a bird"],
  ];
  test.each(cases)("%s", async (prompt, expected) => {
    const { text } = await ask(prompt, history);
    expect(text).toMatch(expected);
    expect(text.split(LABEL)).toHaveLength(2);
  });

  test("what it was not told it does not know", async () => {
    expect((await ask("What is my name?")).text).toContain("You have not told me");
    expect((await ask("What did I say first?")).text).toContain("this is the first message");
  });

  test("files are named, and an empty message is answered", async () => {
    const file: ModelMessage = { role: "user", content: [{ type: "file", data: new Uint8Array([1]), mediaType: "application/pdf", filename: "a.pdf" }] };
    expect((await generateText({ model, messages: [file] })).text).toContain("a.pdf (application/pdf)");
    expect((await ask(" ")).text).toContain("no text");
  });

  test("a message of a megabyte, or of emoji, gets a short answer at once and without half characters", async () => {
    const long = ["x", "👩‍👩‍👧 ", "😀", "word ", "what is ", "What is my weather in ", "Aa ", "A. ", " ", "1(", "\n", "\"", "city: "];
    for (const prompt of long.map((piece) => piece.repeat(1_000_000 / piece.length))) {
      const { text } = await ask(prompt);
      expect(text.length).toBeLessThan(2000);
      expect(isWellFormed(text)).toBe(true);
    }
  });
});

test("any conversation gets a labelled answer", async () => {
  const message = fc.string({ unit: fc.constantFrom("what ", "my ", "name ", "is ", "weather ", "in ", "Paris", "? ", "\n", "summary ", "42 ", ": ", "😀", "\"", "count to ", "and ") });
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 3 }), message, async (before, prompt) => {
      const history = before.flatMap((content): ModelMessage[] => [{ role: "user", content }, { role: "assistant", content: "ok" }]);
      const { text, finishReason } = await ask(prompt, history);
      expect(text.startsWith(`*${LABEL}*`)).toBe(true);
      expect(finishReason).toBe("stop");
    }),
    { numRuns: 200 },
  );
});

describe("a structured answer fits its schema", () => {
  const schemas = {
    recipe: z.object({ title: z.string(), steps: z.array(z.string()).min(2), minutes: z.number().int().positive(), vegan: z.boolean() }),
    nested: z.object({ person: z.object({ name: z.string().max(10), email: z.email(), id: z.uuid() }), mood: z.enum(["calm", "happy"]), note: z.string().nullable() }),
    union: z.object({ shape: z.union([z.object({ kind: z.literal("circle"), radius: z.number().min(3) }), z.null()]), tags: z.array(z.enum(["a", "b"])).length(2) }),
    limits: z.object({ short: z.string().min(200), score: z.number().gt(0).lt(1), even: z.number().multipleOf(4).min(5), when: z.iso.datetime(), none: z.null() }),
  };
  test.each(Object.entries(schemas))("%s", async (_name, schema: z.ZodType) => {
    for (const prompt of ["Plan a happy dinner for 12", "", "😀"]) {
      const { output } = await generateText({ model, messages: [{ role: "user", content: prompt }], output: Output.object({ schema }) });
      expect(schema.safeParse(output).error).toBeUndefined();
    }
  });

  test("a choice takes what the message says", async () => {
    const { output } = await generateText({ model, prompt: "This is negative", output: Output.choice({ options: ["positive", "negative"] }) });
    expect(output).toBe("negative");
  });

  test("a recursive schema ends", async () => {
    interface Tree { name: string; children: Tree[] }
    const tree: z.ZodType<Tree> = z.object({ name: z.string(), get children() { return z.array(tree); } });
    const { output } = await generateText({ model, prompt: "A tree", output: Output.object({ schema: tree }) });
    expect(tree.safeParse(output).success).toBe(true);
  });
});

describe("streaming", () => {
  test("says the same as generating, word by word", async () => {
    const stream = streamText({ model, prompt: "What's the weather in Paris? Think step by step.", tools: { getWeather }, stopWhen: stepCountIs(3) });
    const kinds = new Map<string, number>();
    for await (const part of stream.fullStream) kinds.set(part.type, (kinds.get(part.type) ?? 0) + 1);
    const generated = await ask("What's the weather in Paris? Think step by step.");
    expect(await stream.text).toBe(generated.text);
    expect((await stream.steps)[0]?.reasoningText).toContain("getWeather");
    expect(kinds.get("text-delta")).toBeGreaterThan(20);
    expect(kinds.get("tool-input-delta")).toBeGreaterThan(0);
    expect(kinds.get("error")).toBeUndefined();
    expect(await stream.finishReason).toBe("stop");
  });

  test("pieces join to the text, and none parts a character", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
      const pieces = spokenPieces(text);
      expect(pieces.join("")).toBe(text);
      expect(pieces.every(isWellFormed)).toBe(true);
    }));
    expect(spokenPieces("😀".repeat(41)).join("")).toBe("😀".repeat(41));
  });

  test("an abort in a pause ends the stream with its reason, and what was said stays said", async () => {
    const controller = new AbortController();
    let pauses = 0;
    const slow = new DemoModel({
      sleep: (_delayMs, signal) => new Promise((resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
        if (++pauses === 6) controller.abort(new Error("stopped by the user"));
        else resolve();
      }),
    });
    const { stream } = await slow.doStream({ prompt: [{ role: "user", content: [{ type: "text", text: "Count to 100" }] }], abortSignal: controller.signal });
    let heard = "";
    const listen = async () => {
      for await (const part of stream) if (part.type === "text-delta") heard += part.delta;
    };
    await expect(listen()).rejects.toThrow("stopped by the user");
    expect(heard).toBe("*(scripted demo model)* 1, 2,");
    await expect(slow.doGenerate({ prompt: [], abortSignal: controller.signal })).rejects.toThrow("stopped by the user");
  });

  test("the default pause is a real timer that an abort clears", async () => {
    const controller = new AbortController();
    const { stream } = await new DemoModel({ wordDelayMs: 60_000 }).doStream({ prompt: [{ role: "user", content: [{ type: "text", text: "Hi" }] }], abortSignal: controller.signal });
    const reader = stream.getReader();
    expect((await reader.read()).value?.type).toBe("stream-start");
    expect((await reader.read()).value?.type).toBe("response-metadata");
    expect((await reader.read()).value?.type).toBe("text-start");
    const next = reader.read();
    controller.abort(new Error("stop"));
    await expect(next).rejects.toThrow("stop");
  });
});

describe("limits and counts", () => {
  test("usage grows with what was read and said", async () => {
    const short = await ask("Count to 3");
    const long = await ask("Count to 300");
    expect(short.usage.inputTokens).toBeGreaterThan(10);
    expect(long.usage.outputTokens ?? 0).toBeGreaterThan((short.usage.outputTokens ?? 0) + 500);
    expect(long.usage.totalTokens).toBe((long.usage.inputTokens ?? 0) + (long.usage.outputTokens ?? 0));
  });

  test("an answer stops at its token limit and at a stop sequence, and says which", async () => {
    const cut = await generateText({ model, prompt: "Count to 300", maxOutputTokens: 40 });
    expect(cut.finishReason).toBe("length");
    expect(cut.usage.outputTokens).toBeLessThanOrEqual(40);
    const stopped = await generateText({ model, prompt: "Count to 300", stopSequences: [", 4"] });
    expect(stopped.text).toMatch(/1, 2, 3$/);
    expect(stopped.finishReason).toBe("stop");
  });

  test("a text of a given length has that many words, within a few", async () => {
    const { text } = await ask("Write 300 words about streams");
    expect(Math.abs(text.split(/\s+/).length - 303)).toBeLessThan(5);
  });
});

const choose = () => ({ provider: chooseModel().provider, modelId: chooseModel().modelId, described: describeModel() });

describe("the choice of a model", () => {
  const names = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"] as const;
  const withEnvironment = <T>(values: Partial<Record<(typeof names)[number], string>>, run: () => T): T => {
    const saved = names.map((name) => [name, process.env[name]] as const);
    try {
      for (const name of names) Reflect.deleteProperty(process.env, name);
      Object.assign(process.env, values);
      return run();
    } finally {
      for (const [name, value] of saved) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
    }
  };
  test("without a key, or with a blank one, the demo model answers", () => {
    for (const key of [undefined, " "]) {
      const chosen = withEnvironment(key === undefined ? {} : { OPENAI_API_KEY: key }, choose);
      expect(chosen).toMatchObject({ provider: "demo", described: { kind: "demo" } });
    }
  });

  test("with a key OpenAI's API answers; with a base URL, chat completions of that server", () => {
    expect(withEnvironment({ OPENAI_API_KEY: "k" }, choose)).toMatchObject({ provider: "openai.responses", described: { kind: "openai" } });
    const local = withEnvironment({ OPENAI_API_KEY: "secret", OPENAI_BASE_URL: "http://user:secret@127.0.0.1:11434/v1", OPENAI_MODEL: "llama" }, choose);
    expect(local).toMatchObject({ provider: "openai.chat", modelId: "llama" });
    expect(local.described.label).toBe("llama (127.0.0.1:11434)");
  });
});
