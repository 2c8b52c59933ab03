// @vitest-environment edge-runtime
import { tool } from "ai";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { component, inAction, newApp, savedIn, shownIn, storedParts, type Ctx } from "../../shared/testing/app.js";
import { Agent } from "../agent.js";
import { serializeMessage as serializeMessageOf } from "../aiSdk/messages.js";
import { deleteMessages, saveMessage, saveMessages, updateMessage } from "../messages.js";
import { scriptedModel, type ScriptedStep } from "../testing/scriptedModel.js";
import { createThread, deleteThreadSync } from "../threads.js";
import { MAX_INLINE_BYTES } from "./largeData.js";
import { inlineLocalFiles } from "./localUrls.js";
import { serializeMessage } from "./serializeMessage.js";
import { getFile, storeFile, vacuumFiles } from "./storeFile.js";

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** A picture of `size` bytes; `seed` tells pictures apart. */
const picture = (size = 100_000, seed = 1): Uint8Array<ArrayBuffer> => new Uint8Array(size).fill(seed).map((byte, index) => PNG[index] ?? byte);
const base64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
const pngBlob = (bytes = picture()) => new Blob([bytes], { type: "image/png" });

const hex = async (bytes: Uint8Array<ArrayBuffer>) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const refcount = async (ctx: Ctx, fileId: string) => (await ctx.runQuery(component.files.get, { fileId }))?.refcount;
const storedFiles = async (ctx: Ctx) => (await ctx.runQuery(component.files.getFilesToDelete, { paginationOpts: { cursor: null, numItems: 100 }, minAge: 0 })).page;

/** The action's ctx with a count of the files that were put into the storage and are still there. */
function counted(ctx: Ctx): { ctx: Ctx; stored: Set<string> } {
  const stored = new Set<string>();
  const storage = Object.assign(Object.create(ctx.storage) as Ctx["storage"], {
    getUrl: ctx.storage.getUrl,
    store: async (blob: Blob) => {
      const id = await ctx.storage.store(blob);
      stored.add(id);
      return id;
    },
    delete: async (id: string) => {
      stored.delete(id);
      await ctx.storage.delete(id as never);
    },
  });
  return { ctx: { ...ctx, storage }, stored };
}

