import { Deployment, type Side } from "../harness/deployment.ts";
import { trafficOf, type Counts } from "../harness/meter.ts";
import { SIZES } from "../shared/filler.ts";
import { EMBEDDING_CALLED } from "../shared/model.ts";

const REPLY_WORDS = 180;
/** Turns that are saved by one call while a thread is filled: few enough for the second that it may take on a busy machine. */
const TURNS_AT_ONCE = 50;
const TURNS_WITH_VECTORS_AT_ONCE = 5;
/** Long enough for any job that deletes. */
const DELETION_MS = 60 * 60_000;

async function newThread(deployment: Deployment): Promise<string> {
  const { threadId } = await deployment.call<{ threadId: string }>("mutation", "threads:begin", { prompt: "Hello" });
  return threadId;
}

async function ask(deployment: Deployment, args: { threadId: string; prompt: string }): Promise<string> {
  const { messageId } = await deployment.call<{ messageId: string }>("mutation", "threads:ask", args);
  return messageId;
}

interface Filling {
  readonly threadId: string;
  readonly turns: number;
  readonly characters: number;
}

async function fill(deployment: Deployment, { turns, ...args }: Filling, withVectors = false): Promise<void> {
  const atOnce = withVectors ? TURNS_WITH_VECTORS_AT_ONCE : TURNS_AT_ONCE;
  for (let from = 0; from < turns; from += atOnce) {
    const some = { ...args, turns: Math.min(atOnce, turns - from) };
    if (withVectors) await deployment.call("action", "search:fill", { ...some, from });
    else await deployment.call("mutation", "threads:fill", some);
  }
}

/** A thread and its first prompt. */
export async function beginning(side: Side) {
  return Deployment.use(side, async (deployment) => {
    await newThread(deployment);
    deployment.meter.reset();
    await newThread(deployment);
    return deployment.meter.count();
  });
}

/** A reply without a stream, after `earlierTurns` turns. */
export async function reply(side: Side, { earlierTurns, toolSteps }: { earlierTurns: number; toolSteps: number }) {
  return Deployment.use(side, async (deployment) => {
    const threadId = await newThread(deployment);
    await fill(deployment, { threadId, turns: earlierTurns, characters: SIZES.context });
    const messageId = await ask(deployment, { threadId, prompt: "Tell me" });
    deployment.meter.reset();
    await deployment.call("action", "replies:write", { threadId, promptMessageId: messageId, toolSteps, words: REPLY_WORDS });
    const counts = deployment.meter.count();
    return { ...counts, io: trafficOf(counts) };
  });
}

/** Replies in a thread that has grown to each of these numbers of messages, and a page of it. */
export async function earlierMessages(side: Side, sizes: readonly number[]) {
  return Deployment.use(side, async (deployment) => {
    const threadId = await newThread(deployment);
    const measured: { messages: number; counts: Counts; page: Counts }[] = [];
    let filled = 0;
    for (const messages of sizes) {
      await fill(deployment, { threadId, turns: (messages - filled) / 2, characters: SIZES.context });
      filled = messages;
      const { meter } = deployment;
      meter.reset();
      await deployment.call("query", "read:list", { threadId, paginationOpts: { cursor: null, numItems: 20 } });
      const page = meter.count();
      const promptMessageId = await ask(deployment, { threadId, prompt: "Tell me" });
      meter.reset();
      await deployment.call("action", "replies:write", { threadId, promptMessageId, toolSteps: 0, words: REPLY_WORDS });
      measured.push({ messages, counts: meter.count(), page });
    }
    return measured;
  });
}

/** A reply that is shown at most so many messages, and a page of so many, in a thread of 400. */
export async function windows(side: Side, sizes: readonly number[]) {
  return Deployment.use(side, async (deployment) => {
    const threadId = await newThread(deployment);
    await fill(deployment, { threadId, turns: 200, characters: SIZES.context });
    const { meter } = deployment;
    const measured: { size: number; reply: Counts; page: Counts }[] = [];
    for (const size of sizes) {
      meter.reset();
      await deployment.call("query", "read:list", { threadId, paginationOpts: { cursor: null, numItems: size } });
      const page = meter.count();
      const promptMessageId = await ask(deployment, { threadId, prompt: "Tell me" });
      meter.reset();
      await deployment.call("action", "replies:write", { threadId, promptMessageId, toolSteps: 0, words: REPLY_WORDS, recentMessages: size });
      measured.push({ size, reply: meter.count(), page });
    }
    return measured;
  });
}

/** A prompt whose context is searched by words and by meaning. */
export async function search(side: Side, { messages }: { messages: number }) {
  return Deployment.use(side, async (deployment) => {
    const threadId = await newThread(deployment);
    await fill(deployment, { threadId, turns: messages / 2, characters: SIZES.searched }, true);
    const promptMessageId = await ask(deployment, { threadId, prompt: "What did we say about topic 7?" });
    deployment.meter.reset();
    await deployment.call("action", "search:answer", { threadId, promptMessageId });
    const { meter } = deployment;
    return { ...meter.count(), embeddings: meter.logged(EMBEDDING_CALLED), bytesBetween: meter.bytesBetweenCalls };
  });
}

/** Deleting a thread with all that belongs to it. */
export async function deletion(side: Side, { messages, withVectors }: { messages: number; withVectors: boolean }) {
  return Deployment.use(side, async (deployment) => {
    const threadId = await newThread(deployment);
    await fill(deployment, { threadId, turns: messages / 2, characters: SIZES.deleted }, withVectors);
    deployment.meter.reset();
    await deployment.call("mutation", "removal:remove", { threadId });
    await deployment.time.pass(DELETION_MS);
    return deployment.meter.count();
  });
}

/** Reading a page of messages, tools among them, as a page that is opened does. */
export async function pageOfMessages(side: Side) {
  return Deployment.use(side, async (deployment) => {
    const threadId = await newThread(deployment);
    await deployment.call("mutation", "threads:fillWithTools", { threadId, turns: 50, ...SIZES.withTools });
    deployment.meter.reset();
    const { page } = await deployment.call<{ page: unknown[] }>("query", "read:list", { threadId, paginationOpts: { cursor: null, numItems: 50 } });
    const { ranges, bytesRead } = deployment.meter.count();
    return { ranges, bytesPerBubble: bytesRead / page.length, bubbles: page.length };
  });
}
