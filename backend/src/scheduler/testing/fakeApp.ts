import type { JobRef, ScheduleRequest } from "../../functions/hooks.ts";
import type { ActionResult, CallRequest, FunctionKind, FunctionRunner, MutationResult, Outcome } from "../../functions/types.ts";
import { FakePorts, settled } from "../../system/testing/fakePorts.ts";
import { MemoryStore } from "../../system/testing/memoryStore.ts";
import type { Transaction } from "../../transaction/types.ts";
import type { JsonObject } from "../../values/json.ts";
import { createScheduler, type Scheduler } from "../scheduler.ts";

/** What a test's function does. A mutation gets a transaction; an action gets null. */
export type FakeFunction = (input: { tx: Transaction | null; args: JsonObject; call: CallRequest; signal: AbortSignal | null }) => void | Promise<void>;

const USAGE = {
  databaseQueries: 0, documentsRead: 0, bytesRead: 0, documentsWritten: 0, bytesWritten: 0, functionsScheduled: 0,
  scheduledFunctionArgsBytes: 0,
};

/**
 * A store, a clock and a scheduler with functions that tests write inline, settled the way the function runner
 * promises: a scheduled mutation's success in its own transaction. `crash` drops the scheduler as a killed process
 * would; `boot` starts a new one on the same store.
 */
export class FakeApp {
  readonly ports = new FakePorts();
  readonly store = new MemoryStore(this.ports);
  readonly functions = new Map<string, { kind: FunctionKind; run: FakeFunction }>();
  readonly calls: { path: string; atMs: number; args: JsonObject }[] = [];
  readonly troubles: unknown[] = [];
  readonly logged: string[] = [];
  scheduler: Scheduler = this.#make();
  /** Thrown by the runner itself, once, as trouble of the machine. */
  nextTrouble: Error | null = null;
  #generation = 0;

  mutation(path: string, run: FakeFunction): void {
    this.functions.set(path, { kind: "Mutation", run });
  }

  action(path: string, run: FakeFunction): void {
    this.functions.set(path, { kind: "Action", run });
  }

  async boot(parallelism?: number): Promise<void> {
    this.#generation += 1;
    this.scheduler = this.#make(parallelism);
    await this.scheduler.start(this.#runner(this.#generation));
    await settled();
  }

  /** From now on nothing that runs can commit or be seen, and no timer of the old process fires. */
  async crash(): Promise<void> {
    this.#generation += 1;
    void this.scheduler.close();
    await settled();
  }

  async schedule(path: string, more: Partial<ScheduleRequest> & { delayMs?: number } = {}): Promise<string> {
    const { value } = await this.store.mutate(async (tx) => this.scheduler.hooks.schedule(tx, this.request(path, more)));
    await settled();
    return value;
  }

  request(path: string, more: Partial<ScheduleRequest> & { delayMs?: number } = {}): ScheduleRequest {
    const { delayMs = 0, ...rest } = more;
    return { componentPath: "", target: { componentPath: "", path }, args: {}, timeMs: this.ports.nowMs() + delayMs, scheduledBy: null, ...rest };
  }

  async cancel(id: string, self: JobRef | null = null, componentPath = ""): Promise<void> {
    await this.store.mutate(async (tx) => this.scheduler.hooks.cancel(tx, { componentPath, id }, self));
    await settled();
  }

  row(id: string, componentPath = ""): JsonObject | undefined {
    return this.store.rows(componentPath, "_scheduled_functions").find((row) => row["_id"] === id);
  }

  state(id: string, componentPath = ""): unknown {
    return this.row(id, componentPath)?.["state"];
  }

  #make(parallelism?: number): Scheduler {
    return createScheduler({
      transactions: this.store, ports: this.ports, parallelism,
      log: (entry) => this.logged.push(...entry.logLines.flatMap((line) => line.messages)),
      onTrouble: (error) => this.troubles.push(error),
    });
  }

  #runner(generation: number): Pick<FunctionRunner, "mutation" | "action" | "describe"> {
    const check = (): void => {
      if (generation !== this.#generation) throw new Error("this process was killed");
    };
    return {
      describe: (_component, path) => {
        const found = this.functions.get(path);
        return found === undefined ? null : { kind: found.kind, isPublic: false };
      },
      mutation: (call) => this.#mutation(call, check),
      action: (call, options) => this.#action(call, options?.signal ?? null),
    };
  }

  async #mutation(call: CallRequest, check: () => void): Promise<MutationResult> {
    this.#begin(call);
    const found = this.functions.get(call.path);
    const job = { componentPath: call.scheduledComponentPath ?? "", id: call.scheduledFunctionId ?? "" };
    if (found?.kind !== "Mutation") return { ...result(failed(`no mutation ${call.path}`)), ts: 0n };
    let failure: Outcome | null = null;
    try {
      await this.store.mutate(async (tx) => {
        this.scheduler.hooks.begin(tx, job);
        try {
          await found.run({ tx, args: call.args, call, signal: null });
        } catch (error) {
          failure = failed(String(error));
          throw error;
        }
        check();
        this.scheduler.hooks.settle(tx, job, { ok: true, value: null });
      });
    } catch (error) {
      if (failure === null) throw error;
      return { ...result(failure), ts: 0n };
    }
    return { ...result({ ok: true, value: null }), ts: 0n };
  }

  async #action(call: CallRequest, signal: AbortSignal | null): Promise<ActionResult> {
    this.#begin(call);
    try {
      await this.functions.get(call.path)?.run({ tx: null, args: call.args, call, signal });
      return result({ ok: true, value: null });
    } catch (error) {
      return result(failed(String(error)));
    }
  }

  #begin(call: CallRequest): void {
    this.calls.push({ path: call.path, atMs: this.ports.nowMs(), args: call.args });
    const trouble = this.nextTrouble;
    this.nextTrouble = null;
    if (trouble !== null) throw trouble;
  }
}

function failed(message: string): Outcome {
  return { ok: false, error: { message } };
}

function result(outcome: Outcome): ActionResult {
  return { outcome, logLines: [], usage: USAGE, executionMs: 0 };
}