function agentOf(steps: readonly ScriptedStep[], tools = {}) {
  const model = scriptedModel({ steps });
  return { model, agent: new Agent(component, { name: "Tester", languageModel: model, tools, maxSteps: 3 }) };
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

describe("storeFile", () => {
  test("stores the same content under the same name once, whoever stores it again", () =>
    inAction(async (plain) => {
      const { ctx, stored } = counted(plain);
      const first = await storeFile(ctx, component, pngBlob(), { filename: "a.png" });
      const again = await storeFile(ctx, component, pngBlob(), { filename: "a.png" });
      expect(again.file).toEqual(first.file);
      const [one, other] = await Promise.all([storeFile(ctx, component, pngBlob(picture(10, 2))), storeFile(ctx, component, pngBlob(picture(10, 2)))]);
      expect(one.file.fileId).toBe(other.file.fileId);
      expect(stored.size).toBe(2);
      expect((await storeFile(ctx, component, pngBlob(picture(10, 3)))).file.fileId).not.toBe(one.file.fileId);
    }));

  test("takes the hash in hexadecimal or base64; with another one it stores nothing", () =>
    inAction(async (plain) => {
      const { ctx, stored } = counted(plain);
      const sha256 = await hex(picture());
      for (const wrong of ["00".repeat(32), "", btoa("no hash")]) {
        await expect(storeFile(ctx, component, pngBlob(), { sha256: wrong })).rejects.toThrow(sha256);
      }
      expect(stored.size).toBe(0);
      expect(await storedFiles(ctx)).toEqual([]);
      const { file } = await storeFile(ctx, component, pngBlob(), { sha256 });
      expect(file.hash).toBe(sha256);
      const digest = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", picture()))));
      expect((await storeFile(ctx, component, pngBlob(), { sha256: digest })).file.fileId).toBe(file.fileId);
    }));

  test("leaves nothing in the storage when the component refuses the file", () =>
    inAction(async (plain) => {
      const { ctx, stored } = counted(plain);
      const refusing = { ...ctx, runMutation: async (reference: never, args: { storageId?: string }) => {
        if (args.storageId !== undefined) throw new Error("no room");
        return ctx.runMutation(reference, args as never);
      } } as unknown as Ctx;
      await expect(storeFile(refusing, component, pngBlob())).rejects.toThrow("no room");
      expect(stored.size).toBe(0);
    }));
});

test("getFile returns the parts that show a file in a message, from an action and from a mutation", async () => {
  const t = newApp();
  const [image, text] = await t.action(async (ctx) => {
    const stored = [await storeFile(ctx, component, pngBlob(), { filename: "a.png" }), await storeFile(ctx, component, new Blob(["hi"], { type: "text/plain" }))];
    for (const each of stored) expect(await getFile(ctx, component, each.file.fileId)).toEqual(each);
    return stored.map(({ file }) => file.fileId);
  });
  await t.mutation(async (ctx) => {
    const { file, imagePart, filePart } = await getFile(ctx, component, image!);
    expect(imagePart).toEqual({ type: "image", image: new URL(file.url), mediaType: "image/png" });
    expect(filePart).toEqual({ type: "file", data: new URL(file.url), mediaType: "image/png", filename: "a.png" });
    expect((await getFile(ctx, component, text!)).imagePart).toBeUndefined();
    await expect(getFile(ctx, component, "no-id")).rejects.toThrow('no file with the id "no-id"');
  });
});

describe("large data in messages", () => {
  test.each<[string, (bytes: Uint8Array<ArrayBuffer>) => object]>([
    ["an image of bytes", (bytes) => ({ type: "image", image: bytes })],
    ["an image of base64", (bytes) => ({ type: "image", image: base64(bytes), mediaType: "image/png" })],
    ["a file of a buffer", (bytes) => ({ type: "file", data: bytes.buffer, mediaType: "image/png", filename: "a.png" })],
    ["a file of a data URL", (bytes) => ({ type: "file", data: `data:image/png;base64,${base64(bytes)}`, mediaType: "image/*" })],
    ["a file of tagged data", (bytes) => ({ type: "file", data: { type: "data", data: bytes }, mediaType: "image/png" })],
  ])("%s past 64 KiB becomes a file that the message keeps; up to there it stays", (_name, partOf) =>
    inAction(async (ctx) => {
      const { agent, model } = agentOf([["A cat."]]);
      const threadId = await createThread(ctx, component);
      const content = [partOf(picture(MAX_INLINE_BYTES + 10)), { type: "text", text: "What is it?" }];
      // Every form in which the SDK takes a file.
      await agent.generateText(ctx, { threadId }, { message: { role: "user", content } as never });
      const [prompt] = await savedIn(ctx, threadId);
      expect(prompt!.fileIds).toHaveLength(1);
      const { file, filePart } = await getFile(ctx, component, prompt!.fileIds![0]!);
      const part = { ...(prompt!.message!.content[0] as object) } as Record<string, unknown>;
      expect(part.image ?? part.data).toBe(file.url);
      expect(filePart.mediaType).toBe("image/png");
      expect(await refcount(ctx, file.fileId)).toBe(1);
      const blob = await ctx.storage.get(file.storageId);
      expect(new Uint8Array(await blob!.arrayBuffer())).toEqual(picture(MAX_INLINE_BYTES + 10));
      // The model is given the picture that the call was given.
      expect(JSON.stringify(model.calls[0]!.prompt)).toContain("What is it?");
      const [ui] = await shownIn(ctx, threadId);
      expect(ui!.parts[0]).toMatchObject({ type: "file", url: file.url });

      const small = await saveMessages(ctx, component, { threadId, messages: [{ role: "user", content: [partOf(picture(1000))] } as never] });
      expect(small.messages[0]!.fileIds).toBeUndefined();
    }));

  test("whatever the size, what is saved is what was given: in place or in the storage", () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: MAX_INLINE_BYTES - 3, max: MAX_INLINE_BYTES + 3 }), fc.constantFrom("bytes", "base64"), async (size, form) => {
        await inAction(async (ctx) => {
          const threadId = await createThread(ctx, component);
          const bytes = picture(size);
          const { message } = await saveMessage(ctx, component, { threadId, message: { role: "user", content: [{ type: "file", data: form === "bytes" ? bytes : base64(bytes), mediaType: "image/png" }] } });
          const [part] = await storedParts(ctx, threadId, "file");
          const [file] = await Promise.all((message.fileIds ?? []).map((fileId) => getFile(ctx, component, fileId)));
          const kept = file && new Uint8Array(await (await ctx.storage.get(file.file.storageId))!.arrayBuffer());
          expect(kept ?? bytes).toEqual(bytes);
          expect(part!.data).toEqual(file ? file.file.url : form === "bytes" ? bytes.buffer : base64(bytes));
          expect(message.fileIds === undefined).toBe(size <= MAX_INLINE_BYTES);
        });
      }),
      { numRuns: 12 },
    ));

  test("a URL stays a URL however long it is, and a mutation keeps data in the message", async () => {
    const t = newApp();
    const url = `https://example.com/${"a".repeat(200_000)}`;
    const threadId = await t.action((ctx) => createThread(ctx, component));
    await t.action(async (ctx) => {
      const { message } = await saveMessage(ctx, component, { threadId, message: { role: "user", content: [{ type: "file", data: new URL(url), mediaType: "image/png" }] } });
      expect(message.fileIds).toBeUndefined();
      expect(message.message!.content[0]).toMatchObject({ data: url });
    });
    await t.mutation(async (ctx) => {
      const { message } = await saveMessage(ctx, component, { threadId, message: { role: "user", content: [{ type: "image", image: picture() }] } });
      expect(message.fileIds).toBeUndefined();
      expect(message.message!.content[0]).toMatchObject({ image: picture().buffer, mediaType: "image/png" });
    });
  });

  test("the model is shown the URL where large data was put, in this call as in every later one", () =>
    inAction(async (ctx) => {
      const { agent, model } = agentOf([["A dot"], ["Still a dot"]]);
      const threadId = await createThread(ctx, component);
      const content = (size: number) => [{ type: "file" as const, data: picture(size), mediaType: "image/png" }, { type: "text" as const, text: "What is it?" }];
      const messages = [{ role: "user" as const, content: content(90_000) }, { role: "assistant" as const, content: "Go on" }, { role: "user" as const, content: content(80_000) }];
      await agent.generateText(ctx, { threadId }, { messages: [...messages, { role: "user", content: content(50) }] }, { storageOptions: { saveMessages: "all" } });
      await agent.generateText(ctx, { threadId }, { prompt: "Sure?" });
      const [first, second] = model.calls.map(({ prompt }) => prompt);
      expect(first).toEqual(second!.slice(0, first!.length));
      const kinds = first!.map(({ content: parts }) => (typeof parts !== "string" && parts[0]?.type === "file" ? parts[0].data.type : "text"));
      expect(kinds).toEqual(["url", "text", "url", "data"]);
    }));

  test("new content of a message goes where content goes that is saved, and the files that it shows no more are let go", () =>
    inAction(async (ctx) => {
      const threadId = await createThread(ctx, component);
      const { messageId, message } = await saveMessage(ctx, component, { threadId, message: { role: "user", content: [{ type: "image", image: picture() }, { type: "image", image: picture(100_000, 2) }] } });
      const [first, second] = message.fileIds ?? [];
      const [kept] = await storedParts(ctx, threadId, "image");
      await updateMessage(ctx, component, { messageId, patch: { message: { role: "user", content: [{ type: "image", image: String(kept?.image) }, { type: "image", image: picture(2_000_000, 3) }] } } });
      const [changed] = await savedIn(ctx, threadId);
      expect(changed?.fileIds).toEqual([first, expect.any(String)]);
      expect(changed?.fileIds).not.toContain(second);
      expect(await refcount(ctx, String(first))).toBe(1);
      expect(await refcount(ctx, String(second))).toBe(0);
      await updateMessage(ctx, component, { messageId, patch: { message: { role: "user", content: "text only" } } });
      expect(await refcount(ctx, String(first))).toBe(0);
    }));

  test("an image may be given as the documentation of files gives it: its URL or bytes as `data`", () => {
    const url = "https://example.com/a.png";
    const storedOf = (data: unknown) => serializeMessageOf({ role: "user", content: [{ type: "image", data, mimeType: "image/png" } as never] }).content[0];
    expect(storedOf(url)).toEqual({ type: "image", mediaType: "image/png", image: url });
    expect(storedOf(new Uint8Array(PNG))).toEqual({ type: "image", mediaType: "image/png", image: new Uint8Array(PNG).buffer });
  });

  test("a message made ready by hand is the one that saving makes of it: with the component in an action, data in the storage", async () => {
    const t = newApp();
    const message = { role: "user" as const, content: [{ type: "file" as const, data: picture(), mediaType: "image/png" }, { type: "text" as const, text: "What is it?" }] };
    await t.action(async (ctx) => {
      const threadId = await createThread(ctx, component);
      const ready = await serializeMessage(ctx, component, message);
      await saveMessage(ctx, component, { threadId, message: ready.message, metadata: { fileIds: ready.fileIds! } });
      await saveMessage(ctx, component, { threadId, message });
      const [byHand, saved] = await savedIn(ctx, threadId);
      expect(byHand!.fileIds).toHaveLength(1);
      expect([byHand!.message, byHand!.fileIds]).toEqual([saved!.message, saved!.fileIds]);
    });
    const inMutation = await t.mutation((ctx) => serializeMessage(ctx, component, message));
    expect(inMutation).toEqual({ message: serializeMessage(message) });
  });

  test("a picture that a tool gave is a file of the tool's message, and the model sees it where it is", () =>
    inAction(async (ctx) => {
      const camera = tool({
        inputSchema: z.object({}),
        execute: async () => base64(picture()),
        toModelOutput: ({ output }) => ({ type: "content", value: [{ type: "file", data: { type: "data", data: output }, mediaType: "image/png" }] }),
      });
      const { agent, model } = agentOf([[{ type: "tool-call", toolName: "camera", input: {} }], ["A cat."], ["Still a cat."]], { camera });
      const threadId = await createThread(ctx, component);
      const { promptMessageId } = await agent.generateText(ctx, { threadId }, { prompt: "Look" });
      const docs = await savedIn(ctx, threadId);
      expect(docs.map(({ fileIds }) => fileIds?.length ?? 0)).toEqual([0, 0, 1, 0]);
      const { file } = await getFile(ctx, component, docs[2]!.fileIds![0]!);
      const [result] = await storedParts(ctx, threadId, "tool-result");
      expect(result!.output).toEqual({ type: "content", value: [{ type: "file", data: { type: "url", url: file.url }, mediaType: "image/png" }] });
      expect(JSON.stringify(docs).length).toBeLessThan(10_000);
      await agent.generateText(ctx, { threadId }, { promptMessageId });
      expect(JSON.stringify(model.calls[2]!.prompt)).toContain(file.url);
    }));

  test.each([true, false])("a picture that a model made is a file of its message (streamed: %s)", (isStreamed) =>
    inAction(async (ctx) => {
      const { agent } = agentOf([["Here:", { type: "file", mediaType: "image/png", data: picture() }, { type: "file", mediaType: "image/png", data: picture(100) }]]);
      const threadId = await createThread(ctx, component);
      if (isStreamed) await agent.streamText(ctx, { threadId }, { prompt: "Draw" }, { saveStreamDeltas: true });
      else await agent.generateText(ctx, { threadId }, { prompt: "Draw" });
      const [, reply] = await savedIn(ctx, threadId);
      expect(reply!.fileIds).toHaveLength(1);
      const { file } = await getFile(ctx, component, reply!.fileIds![0]!);
      expect((await storedParts(ctx, threadId, "file"))[0]).toMatchObject({ data: file.url, mediaType: "image/png" });
      const shown = (await shownIn(ctx, threadId)).at(-1)!.parts.flatMap((part) => (part.type === "file" ? [part.url] : []));
      expect(shown).toEqual([file.url, `data:image/png;base64,${base64(picture(100))}`]);
    }));
});

