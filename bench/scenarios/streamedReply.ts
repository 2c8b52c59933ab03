import { Deployment, type Side } from "../harness/deployment.ts";
import { isNoRun, isRun, priceOf } from "../harness/meter.ts";
import { Viewer } from "../harness/viewer.ts";
import { FIRST_WORD, MODEL_CALLED } from "../shared/model.ts";

export interface StreamedReply {
  readonly words: number;
  readonly everyMs: number;
  readonly viewers: number;
}

/** Messages in the thread before: two a turn. */
const EARLIER_TURNS = 10;
/** Until everybody has seen the last of it. */
const REST_MS = 2000;

/** A thread with a prompt, and people who look at it. */
async function begin(deployment: Deployment, viewers: number) {
  const { threadId } = await deployment.call<{ threadId: string }>("mutation", "threads:begin", { prompt: "Hello" });
  await deployment.call("mutation", "threads:fill", { threadId, turns: EARLIER_TURNS, from: 0 });
  const watching = await Promise.all(Array.from({ length: viewers }, () => Viewer.open(deployment, threadId)));
  await deployment.time.pass(REST_MS);
  const { messageId } = await deployment.call<{ messageId: string }>("mutation", "threads:ask", { threadId, prompt: "Tell me" });
  await deployment.time.pass(REST_MS);
  for (const viewer of watching) viewer.reset();
  deployment.meter.reset();
  return { watching, prompt: { threadId, promptMessageId: messageId } };
}

/** A reply that is streamed to viewers, from the prompt to the last clean-up. */
export async function streamedReply(side: Side, { words, everyMs, viewers }: StreamedReply) {
  return Deployment.use(side, async (deployment) => {
    const { time, meter } = deployment;
    const { watching, prompt } = await begin(deployment, viewers);
    const begunMs = time.nowMs;
    await deployment.call("action", "replies:stream", { ...prompt, words, everyMs });
    await time.pass(REST_MS);
    const writer = meter.count(isNoRun);
    const runs = meter.count(isRun);
    const [first, ...others] = watching.map((viewer) => viewer.counts());
    if (first === undefined) throw new Error("A streamed reply is measured with at least one viewer");
    for (const viewer of watching) expectAll(viewer, words);
    const modelAfterMs = meter.loggedMs(MODEL_CALLED) - begunMs;
    const seenAfterMs = first.firstTextMs - meter.loggedMs(FIRST_WORD);
    for (const viewer of watching) viewer.close();
    meter.reset();
    // What is left of the stream is cleaned up in the first minutes.
    await time.pass(10 * 60_000);
    const cleanUp = meter.count();
    return { writer, runs, cleanUp, viewer: first, others, modelAfterMs, seenAfterMs, price: priceOf(writer, runs, cleanUp) };
  });
}

/** Somebody who opens the page while a reply is three seconds old. */
export async function joining(side: Side) {
  return Deployment.use(side, async (deployment) => {
    const { time, meter } = deployment;
    const { prompt } = await begin(deployment, 0);
    const reply = deployment.start("action", "replies:stream", { ...prompt, words: 600, everyMs: 10 });
    await time.pass(3000);
    meter.reset();
    const begunMs = time.nowMs;
    const viewer = await Viewer.open(deployment, prompt.threadId, (text) => text.startsWith("one may say all day how the"));
    await time.run(reply);
    await time.pass(REST_MS);
    expectAll(viewer, 600);
    const { firstTextMs, bytesDown } = viewer.counts();
    viewer.close();
    return { calls: meter.count(isRun).calls, bytesDown, firstTextAfterMs: firstTextMs - begunMs };
  });
}

function expectAll(viewer: Viewer, words: number): void {
  const seen = viewer.lastText().split(" ").length;
  if (seen !== words) throw new Error(`A viewer saw ${seen} of ${words} words`);
}
