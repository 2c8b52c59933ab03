import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseClientMessage } from "./protocol.ts";
import { ModelClient } from "./testing/modelClient.ts";
import { World } from "./testing/world.ts";

const settle = () => new Promise((resolve) => setImmediate(resolve));

const small = fc.oneof(fc.nat(3), fc.constantFrom(-1, 1.5, null, "", "x", true, 2 ** 40, "AAAAAAAAAAA="), fc.jsonValue({ maxDepth: 2 }));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary }, { weight: 1, arbitrary: small });
const args = maybe(fc.constantFrom([{ names: ["a"] }], [{}], [{ names: [{ $integer: 5 }] }], [{ $undefined: null }], [JSON.parse('{"__proto__":{"names":1}}') as object]));
const path = maybe(fc.constantFrom("cells:read", "cells:mine", "cells:add", "cells:fail", "", ":", "../x"));
const modification = fc.record({ type: maybe(fc.constantFrom("Add", "Remove")), queryId: maybe(fc.nat(2)), udfPath: path, args, journal: maybe(fc.constant(null)), componentPath: maybe(fc.constantFrom(undefined, "")) });

/** Frames that look right here and wrong there. */
const frame = fc.oneof(
  fc.record({ type: fc.constant("Connect"), sessionId: maybe(fc.constant("evil")), maxObservedTimestamp: maybe(fc.constant(undefined)), clientTs: small }),
  fc.record({ type: fc.constant("Authenticate"), baseVersion: maybe(fc.nat(2)), tokenType: maybe(fc.constantFrom("User", "Admin", "None")), value: maybe(fc.constant("jwt")), impersonating: small }),
  fc.record({ type: fc.constant("ModifyQuerySet"), baseVersion: maybe(fc.nat(3)), newVersion: maybe(fc.integer({ min: 1, max: 4 })), modifications: maybe(fc.array(modification, { maxLength: 3 })) }),
  fc.record({ type: fc.constantFrom("Mutation", "Action"), requestId: maybe(fc.nat(3)), udfPath: path, args }),
  fc.record({ type: fc.constant("Event"), eventType: small, event: small }),
).map((message) => JSON.stringify(message));
const text = fc.oneof({ weight: 8, arbitrary: frame }, { weight: 1, arbitrary: fc.json() }, { weight: 1, arbitrary: fc.string() });

describe("frames from somebody who does not keep to the protocol", () => {
  test("end that session at most; the others go on, and nothing of ours fails", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 20 }), async (frames) => {
        const world = new World(settle as () => Promise<void>);
        const bystander = new ModelClient(world, "bystander");
        bystander.add([{ path: "cells:read", names: ["a"] }]);
        const closed: number[] = [];
        const sent: string[] = [];
        const session = world.open({
          bufferedBytes: 0, ip: null, userAgent: null, send: (message) => void sent.push(String(message)), close: (code) => void closed.push(code), pause: () => undefined, resume: () => undefined,
        });
        session.receive(JSON.stringify({ type: "Connect", sessionId: "evil", clientTs: 0 }));
        for (const each of frames) session.receive(each);
        bystander.mutate("cells:add", ["a"]);
        for (let turn = 0; turn < 60; turn += 1) await settle();
        expect(world.troubles).toEqual([]);
        bystander.expectUpToDate();
        expect(closed.length).toBeLessThanOrEqual(1);
        expect(closed.filter((code) => ![1000, 1008, 1011].includes(code))).toEqual([]);
        expect(sent.map((message) => (JSON.parse(message) as { type: string }).type)).not.toContain(undefined);
      }),
      { numRuns: 150 },
    );
  });

  test("arguments nested without end are refused before anybody walks them", () => {
    for (const open of ["[", '{"a":']) {
      const depth = 100_000;
      const nested = `${open.repeat(depth)}1${(open === "[" ? "]" : "}").repeat(depth)}`;
      const parsed = parseClientMessage(`{"type":"Mutation","requestId":0,"udfPath":"a:b","args":[{"x":${nested}}]}`);
      expect(parsed).toEqual({ ok: false, reason: "args are nested more than 200 levels deep" });
    }
  });

  test("a flood is not taken in faster than it is handled", async () => {
    let authenticated = () => {};
    const world = new World((label) => (label === "authenticate" ? new Promise((resolve) => (authenticated = resolve)) : Promise.resolve()));
    let isPaused = false;
    const session = world.open({
      bufferedBytes: 0, ip: null, userAgent: null, send: () => undefined, close: () => undefined, pause: () => void (isPaused = true), resume: () => void (isPaused = false),
    });
    session.receive(JSON.stringify({ type: "Connect", sessionId: "s", clientTs: 0 }));
    session.receive(JSON.stringify({ type: "Authenticate", baseVersion: 0, tokenType: "None" }));
    for (let count = 0; count < 300; count += 1) session.receive(JSON.stringify({ type: "Event", eventType: "x", event: null }));
    expect(isPaused).toBe(true);
    await settle();
    authenticated();
    await settle();
    expect(isPaused).toBe(false);
  });

  test("a client that asks and does not read is not listened to until it has read", async () => {
    const world = new World(() => Promise.resolve());
    const connection = { bufferedBytes: 9 * 1024 * 1024, ip: null, userAgent: null, send: () => undefined, close: () => undefined, pause: () => void (isPaused = true), resume: () => void (isPaused = false) };
    let isPaused = false;
    const session = world.open(connection);
    session.receive(JSON.stringify({ type: "Connect", sessionId: "s", clientTs: 0 }));
    expect(isPaused).toBe(true);
    connection.bufferedBytes = 0;
    session.drained();
    await settle();
    expect(isPaused).toBe(false);
  });

  test("only a request that cannot be a repeat is taken for new", async () => {
    const said = async (connectionCount: number, requestIds: number[]): Promise<(boolean | undefined)[]> => {
      const world = new World(() => Promise.resolve());
      const told: (boolean | undefined)[] = [];
      const { mutation } = world.functions;
      world.functions.mutation = async (call, options) => {
        told.push(options?.session?.isNew);
        return await mutation(call, options);
      };
      const session = world.open({ bufferedBytes: 0, ip: null, userAgent: null, send: () => undefined, close: () => undefined, pause: () => undefined, resume: () => undefined });
      session.receive(JSON.stringify({ type: "Connect", sessionId: "s", connectionCount, clientTs: 0 }));
      for (const requestId of requestIds) session.receive(JSON.stringify({ type: "Mutation", requestId, udfPath: "cells:again", args: [{}] }));
      await settle();
      return told;
    };
    expect(await said(0, [0, 2, 2, 1, 3])).toEqual([true, true, false, false, true]);
    expect(await said(1, [0, 1])).toEqual([false, false]);
  });

  test("more mutations than may wait end the connection with a reason that lets it come back", () => {
    const world = new World(() => new Promise(() => undefined));
    const closed: [number, string][] = [];
    const session = world.open({ bufferedBytes: 0, ip: null, userAgent: null, send: () => undefined, close: (code, reason) => void closed.push([code, reason]), pause: () => undefined, resume: () => undefined });
    session.receive(JSON.stringify({ type: "Connect", sessionId: "s", clientTs: 0 }));
    for (let requestId = 0; requestId <= 1001; requestId += 1) session.receive(JSON.stringify({ type: "Mutation", requestId, udfPath: "cells:add", args: [{ names: [] }] }));
    expect(closed).toEqual([[1013, expect.stringMatching(/^TooManyConcurrentMutations/)]]);
  });
});
