import { fork, type ChildProcess } from "node:child_process";
import { availableParallelism } from "node:os";
import type { Side } from "../harness/deployment.ts";
import { countScenarios } from "./counts.ts";
import { measureGrowth, measureThrottles, type Growth, type ThrottleRow } from "./growth.ts";
import type { CountScenario, Numbers } from "./scenario.ts";

type Job = { kind: "count"; id: string; side: Side } | { kind: "guard"; id: string } | { kind: "growth"; id: string } | { kind: "throttles" };
type Answer = { ok: true; value: unknown } | { ok: false; error: string };

/** What is counted is the same however busy the machine is, so it is measured in several processes. */
const PROCESSES = Math.max(1, Math.min(3, availableParallelism()));

/** Answers jobs until the process that sends them closes the channel. */
export function serveJobs(): Promise<void> {
  process.on("message", (job: Job) => {
    void answerTo(job).then((answer) => {
      // Nobody waits any more once another job has failed.
      if (process.connected) process.send?.(answer);
    });
  });
  return new Promise((resolve) => process.on("disconnect", resolve));
}

async function answerTo(job: Job): Promise<Answer> {
  try {
    return { ok: true, value: await run(job) };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function run(job: Job): Promise<unknown> {
  switch (job.kind) {
    case "count":
      return scenarioOf(job.id).measure(job.side);
    case "guard":
      return scenarioOf(job.id).guard?.();
    case "growth":
      return measureGrowth(job.id);
    case "throttles":
      return measureThrottles();
    default:
      return job satisfies never;
  }
}

function scenarioOf(id: string): CountScenario {
  const scenario = countScenarios.find((candidate) => candidate.id === id);
  if (scenario === undefined) throw new Error(`No scenario is called ${id}`);
  return scenario;
}

export interface Workers {
  count(id: string, side: Side): Promise<Numbers>;
  guard(id: string): Promise<Numbers>;
  growth(id: string): Promise<Growth>;
  throttles(): Promise<ThrottleRow[]>;
  close(): Promise<void>;
}

/** Processes of this program that do jobs, each one after the other. */
export function inWorkers(): Workers {
  const idle: ChildProcess[] = [];
  const waiting: ((worker: ChildProcess) => void)[] = [];
  const all: ChildProcess[] = [];
  const release = (worker: ChildProcess): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(worker);
    else next(worker);
  };
  const take = async (): Promise<ChildProcess> => {
    const known = idle.pop();
    if (known !== undefined) return known;
    if (all.length === PROCESSES) return new Promise((resolve) => waiting.push(resolve));
    const [, program] = process.argv;
    if (program === undefined) throw new Error("The bench does not know its own program");
    const worker = fork(program, ["--worker"]);
    all.push(worker);
    return worker;
  };
  const ask = async (job: Job): Promise<unknown> => {
    const worker = await take();
    const answer = await answerOf(worker, job);
    release(worker);
    if (!answer.ok) throw new Error(`${JSON.stringify(job)}: ${answer.error}`);
    return answer.value;
  };
  // What a job of each kind gives.
  return {
    count: async (id, side) => (await ask({ kind: "count", id, side })) as Numbers,
    guard: async (id) => (await ask({ kind: "guard", id })) as Numbers,
    growth: async (id) => (await ask({ kind: "growth", id })) as Growth,
    throttles: async () => (await ask({ kind: "throttles" })) as ThrottleRow[],
    close: async () => {
      await Promise.all(all.splice(0).map(closeWorker));
    },
  };
}

function answerOf(worker: ChildProcess, job: Job): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`A process of the bench ended with ${code} at ${JSON.stringify(job)}`));
    worker.once("exit", onExit);
    worker.once("message", (answer: Answer) => {
      worker.off("exit", onExit);
      resolve(answer);
    });
    worker.send(job);
  });
}

async function closeWorker(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null) return;
  const exit = new Promise((resolve) => worker.once("exit", resolve));
  worker.disconnect();
  await exit;
}