describe("vacuum", () => {
  test("removes what no message refers to, from the storage too, and nothing else", async () => {
    const t = newApp();
    const { unused, used, messageId, threadId } = await t.action(async (ctx) => {
      const threadId = await createThread(ctx, component);
      const { file: unused } = await storeFile(ctx, component, pngBlob(picture(10, 7)));
      const { messageId, message } = await saveMessage(ctx, component, { threadId, message: { role: "user", content: [{ type: "image", image: picture() }] } });
      const { file: used } = await getFile(ctx, component, message.fileIds![0]!);
      return { unused, used, messageId, threadId };
    });
    const vacuum = (minAge?: number) => t.mutation((ctx) => vacuumFiles(ctx, component, minAge === undefined ? {} : { minAge }));
    const isStored = (storageId: string) => t.action(async (ctx) => (await ctx.storage.getUrl(storageId as never)) !== null);
    expect(await vacuum()).toEqual({ deleted: [], isDone: true });
    expect(await vacuum(0)).toEqual({ deleted: [{ fileId: unused.fileId, storageId: unused.storageId }], isDone: true });
    expect([await isStored(unused.storageId), await isStored(used.storageId)]).toEqual([false, true]);
    await t.action(async (ctx) => {
      expect(await refcount(ctx, used.fileId)).toBe(1);
      await saveMessage(ctx, component, { threadId, message: { role: "user", content: [{ type: "image", image: picture() }] } });
      expect(await refcount(ctx, used.fileId)).toBe(2);
      await deleteMessages(ctx, component, { messageIds: [messageId] });
      expect(await refcount(ctx, used.fileId)).toBe(1);
    });
    expect((await vacuum(0)).deleted).toEqual([]);
    await t.action((ctx) => deleteThreadSync(ctx, component, { threadId }));
    expect((await vacuum(0)).deleted).toEqual([{ fileId: used.fileId, storageId: used.storageId }]);
    expect(await isStored(used.storageId)).toBe(false);
  });
});

