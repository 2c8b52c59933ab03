import { UserError } from "../../errors.ts";
import { normalizeObject } from "../../values/normalize.ts";
import type { ComponentPath, Transaction } from "../../transaction/types.ts";
import { findFunction, resolveAddress, type RunningApp } from "../app.ts";
import { parseFunctionPath } from "../functionPath.ts";
import type { FunctionHooks, JobRef, ResolvedFunction } from "../hooks.ts";
import { numberArg, textArg, withArgument, type SyscallArgs } from "./args.ts";

/** Who schedules, wherever it runs. */
export interface SchedulingCaller {
  readonly app: RunningApp;
  readonly componentPath: ComponentPath;
  readonly hooks: FunctionHooks;
  readonly job: JobRef | null;
}

function checkExists(app: RunningApp, target: ResolvedFunction): void {
  if (findFunction(app, target.componentPath, target.path) !== null) return;
  const path = parseFunctionPath(target.path);
  const hasModule = app.loaded.instances.get(target.componentPath)?.definition.modules.has(path.module) === true;
  throw hasModule
    ? new UserError("FunctionNotFound", `Attempted to schedule function, but no exported function ${path.name} found in the file: ${path.module}. Did you forget to export it?`)
    : new UserError("ModuleNotFound", `Attempted to schedule function at nonexistent path: ${path.module}`);
}

/** `scheduler.runAfter` and `runAt`: JSON of the job's id. */
export function schedule(tx: Transaction, caller: SchedulingCaller, args: SyscallArgs): string {
  const target = resolveAddress(caller.app, caller.componentPath, args);
  checkExists(caller.app, target);
  // The time comes in seconds; microseconds are what is left of it after the division.
  const timeMs = Math.round(numberArg(args, "ts", "scheduler") * 1_000_000) / 1000;
  return JSON.stringify(caller.hooks.scheduler.schedule(tx, {
    componentPath: caller.componentPath,
    target,
    args: withArgument("args", "scheduler", () => normalizeObject(args["args"])),
    timeMs,
    scheduledBy: caller.job,
  }));
}

/** `scheduler.cancel` */
export function cancel(tx: Transaction, caller: SchedulingCaller, args: SyscallArgs): string {
  const job = { componentPath: caller.componentPath, id: textArg(args, "id", "scheduler") };
  caller.hooks.scheduler.cancel(tx, job, caller.job);
  return "null";
}
