import { Agent as OurAgent } from "convex-agent";
import { Agent as PeerAgent } from "@convex-dev/agent";
import { streamText } from "ai";
import { componentsGeneric, getFunctionAddress } from "convex/server";
import { Deployment, type Side } from "../harness/deployment.ts";
import { beyond, cpuMsOf, inTurns } from "../harness/samples.ts";
import { model } from "../shared/model.ts";

const WORDS = 3000;
const ROUNDS = 15;

type Kind = "query" | "mutation" | "action";
type Call = (kind: Kind, path: string, args: object) => Promise<unknown>;

/** A ctx of an action, made of what its calls do. */
function ctxOf(call: Call): object {
  const run = (kind: Kind) => (reference: unknown, args: object) => call(kind, nameOf(reference), args);
  return {
    runQuery: run("query"), runMutation: run("mutation"), runAction: run("action"),
    auth: { getUserIdentity: async () => null }, storage: {}, scheduler: {}, meta: {}, vectorSearch: async () => [],
  };
}

function nameOf(reference: unknown): string {
  const { reference: path = "" }: { reference?: string } = getFunctionAddress(reference);
  return path.replace("_reference/childComponent/agent/", "").replace(/\/(?=[^/]+$)/, ":");
}

/** Both agents' `streamText` has this form. */
interface Streaming {
  streamText(ctx: object, thread: object, prompt: object, options: object): Promise<{ consumeStream(): PromiseLike<void> }>;
}

interface Prompt {
  readonly threadId: string;
  readonly messageId: string;
}

async function stream(side: Side, call: Call, { threadId, messageId }: Prompt): Promise<void> {
  const options = { name: "bench", languageModel: model([{ words: WORDS, everyMs: 0 }]) };
  // The peer's own types do not fit the newest AI SDK (TS2590), and both are used alike.
  const made: Readonly<Record<Side, unknown>> = { ours: OurAgent, peer: PeerAgent };
  const Agent = made[side] as new (component: unknown, options: object) => Streaming;
  const agent = new Agent(componentsGeneric()["agent"], options);
  const result = await agent.streamText(ctxOf(call), { threadId }, { promptMessageId: messageId }, { saveStreamDeltas: { throttleMs: 0 } });
  await result.consumeStream();
}

/** Streams once on a real component. What that answered, it answers again at once when the reply is repeated. */
async function repeated(side: Side): Promise<() => Promise<number>> {
  const answers = new Map<string, unknown[]>();
  const prompt = await Deployment.use(side, async (deployment) => {
    const begun = await deployment.call<Prompt>("mutation", "threads:begin", { prompt: "Hello" });
    await deployment.time.run(stream(side, async (kind, path, args) => {
      // What does not travel is not sent.
      const sent = JSON.parse(JSON.stringify(args)) as Record<string, unknown>;
      const answer = await deployment.start(kind, { componentPath: "agent", path, args: sent });
      answers.set(path, [...(answers.get(path) ?? []), answer]);
      return answer;
    }, begun));
    return begun;
  });
  return async () => {
    const asked = new Map<string, number>();
    return cpuMsOf(() => stream(side, async (_kind, path) => {
      const count = asked.get(path) ?? 0;
      asked.set(path, count + 1);
      const known = answers.get(path) ?? [];
      return known[count] ?? known.at(-1) ?? null;
    }, prompt));
  };
}


async function bare(): Promise<number> {
  return cpuMsOf(() => streamText({ model: model([{ words: WORDS, everyMs: 0 }]), prompt: "Hello" }).consumeStream());
}

/** Milliseconds that 1,000 deltas of the model cost in the action, beyond what the AI SDK alone takes for them. */
export async function replyWork() {
  // What the model says is logged, which outside a deployment would be on the screen.
  const { log } = console;
  console.log = () => undefined;
  try {
    const jobs = { bare, ours: await repeated("ours"), peer: await repeated("peer") };
    const times = await inTurns(ROUNDS, jobs);
    const perThousand = (side: Side) => ({ workMs: beyond(times[side], times.bare) / (WORDS / 1000) });
    return { ours: perThousand("ours"), peer: perThousand("peer") };
  } finally {
    console.log = log;
  }
}
