import { UserError } from "../../errors.ts";
import type { JsonValue } from "../../values/json.ts";
import { normalizeObject } from "../../values/normalize.ts";
import { vectorSearch } from "../../search/vectorSearch.ts";
import { addUsage } from "../../transaction/limits.ts";
import type { Transaction } from "../../transaction/types.ts";
import { resolveAddress } from "../app.ts";
import type { ActionFrame } from "../actionFrame.ts";
import { CatchableError } from "../thrown.ts";
import type { CallRequest, Identity, Outcome } from "../types.ts";
import { withArgument, type SyscallArgs } from "./args.ts";
import { fileOps, mustHaveFiles } from "./files.ts";
import { metadataOps, refuseCloudOnly, requestOps, userIdentity } from "./metadata.ts";
import { vectorQueryArg } from "./queryArg.ts";
import { cancel, schedule } from "./scheduling.ts";

/** How an action calls other functions. */
export interface ActionCalls {
  query(call: CallRequest): Promise<Outcome>;
  mutation(call: CallRequest): Promise<Outcome>;
  action(call: CallRequest): Promise<Outcome>;
}

type Handler = (frame: ActionFrame, args: SyscallArgs) => Promise<string> | string;
type JsHandler = (frame: ActionFrame, args: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** A user's identity, also one that was not accepted, does not cross the border of a component; the admin's does. */
function identityFor(identity: Identity, from: string, to: string): Identity {
  if ((identity.kind !== "user" && identity.kind !== "refused") || (from === "" && to === "")) return identity;
  return { kind: "none" };
}

async function callFunction(frame: ActionFrame, args: SyscallArgs, kind: keyof ActionCalls): Promise<string> {
  const method = `run${kind[0]?.toUpperCase()}${kind.slice(1)}`;
  const target = resolveAddress(frame.host.app ?? frame.app, frame.componentPath, args);
  const outcome = await frame.calls[kind]({
    ...frame.call,
    componentPath: target.componentPath,
    path: target.path,
    args: withArgument("args", method, () => normalizeObject(args["args"])),
    identity: identityFor(frame.call.identity, frame.componentPath, target.componentPath),
    caller: "Action",
    allowInternal: true,
  });
  if (!outcome.ok) throw new CatchableError(outcome.error);
  return JSON.stringify(outcome.value);
}

/** Runs a piece of work in a transaction of its own. */
async function inTransaction(frame: ActionFrame, body: (tx: Transaction) => JsonValue): Promise<string> {
  const { value, usage } = await frame.host.transactions.mutate(async (tx) => body(tx));
  addUsage(frame.usage, usage);
  return JSON.stringify(value);
}

async function scheduleFromAction(frame: ActionFrame, args: SyscallArgs): Promise<string> {
  const caller = { app: frame.host.app ?? frame.app, componentPath: frame.componentPath, hooks: frame.host.hooks, job: frame.job };
  const { value, usage } = await frame.host.transactions.mutate(async (tx) => schedule(tx, caller, args));
  addUsage(frame.usage, usage);
  frame.host.hooks.scheduler.wake();
  return value;
}

async function cancelFromAction(frame: ActionFrame, args: SyscallArgs): Promise<string> {
  // An action may cancel the job it belongs to: its row says so and it goes on.
  const caller = { app: frame.app, componentPath: frame.componentPath, hooks: frame.host.hooks, job: null };
  const { value } = await frame.host.transactions.mutate(async (tx) => cancel(tx, caller, args));
  return value;
}

function fileHandlers(): Readonly<Record<string, Handler>> {
  return Object.fromEntries(Object.entries(fileOps).map(([name, op]): [string, Handler] => [
    name,
    async (frame, args) => {
      const files = mustHaveFiles(frame.host.hooks);
      return await inTransaction(frame, (tx) => op.run(files, tx, { componentPath: frame.componentPath, args }));
    },
  ]));
}

async function searchVectors(frame: ActionFrame, args: SyscallArgs): Promise<string> {
  const query = vectorQueryArg(args, "vectorSearch");
  const { value: results, usage } = await frame.host.transactions.query(async (tx) => vectorSearch(tx, frame.componentPath, query));
  addUsage(frame.usage, usage);
  return JSON.stringify({ results });
}

function asJson(ops: typeof metadataOps): Readonly<Record<string, Handler>> {
  return Object.fromEntries(Object.entries(ops).map(([op, run]) => [op, (frame: ActionFrame, args: SyscallArgs) => JSON.stringify(run(frame, args))]));
}

/** Syscalls of actions and HTTP actions. */
export const actionOps: Readonly<Record<string, Handler>> = {
  ...asJson(metadataOps),
  ...asJson(requestOps),
  ...fileHandlers(),
  "1.0/actions/query": (frame, args) => callFunction(frame, args, "query"),
  "1.0/actions/mutation": (frame, args) => callFunction(frame, args, "mutation"),
  "1.0/actions/action": (frame, args) => callFunction(frame, args, "action"),
  "1.0/actions/schedule": scheduleFromAction,
  "1.0/actions/cancel_job": cancelFromAction,
  "1.0/actions/vectorSearch": searchVectors,
  "1.0/getUserIdentity": (frame) => JSON.stringify(userIdentity(frame.call.identity)),
  "1.0/createServiceToken": () => refuseCloudOnly("getServiceToken()"),
  "1.0/getServiceUrl": () => refuseCloudOnly("getServiceUrl()"),
  "1.0/auditLog": () => {
    throw new UserError("WrongContext", "Audit logging is not yet supported in actions");
  },
};

async function storeBlob(frame: ActionFrame, args: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { blob, options } = args;
  if (!(blob instanceof Blob)) throw new UserError("InvalidArgument", "Invalid argument `blob` for `storage.store`: expected a Blob");
  const sha256: unknown = typeof options === "object" && options !== null ? Reflect.get(options, "sha256") : undefined;
  return await mustHaveFiles(frame.host.hooks).store(frame.componentPath, blob, typeof sha256 === "string" ? { sha256 } : {});
}

async function getBlob(frame: ActionFrame, args: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { storageId } = args;
  if (typeof storageId !== "string") throw new UserError("InvalidArgument", "Invalid argument `storageId` for `storage.get`: expected a string");
  return await mustHaveFiles(frame.host.hooks).get(frame.componentPath, storageId);
}

/** Syscalls whose arguments and answers are objects. */
export const actionJsOps: Readonly<Record<string, JsHandler>> = { "storage/storeBlob": storeBlob, "storage/getBlob": getBlob };