describe("URLs that a model's provider cannot fetch", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const reading = (urls: string[]) => async (url: string) => {
    urls.push(url);
    return new Response(bytes, { headers: { "content-type": "image/png" } });
  };
  const message = (url: string) => ({ role: "user" as const, content: [{ type: "file" as const, data: new URL(url), mediaType: "image/png" }] });

  test.each([
    ["http://127.0.0.1:3210/api/storage/a", true],
    ["http://localhost:3210/api/storage/a", true],
    ["http://[::1]:3210/a", true],
    ["http://192.168.1.5:3210/api/storage/a", true],
    ["http://192.168.1.5:3210/admin", false],
    ["http://192.168.1.6:3210/api/storage/a", false],
    ["http://10.0.0.1/a", false],
    ["http://169.254.169.254/latest/meta-data", false],
    ["https://happy-animal-123.convex.cloud/api/storage/a", false],
    ["https://127.0.0.1.example.com/a", false],
  ])("%s is put in place: %s", async (url, isInlined) => {
    vi.stubEnv("CONVEX_CLOUD_URL", "http://192.168.1.5:3210");
    const urls: string[] = [];
    const [shown] = await inlineLocalFiles([message(url)], reading(urls));
    expect(urls).toEqual(isInlined ? [url] : []);
    expect(shown!.content[0]).toMatchObject({ data: isInlined ? bytes : new URL(url) });
  });

  test("in what a tool gave too; a message without any is handed on as it is", async () => {
    const url = new URL("http://127.0.0.1:3210/api/storage/a");
    const output = { type: "content" as const, value: [{ type: "text" as const, text: "see" }, { type: "file" as const, data: { type: "url" as const, url }, mediaType: "image/png" }] };
    const result = { role: "tool" as const, content: [{ type: "tool-result" as const, toolCallId: "1", toolName: "camera", output }] };
    const plain = { role: "user" as const, content: "Hi" };
    const [shown, same] = await inlineLocalFiles([result, plain], reading([]));
    expect(shown!.content[0]).toMatchObject({ output: { value: [{ text: "see" }, { type: "file", mediaType: "image/png", data: { type: "data", data: bytes } }] } });
    expect(same).toBe(plain);
  });

  test("a generation reads them, and fails when it cannot: the model would answer about something it never saw", () =>
    inAction(async (ctx) => {
      const { agent, model } = agentOf([["A cat."]]);
      const threadId = await createThread(ctx, component);
      const { messageId } = await saveMessage(ctx, component, { threadId, message: message("http://127.0.0.1:3210/api/storage/a") });
      vi.stubGlobal("fetch", reading([]));
      await agent.generateText(ctx, { threadId }, { promptMessageId: messageId });
      expect(model.calls[0]!.prompt[0]!.content[0]).toMatchObject({ type: "file", mediaType: "image/png", data: { type: "data", data: bytes } });
      vi.stubGlobal("fetch", async () => new Response(null, { status: 404 }));
      await expect(agent.generateText(ctx, { threadId }, { promptMessageId: messageId })).rejects.toThrow("gave 404");
      expect((await savedIn(ctx, threadId)).at(-1)!.status).toBe("failed");
    }));
});
