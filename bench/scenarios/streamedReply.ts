import { Deployment, type Side } from "../harness/deployment.ts";
import { Viewer } from "../harness/viewer.ts";

export interface StreamedReply {
  readonly words: number;
  readonly everyMs: number;
  readonly viewers: number;
  /** Turns of two messages that stand in the thread before. */
  readonly earlierTurns: number;
}

/** A reply that is streamed to viewers, from the prompt to the last clean-up. */
export async function streamedReply(side: Side, { words, everyMs, viewers, earlierTurns }: StreamedReply) {
  return Deployment.use(side, async (deployment) => {
    const { time, meter } = deployment;
    const { threadId } = await deployment.call<{ threadId: string }>("mutation", "threads:begin", { prompt: "Hello" });
    await deployment.call("mutation", "threads:fill", { threadId, turns: earlierTurns, from: 0 });
    const watching = await Promise.all(Array.from({ length: viewers }, () => Viewer.open(deployment, threadId)));
    await time.pass(2000);
    const { messageId } = await deployment.call<{ messageId: string }>("mutation", "threads:ask", { threadId, prompt: "Tell me" });
    await time.pass(2000);
    for (const viewer of watching) viewer.reset();
    meter.reset();
    await deployment.call("action", "replies:stream", { threadId, promptMessageId: messageId, words, everyMs });
    await time.pass(2000);
    const writer = meter.count(({ udfType }) => udfType !== "Query");
    const runs = meter.count(({ udfType }) => udfType === "Query");
    const seen = watching.map((viewer) => ({ ...viewer.counts(), words: viewer.lastText().split(" ").length }));
    for (const viewer of watching) viewer.close();
    meter.reset();
    // What is left of the stream is cleaned up in the first minutes.
    await time.pass(10 * 60_000);
    return { writer, runs, viewers: seen, cleanUp: meter.count(), cleanUps: meter.entries().map((entry) => entry.identifier) };
  });
}
