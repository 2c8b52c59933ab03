import { Deployment, type Side } from "../harness/deployment.ts";
import { isNoRun, isRun, priceOf, trafficOf } from "../harness/meter.ts";
import { Viewer } from "../harness/viewer.ts";
import { SIZES } from "../shared/filler.ts";
import { FIRST_WORD, MODEL_CALLED, text } from "../shared/model.ts";

/** Milliseconds between two writes, or that it grows from the first to the last. */
export type Throttle = number | { readonly firstMs: number; readonly afterMs: number; readonly lastMs: number };

export interface StreamedReply {
  readonly words: number;
  readonly everyMs?: number;
  readonly viewers?: number;
  /** Threads that stream at once, each with its viewers. */
  readonly threads?: number;
  /** How the deltas are throttled; undefined: as the package does by itself. */
  readonly throttle?: Throttle;
}

/** Messages in the thread before: two a turn. */
const EARLIER_TURNS = 10;
/** Until everybody has seen the last of it. */
const REST_MS = 2000;
/** What is left of a stream is cleaned up in the first minutes. */
const CLEAN_UP_MS = 10 * 60_000;
const WORD_MS = 10;
/** Longer than any reply takes. */
const MOST_MS = 20 * 60_000;

interface Scene {
  readonly threadId: string;
  readonly viewers: readonly Viewer[];
}

/** A thread with twenty messages, and people who look at it. */
async function sceneOf(deployment: Deployment, { viewers, stream = true }: { viewers: number; stream?: boolean }): Promise<Scene> {
  const { threadId } = await deployment.call<{ threadId: string }>("mutation", "threads:begin", { prompt: "Hello" });
  await deployment.call("mutation", "threads:fill", { threadId, turns: EARLIER_TURNS, characters: SIZES.viewed });
  const watching = Array.from({ length: viewers }, () => new Viewer(deployment));
  for (const viewer of watching) await viewer.show(threadId, { stream });
  await deployment.time.pass(REST_MS);
  return { threadId, viewers: watching };
}

function resetAll(deployment: Deployment, scenes: readonly Scene[]): void {
  for (const viewer of scenes.flatMap(({ viewers }) => viewers)) viewer.reset();
  deployment.meter.reset();
}

/** The first viewer of each thread sends a message; the reply is streamed to all, up to the last clean-up. */
export async function streamedReply(side: Side, { words, everyMs = WORD_MS, viewers = 1, threads = 1, throttle }: StreamedReply) {
  return Deployment.use(side, async (deployment) => {
    const { time, meter } = deployment;
    const scenes: Scene[] = [];
    for (let thread = 0; thread < threads; thread += 1) scenes.push(await sceneOf(deployment, { viewers }));
    resetAll(deployment, scenes);
    const sentMs = time.nowMs;
    const more = { words, everyMs, ...(throttle === undefined ? {} : { throttle }) };
    const sending = scenes.map(({ threadId, viewers: [sender] }) => sender?.send({ threadId, prompt: "Tell me", reply: "replies:stream", with: more }));
    await time.run(Promise.all(sending));
    await time.pass(words * everyMs + REST_MS);
    const everybody = scenes.flatMap((scene) => scene.viewers);
    // A deployment runs so many actions at once; the others wait for their turn.
    const waitUntilMs = threads > 1 ? sentMs + MOST_MS : 0;
    while (time.nowMs < waitUntilMs && everybody.some((viewer) => !hasSeen(viewer, words))) await time.pass(REST_MS);
    for (const viewer of everybody) expectAll(viewer, words);
    const tookMs = time.nowMs - sentMs;
    const writer = meter.count(isNoRun);
    const runs = meter.count(isRun);
    const [first] = everybody.map((viewer) => viewer.counts());
    if (first === undefined) throw new Error("A streamed reply is measured with at least one viewer");
    const toModelMs = meter.loggedMs(MODEL_CALLED) - sentMs;
    const toEyeMs = first.firstTextMs - meter.loggedMs(FIRST_WORD);
    for (const viewer of everybody) viewer.close();
    meter.reset();
    await time.pass(CLEAN_UP_MS);
    const cleanUp = meter.count();
    const all = [writer, runs, cleanUp];
    return {
      writes: writer.calls,
      cleanUps: cleanUp.calls,
      runs: runs.calls / everybody.length,
      subscriptions: first.subscriptions,
      bytesDown: first.bytesDown,
      bytesUp: first.bytesUp,
      renders: first.renders,
      io: all.reduce((sum, counts) => sum + trafficOf(counts), 0),
      price: all.reduce((sum, counts) => sum + priceOf(counts), 0),
      toModelMs,
      toEyeMs,
      tookMs,
    };
  });
}

