import { Deployment, type Side } from "../harness/deployment.ts";

/** Turns that are saved by one mutation while a thread is filled. */
const TURNS_AT_ONCE = 50;

export async function fill(deployment: Deployment, threadId: string, turns: number): Promise<void> {
  for (let from = 0; from < turns; from += TURNS_AT_ONCE) {
    await deployment.call("mutation", "threads:fill", { threadId, from, turns: Math.min(TURNS_AT_ONCE, turns - from) });
  }
}

/** A thread and its first prompt. */
export async function beginning(side: Side) {
  return Deployment.use(side, async (deployment) => {
    await deployment.call("mutation", "threads:begin", { prompt: "Warm-up" });
    deployment.meter.reset();
    await deployment.call("mutation", "threads:begin", { prompt: "Hello" });
    return deployment.meter.count();
  });
}

/** A reply without a stream, after `earlierTurns` turns. */
export async function reply(side: Side, { earlierTurns, toolSteps }: { earlierTurns: number; toolSteps: number }) {
  return Deployment.use(side, async (deployment) => {
    const { threadId } = await deployment.call<{ threadId: string }>("mutation", "threads:begin", { prompt: "Hello" });
    await fill(deployment, threadId, earlierTurns);
    const { messageId } = await deployment.call<{ messageId: string }>("mutation", "threads:ask", { threadId, prompt: "Tell me" });
    deployment.meter.reset();
    const begunMs = deployment.time.nowMs;
    await deployment.call("action", "replies:write", { threadId, promptMessageId: messageId, toolSteps, words: 100 });
    return { ...deployment.meter.count(), tookMs: deployment.time.nowMs - begunMs };
  });
}

/** A prompt whose context is searched by words and by meaning. */
export async function search(side: Side, { messages }: { messages: number }) {
  return Deployment.use(side, async (deployment) => {
    const { threadId } = await deployment.call<{ threadId: string }>("mutation", "threads:begin", { prompt: "Hello" });
    await deployment.call("action", "search:fill", { threadId, turns: messages / 2 });
    deployment.meter.reset();
    await deployment.call("action", "search:ask", { threadId, prompt: "What did we say about topic 7?" });
    return deployment.meter.count();
  });
}

/** Deleting a thread with all that belongs to it. */
export async function deletion(side: Side, { messages }: { messages: number }) {
  return Deployment.use(side, async (deployment) => {
    const { threadId } = await deployment.call<{ threadId: string }>("mutation", "threads:begin", { prompt: "Hello" });
    await fill(deployment, threadId, messages / 2);
    deployment.meter.reset();
    await deployment.call("mutation", "removal:remove", { threadId });
    await deployment.time.pass(60 * 60_000);
    return deployment.meter.count();
  });
}

/** Reading a page of messages, tools among them, as a page that is opened does. */
export async function pageOfMessages(side: Side) {
  return Deployment.use(side, async (deployment) => {
    const { threadId } = await deployment.call<{ threadId: string }>("mutation", "threads:begin", { prompt: "Hello" });
    await deployment.call("mutation", "threads:fillWithTools", { threadId, turns: 50 });
    deployment.meter.reset();
    const { page } = await deployment.call<{ page: unknown[] }>("query", "read:list", { threadId, paginationOpts: { cursor: null, numItems: 50 } });
    const { ranges, bytesRead } = deployment.meter.count();
    return { ranges, bytesPerBubble: bytesRead / page.length };
  });
}
