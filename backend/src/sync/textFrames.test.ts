import fc from "fast-check";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { afterAll, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { textFrames } from "./textFrames.ts";

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
const taken = new Promise<Duplex>((resolve) => server.on("connection", (_client, request) => resolve(request.socket)));

afterAll(() => {
  for (const client of server.clients) client.terminate();
  server.close();
});

const length = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(125, 126, 127, 16_383, 16_384, 16_385, 65_535, 65_536, 70_000));
const message = fc.tuple(length, fc.constantFrom("a", "é", "界", "😀"), fc.boolean()).map(([size, character, asBytes]) => {
  const text = character.repeat(Math.floor(size / Buffer.byteLength(character)));
  return { text, payload: asBytes ? Buffer.from(text) : text };
});

test("a client reads the messages that were written, in order, whatever their length", async () => {
  if (server.address() === null) await once(server, "listening");
  // Listening on a port: the address is no name of a pipe.
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const socket = await taken;
  let read: string[] = [];
  let wake = (): void => undefined;
  client.on("message", (data) => {
    read.push(String(data));
    wake();
  });
  await fc.assert(fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 6 }), async (messages) => {
    read = [];
    const all = new Promise<void>((resolve) => {
      wake = () => {
        if (read.length === messages.length) resolve();
      };
    });
    for (const frame of textFrames(messages.map(({ payload }) => payload))) socket.write(frame);
    await all;
    expect(read).toEqual(messages.map(({ text }) => text));
  }), { numRuns: 60 });
});

test("small messages of one moment are one buffer; a large one that many receive is not copied", () => {
  const large = Buffer.alloc(20_000, "x");
  expect(textFrames(["one", "two", Buffer.from("three")])).toHaveLength(1);
  expect(textFrames(["one", large, "two"])).toContain(large);
});
