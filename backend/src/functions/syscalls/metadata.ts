import { UserError } from "../../errors.ts";
import { fromBigInt, type JsonObject, type JsonValue } from "../../values/json.ts";
import type { RunningApp } from "../app.ts";
import { resolveAddress } from "../app.ts";
import type { ComponentPath } from "../../transaction/types.ts";
import type { FunctionPath } from "../functionPath.ts";
import { displayFunctionPath } from "../functionPath.ts";
import type { LogBuffer } from "../logs.ts";
import type { CallRequest, Identity } from "../types.ts";
import type { SyscallArgs } from "./args.ts";

/** What every running function knows about itself, in whatever kind of execution. */
export interface FunctionSelf {
  readonly app: RunningApp;
  readonly componentPath: ComponentPath;
  readonly path: FunctionPath;
  readonly call: CallRequest;
  readonly logs: LogBuffer;
  readonly nowMs: () => number;
}

/** What `ctx.auth.getUserIdentity()` returns for an identity. @throws UserError for a token that was not accepted */
export function userIdentity(identity: Identity): JsonObject | null {
  if (identity.kind === "refused") throw identity.error;
  return attributesOf(identity);
}

function attributesOf(identity: Identity): JsonObject | null {
  switch (identity.kind) {
    case "user": return identity.attributes;
    case "admin": return identity.actingAs;
    case "none": case "refused": case "system": return null;
    default: return identity satisfies never;
  }
}

function requestMetadata({ call }: FunctionSelf): JsonValue {
  const { ip, userAgent, requestId, scheduledFunctionId, identity } = call;
  return {
    ip: ip ?? null,
    userAgent: userAgent ?? null,
    requestId,
    scheduledFunctionId: scheduledFunctionId ?? null,
    authToken: identity.kind === "user" ? identity.token : null,
  };
}

function createFunctionHandle(self: FunctionSelf, args: SyscallArgs): JsonValue {
  return self.app.handles.handleOf(resolveAddress(self.app, self.componentPath, args));
}

/** Fills in the placeholders of an audit log's body. */
function fillPlaceholders(value: unknown, self: FunctionSelf): unknown {
  if (Array.isArray(value)) return value.map((item) => fillPlaceholders(item, self));
  if (typeof value !== "object" || value === null) return value;
  if ("$var" in value) {
    const { ip, userAgent, requestId, identity } = self.call;
    const variables: Record<string, unknown> = { now: self.nowMs(), requestId, ip: ip ?? null, userAgent: userAgent ?? null, convexActor: attributesOf(identity) };
    return variables[String(value.$var)] ?? null;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillPlaceholders(item, self)]));
}

function auditLog(self: FunctionSelf, args: SyscallArgs): JsonValue {
  self.logs.add("INFO", { text: `Audit log: ${JSON.stringify(fillPlaceholders(args["body"], self))}`, isTruncated: false });
  return null;
}

type Handler = (self: FunctionSelf, args: SyscallArgs) => JsonValue;

/** For functions of every kind. */
export const metadataOps: Readonly<Record<string, Handler>> = {
  "1.0/getFunctionMetadata": (self) => ({ name: displayFunctionPath(self.path), componentPath: self.componentPath }),
  "1.0/getDeploymentMetadata": () => ({ name: "local", region: null, class: "s16" }),
  "1.0/createFunctionHandle": createFunctionHandle,
};

/** Not for queries: their results are shared by all who ask. */
export const requestOps: Readonly<Record<string, Handler>> = { "1.0/getRequestMetadata": requestMetadata };

export const mutationMetadataOps: Readonly<Record<string, Handler>> = { ...requestOps, "1.0/auditLog": auditLog };

/** Snapshot timestamp of a transaction, as the convex package expects it. */
export function snapshotTs(beginTs: bigint): JsonValue {
  return fromBigInt(beginTs);
}

/** What only Convex Cloud has. */
export function refuseCloudOnly(op: string): never {
  throw new UserError("NotAvailable", `${op} needs a service of Convex Cloud, which this backend does not have`);
}