/** Times of the first word against the throttle's window, in milliseconds after the model is called. */
const PHASES_MS = [0, 15, 40, 90, 150, 210, 245, 260, 400, 1010];

/** The longest that a first word takes from the model to the page, whenever the model gives it. */
export async function firstWord(side: Side) {
  return Deployment.use(side, async (deployment) => {
    const { time, meter } = deployment;
    const latest: number[] = [];
    for (const firstAfterMs of PHASES_MS) {
      const scene = await sceneOf(deployment, { viewers: 1 });
      resetAll(deployment, [scene]);
      const [sender] = scene.viewers;
      if (sender === undefined) throw new Error("A scene with one viewer has a sender");
      await time.run(sender.send({ threadId: scene.threadId, prompt: "Tell me", reply: "replies:stream", with: { words: 50, everyMs: WORD_MS, firstAfterMs } }));
      await time.pass(firstAfterMs + REST_MS);
      latest.push(sender.counts().firstTextMs - meter.loggedMs(FIRST_WORD));
      sender.close();
    }
    return { soonestMs: Math.min(...latest), latestMs: Math.max(...latest) };
  });
}

/** Somebody who opens a thread while its reply is three seconds old, on a page that is connected. */
export async function joining(side: Side) {
  return Deployment.use(side, async (deployment) => {
    const { time, meter } = deployment;
    const { threadId } = await sceneOf(deployment, { viewers: 0 });
    const viewer = new Viewer(deployment);
    const prompt = { threadId, prompt: "Tell me", reply: "replies:stream", with: { words: 600, everyMs: WORD_MS } };
    await deployment.call("mutation", "threads:send", prompt);
    await time.pass(3000);
    viewer.reset();
    meter.reset();
    const begunMs = time.nowMs;
    await viewer.show(threadId, { isReply: (seen) => seen.startsWith(text(7)) });
    await time.pass(3000 + REST_MS);
    expectAll(viewer, 600);
    const { firstTextMs, bytesDown } = viewer.counts();
    viewer.close();
    return { calls: meter.count(isRun).calls, bytesDown, firstTextAfterMs: firstTextMs - begunMs };
  });
}

/** A reply that its sender reads as the HTTP response, while `readers` others follow what is stored of it. */
export async function httpReply(side: Side, { words, readers }: { words: number; readers: number }) {
  return Deployment.use(side, async (deployment) => {
    const { time, meter } = deployment;
    const scene = await sceneOf(deployment, { viewers: readers });
    // The sender's own page lists what is saved and leaves the stream to the response.
    const sender = new Viewer(deployment);
    await sender.show(scene.threadId, { stream: false });
    await time.pass(REST_MS);
    resetAll(deployment, [scene]);
    const { messageId } = await deployment.call<{ messageId: string }>("mutation", "threads:ask", { threadId: scene.threadId, prompt: "Tell me" });
    const response = await time.run(deployment.post("/respond", { threadId: scene.threadId, promptMessageId: messageId, words, everyMs: WORD_MS }));
    if (response.split('"text-delta"').length - 1 !== words) throw new Error(`The response has ${response.length} bytes and not all ${words} words`);
    await time.pass(REST_MS);
    for (const viewer of [...scene.viewers, sender]) {
      expectAll(viewer, words);
      viewer.close();
    }
    await time.pass(CLEAN_UP_MS);
    const counts = meter.count();
    return { calls: counts.calls, price: priceOf(counts) };
  });
}

function hasSeen(viewer: Viewer, words: number): boolean {
  return viewer.lastText() === text(words);
}

function expectAll(viewer: Viewer, words: number): void {
  if (!hasSeen(viewer, words)) throw new Error(`A viewer saw ${viewer.lastText().split(" ").length} of ${words} words`);
}
