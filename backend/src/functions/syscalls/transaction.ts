import { UserError } from "../../errors.ts";
import type { JsonValue } from "../../values/json.ts";
import { refuse } from "../sandbox/sandbox.ts";
import type { TransactionFrame } from "../transactionFrame.ts";
import { ownHandler, type SyscallArgs } from "./args.ts";
import { runUdf } from "./calls.ts";
import { databaseReadOps, databaseSyncOps, databaseWriteOps } from "./database.ts";
import { fileOps, mustHaveFiles } from "./files.ts";
import { metadataOps, mutationMetadataOps, refuseCloudOnly, snapshotTs, userIdentity, type FunctionSelf } from "./metadata.ts";
import { cancel, schedule } from "./scheduling.ts";

/** Answers with JSON at once, or with a promise of it: then later syscalls of the function wait. */
type AsyncHandler = (frame: TransactionFrame, args: SyscallArgs) => string | Promise<string>;
type SyncHandler = (frame: TransactionFrame, args: SyscallArgs) => string;
type Table<Handler> = Readonly<Record<string, Handler>>;

function asJson(ops: Table<(self: FunctionSelf, args: SyscallArgs) => JsonValue>): Table<SyncHandler> {
  return Object.fromEntries(Object.entries(ops).map(([op, run]) => [op, (frame: TransactionFrame, args: SyscallArgs) => JSON.stringify(run(frame, args))]));
}

function fileHandlers(writes: boolean): Table<SyncHandler> {
  const chosen = Object.entries(fileOps).filter(([, op]) => writes || !op.writes);
  return Object.fromEntries(chosen.map(([name, op]): [string, SyncHandler] => [
    name,
    (frame, args) => JSON.stringify(op.run(mustHaveFiles(frame.run.host.hooks), frame.tx, { componentPath: frame.componentPath, args })),
  ]));
}

function getUserIdentity(frame: TransactionFrame): string {
  frame.run.observedIdentity = true;
  return JSON.stringify(userIdentity(frame.call.identity));
}

function refuseInTransaction(what: string): SyncHandler {
  return (frame) => refuse(what, frame.mode);
}

const schedulingCaller = (frame: TransactionFrame) =>
  ({ app: frame.app, componentPath: frame.componentPath, hooks: frame.run.host.hooks, job: frame.run.job });

const shared: Table<AsyncHandler> = {
  ...databaseReadOps,
  ...asJson(metadataOps),
  "1.0/runUdf": runUdf,
  "1.0/getUserIdentity": getUserIdentity,
  "1.0/getTransactionMetrics": (frame) => JSON.stringify(frame.tx.metrics()),
  "1.0/storageStore": refuseInTransaction("storage.store()"),
  "1.0/storageGet": refuseInTransaction("storage.get()"),
  "1.0/createServiceToken": (frame) => refuse("getServiceToken()", frame.mode),
  "1.0/getServiceUrl": (frame) => refuse("getServiceUrl()", frame.mode),
};

const queryOps: Table<AsyncHandler> = {
  ...shared,
  ...fileHandlers(false),
  "1.0/getRequestMetadata": () => {
    throw new UserError("WrongContext", "Cannot get request metadata in a Query");
  },
};

const mutationOps: Table<AsyncHandler> = {
  ...shared,
  ...databaseWriteOps,
  ...fileHandlers(true),
  ...asJson(mutationMetadataOps),
  "1.0/schedule": (frame, args) => {
    frame.run.hasScheduled = true;
    return schedule(frame.tx, schedulingCaller(frame), args);
  },
  "1.0/cancel_job": (frame, args) => cancel(frame.tx, schedulingCaller(frame), args),
  "1.0/signJwt": () => refuseCloudOnly("signJwt()"),
};

const sync: Table<SyncHandler> = {
  ...databaseSyncOps,
  "1.0/getSnapshotTs": (frame) => JSON.stringify(snapshotTs(frame.tx.beginTs)),
  // Components of old took arguments; none can be given any more.
  "1.0/componentArgument": () => "{}",
};

/** The syscall of this name with an answer at once. @throws UserError when there is none */
export function syncOp(op: string): SyncHandler {
  return ownHandler(sync, op) ?? unknownOp("operation", op);
}

/** The syscall of this name that a function of this mode may make. @throws UserError when there is none */
export function asyncOp(mode: "query" | "mutation", op: string): AsyncHandler {
  return ownHandler(mode === "query" ? queryOps : mutationOps, op) ?? unknownOp("async operation", op);
}

function unknownOp(what: string, op: string): never {
  throw new UserError("UnknownOperation", `Unknown ${what} ${op}`);
}
