import { generateText, Output, stepCountIs, streamText, tool, type ModelMessage } from "ai";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { solve } from "../example/convex/model/arithmetic";
import { DemoModel } from "../example/convex/model/demoModel";
import { imageSize } from "../example/convex/model/imageSize";
import { chooseModel, describeModel } from "../example/convex/model/index";
import { recipeSchema } from "../example/convex/objects/recipe";
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
    expect((await generateText({ model, messages: [file] })).text).toContain("`a.pdf` (application/pdf), 1 byte");
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

describe("sums are worked out, and the reasoning is how", () => {
  type Sum = { text: string; value: number };
  const sign = fc.constantFrom("+", "-", "*", "/");
  const { sum } = fc.letrec<{ sum: Sum }>((tie) => ({
    sum: fc.oneof(
      { depthSize: "small" },
      fc.integer({ min: 0, max: 99 }).map((value): Sum => ({ text: String(value), value })),
      fc.tuple(tie("sum"), sign, tie("sum")).map(([left, operator, right]): Sum => ({
        text: `(${left.text} ${operator} ${right.text})`,
        value: operator === "+" ? left.value + right.value : operator === "-" ? left.value - right.value : operator === "*" ? left.value * right.value : left.value / right.value,
      })),
    ),
  }));

  test("any nest of brackets has the value that it has", () => {
    fc.assert(fc.property(sum, ({ text, value }) => {
      fc.pre(/[-+*/]/.test(text) && text.length < 300);
      const result = solve(`What is ${text}?`)?.result;
      const distance = Math.abs(Number(result?.replaceAll("−", "-")) - value);
      expect(Number.isFinite(value) ? distance <= 1e-9 * Math.max(1, Math.abs(value)) : result === null).toBe(true);
    }));
  });

  test("times comes before plus, words are signs, and steps are told", async () => {
    const { text, reasoningText } = await generateText({ model, prompt: "What is 2 plus 3 times 4 - 8 ÷ 2?", reasoning: "high" });
    expect(text).toContain("2 + 3 × 4 − 8 ÷ 2 = **10**");
    for (const line of ["1. 3 × 4 = 12", "2. 2 + 12 = 14", "3. 8 ÷ 2 = 4", "4. 14 − 4 = 10", "10 + 4 = 14: it fits"]) expect(reasoningText).toContain(line);
    const brief = await generateText({ model, prompt: "What is 2 plus 3 times 4?", reasoning: "low" });
    expect(brief.reasoningText?.length ?? 0).toBeLessThan(80);
    expect((await generateText({ model, prompt: "What is 1 + 1?" })).reasoningText).toBeUndefined();
  });

  test.each(["2026-11-21", "pages 10-20?", "I have 2 + 3 apples", "1 + ", "what is (1 + 2", "9".repeat(500) + " + 1?"])("no sum: %s", (prompt) => {
    expect(solve(prompt)).toBeNull();
  });
});

describe("files are seen as far as a script sees", () => {
  const show = async (question: string, file: { data: Uint8Array; mediaType: string; filename?: string }, before: ModelMessage[] = []) =>
    (await generateText({ model, messages: [...before, { role: "user", content: [{ type: "file", ...file }, { type: "text", text: question }] }] })).text;
  const bytes = (length: number, ...written: [number, number[]][]) => {
    const data = new Uint8Array(length);
    for (const [at, values] of written) data.set(values, at);
    return data;
  };
  const images: [string, Uint8Array][] = [
    ["image/png", bytes(33, [0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 2, 128, 0, 0, 1, 224]])],
    ["image/gif", bytes(20, [0, [0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 128, 2, 224, 1]])],
    ["image/jpeg", bytes(40, [0, [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 17, 8, 1, 224, 2, 128]])],
    ["image/webp", bytes(40, [0, [0x52, 0x49, 0x46, 0x46, 0, 0, 0, 0, 0x57, 0x45, 0x42, 0x50, 0x56, 0x50, 0x38, 0x58]], [24, [127, 2, 0, 223, 1, 0]])],
  ];

  test.each(images)("the size of an image is read from it: %s", async (mediaType, data) => {
    const text = await show("What is in this picture?", { data, mediaType, filename: "p" });
    expect(text).toContain(`\`p\` (${mediaType}), ${data.length} bytes, 640 × 480 pixels`);
    expect(text).toContain("I do not see pictures");
  });

  test("an image that is cut off is named all the same", () => {
    fc.assert(fc.property(fc.constantFrom(...images.map(([, data]) => data)), fc.nat(40), (data, length) => {
      expect(() => imageSize(data.subarray(0, length))).not.toThrow();
    }));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (data) => { expect(() => imageSize(Uint8Array.of(0xff, 0xd8, ...data))).not.toThrow(); }));
  });

  test("a text is quoted where it answers, also later", async () => {
    const data = new TextEncoder().encode("The ship leaves at nine. Bring a coat.");
    const text = await show("When does the ship leave?", { data, mediaType: "text/plain", filename: "trip.txt" });
    expect(text).toContain("> The ship leaves at nine.");
    expect(text).toContain("1 line, 8 words");
    const before: ModelMessage[] = [{ role: "user", content: [{ type: "file", data, mediaType: "text/plain", filename: "trip.txt" }] }, { role: "assistant", content: "ok" }];
    expect((await ask("What does the file say about a coat?", before)).text).toContain("> Bring a coat.");
    expect((await show("Rows?", { data: new TextEncoder().encode("name,age\nAda,36\nAlan,41\n"), mediaType: "text/csv" })).match(/2 rows under the columns name, age/)).not.toBeNull();
  });
});

describe("a schema is filled with words of the wish and examples of its descriptions", () => {
  test("a recipe", async () => {
    const { output } = await generateText({ model, prompt: "Suggest a hard soup with leeks, potatoes and cream for 6 people", output: Output.object({ schema: recipeSchema }) });
    expect(recipeSchema.safeParse(output).success).toBe(true);
    expect(output).toMatchObject({ title: "Hard soup with leeks, potatoes and cream for 6 people", servings: 6, difficulty: "hard", vegetarian: false });
    expect(output.ingredients.map(({ name }) => name)).toEqual(["leeks", "potatoes", "cream", "salt"]);
    expect(output.steps.map(({ title, minutes }) => `${title} ${minutes}`)).toEqual(["Prepare 10", "Cook 25", "Season 2", "Serve 3"]);
  });

  test("a tool is never called with an example", async () => {
    const result = await generateText({ model, prompt: "What's the weather?", tools: { getWeather: tool({ description: "The weather", inputSchema: z.object({ city: z.string().describe("A city, for example Paris") }) }) } });
    expect(result.toolCalls).toEqual([]);
  });

  test("from and to are the ends of what the message names, and each name goes with its own number", async () => {
    const tools = {
      convertUnits: tool({ description: "Converts units", inputSchema: z.object({ value: z.number(), from: z.string(), to: z.string() }) }),
      sendMoney: tool({ description: "Sends money", inputSchema: z.object({ amount: z.number(), to: z.string() }) }),
    };
    const inputs = async (prompt: string) => (await generateText({ model, prompt, tools })).toolCalls.map(({ input }) => input);
    expect(await inputs("Convert 26.2 miles to kilometres")).toEqual([{ value: 26.2, from: "miles", to: "kilometres" }]);
    expect(await inputs("Send 300 euros to Ann and 200 euros to Bob")).toEqual([{ amount: 300, to: "Ann" }, { amount: 200, to: "Bob" }]);
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
