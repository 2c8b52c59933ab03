import { isRecord, type JsonObject, type JsonValue } from "../values/json.ts";
import { decodeTs, encodeTs } from "../values/timestamps.ts";
import type { Timestamp } from "../transaction/types.ts";

/*
 * The messages of the sync protocol (convex-protocol A.2, A.3). Parsing is total: whatever arrives becomes a message
 * or a reason why it is none.
 */

export type ClientMessage =
  /** `isFirst`: this client object has not been connected before. */
  | { readonly type: "Connect"; readonly sessionId: string; readonly isFirst: boolean; readonly maxObservedTs: Timestamp | null; readonly clientMs: number | null }
  | { readonly type: "Authenticate"; readonly baseVersion: number; readonly token: AuthToken }
  | { readonly type: "ModifyQuerySet"; readonly baseVersion: number; readonly newVersion: number; readonly changes: readonly QuerySetChange[] }
  | { readonly type: "Mutation" | "Action"; readonly call: ClientCall }
  | { readonly type: "Event" };

export type AuthToken =
  | { readonly kind: "none" }
  | { readonly kind: "user"; readonly jwt: string }
  | { readonly kind: "admin"; readonly key: string; readonly actingAs: JsonObject | null };

export interface ClientCall {
  readonly requestId: number;
  readonly path: string;
  readonly args: JsonObject;
  readonly componentPath: string | null;
}

export type QuerySetChange =
  | {
      readonly type: "Add";
      readonly queryId: number;
      readonly path: string;
      readonly args: JsonObject;
      readonly journal: string | null;
      readonly componentPath: string | null;
    }
  | { readonly type: "Remove"; readonly queryId: number };

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

const ok = <T>(value: T): Parsed<T> => ({ ok: true, value });
const bad = (reason: string): { readonly ok: false; readonly reason: string } => ({ ok: false, reason });

type Fields = Readonly<Record<string, unknown>>;

/** Reads one text frame. */
export function parseClientMessage(text: string): Parsed<ClientMessage> {
  const json = tryJson(text);
  if (!isRecord(json)) return bad("A frame must be one JSON object");
  switch (json.type) {
    case "Connect":
      return parseConnect(json);
    case "Authenticate":
      return parseAuthenticate(json);
    case "ModifyQuerySet":
      return parseModifyQuerySet(json);
    case "Mutation":
    case "Action":
      return parseCall(json, json.type);
    case "Event":
      return ok({ type: "Event" });
    default:
      return bad(`Unknown message type ${JSON.stringify(json.type)?.slice(0, 60)}`);
  }
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller reports it: a frame that is not JSON is a value here, not an exception.
    return undefined;
  }
}

const isVersion = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;

function parseConnect(json: Fields): Parsed<ClientMessage> {
  const { sessionId, connectionCount, maxObservedTimestamp, clientTs } = json;
  if (typeof sessionId !== "string" || sessionId === "" || sessionId.length > 100) return bad("Connect needs a sessionId");
  const observed = parseTimestamp(maxObservedTimestamp);
  if (!observed.ok) return observed;
  const clientMs = typeof clientTs === "number" ? clientTs : null;
  return ok({ type: "Connect", sessionId, isFirst: connectionCount === 0, maxObservedTs: observed.value, clientMs });
}

function parseTimestamp(value: unknown): Parsed<Timestamp | null> {
  if (value === undefined || value === null) return ok(null);
  if (typeof value !== "string") return bad("maxObservedTimestamp must be base64 text");
  try {
    return ok(decodeTs(value));
  } catch {
    // decodeTs says no more than this reason does.
    return bad("maxObservedTimestamp must be the base64 of 8 bytes");
  }
}

function parseAuthenticate(json: Fields): Parsed<ClientMessage> {
  const { baseVersion, tokenType, value } = json;
  if (!isVersion(baseVersion)) return bad("Authenticate needs a baseVersion");
  if (tokenType === "None") return ok({ type: "Authenticate", baseVersion, token: { kind: "none" } });
  if (typeof value !== "string") return bad("Authenticate needs a value");
  if (tokenType === "User") return ok({ type: "Authenticate", baseVersion, token: { kind: "user", jwt: value } });
  if (tokenType !== "Admin") return bad(`Unknown tokenType ${JSON.stringify(tokenType)?.slice(0, 60)}`);
  const actingAs = json.impersonating ?? json.acting_as ?? null;
  if (actingAs !== null && !isRecord(actingAs)) return bad("impersonating must be an object");
  if (!isNestedWithin(actingAs, MAX_NESTING)) return bad(`impersonating is nested more than ${MAX_NESTING} levels deep`);
  // Parsed JSON whose top level is an object.
  return ok({ type: "Authenticate", baseVersion, token: { kind: "admin", key: value, actingAs: actingAs as JsonObject | null } });
}

function parseModifyQuerySet(json: Fields): Parsed<ClientMessage> {
  const { baseVersion, newVersion, modifications } = json;
  if (!isVersion(baseVersion) || !isVersion(newVersion) || newVersion <= baseVersion) return bad("ModifyQuerySet needs a baseVersion and a higher newVersion");
  if (!Array.isArray(modifications)) return bad("ModifyQuerySet needs a list of modifications");
  const changes: QuerySetChange[] = [];
  for (const item of modifications) {
    const change = parseChange(item);
    if (!change.ok) return change;
    changes.push(change.value);
  }
  return ok({ type: "ModifyQuerySet", baseVersion, newVersion, changes });
}

function parseChange(json: unknown): Parsed<QuerySetChange> {
  if (!isRecord(json) || !isVersion(json.queryId)) return bad("A modification needs a queryId");
  const { queryId } = json;
  if (json.type === "Remove") return ok({ type: "Remove", queryId });
  if (json.type !== "Add") return bad(`Unknown modification ${JSON.stringify(json.type)?.slice(0, 60)}`);
  const target = parseTarget(json);
  if (!target.ok) return target;
  const { journal = null } = json;
  if (journal !== null && typeof journal !== "string") return bad("A journal must be text");
  return ok({ type: "Add", queryId, journal, ...target.value });
}

// Far more than any Convex value has: the function runner says what those may have. It bounds whoever walks the value.
const MAX_NESTING = 200;

function isNestedWithin(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((item) => isNestedWithin(item, levels - 1));
}

function parseTarget(json: Fields): Parsed<{ path: string; args: JsonObject; componentPath: string | null }> {
  const { udfPath, args, componentPath = null } = json;
  if (typeof udfPath !== "string" || udfPath.length > 1000) return bad("A call needs a udfPath");
  if (componentPath !== null && typeof componentPath !== "string") return bad("componentPath must be text");
  const first: unknown = Array.isArray(args) ? args[0] : undefined;
  if (!Array.isArray(args) || args.length !== 1 || !isRecord(first)) return bad("args must be a list of one object");
  if (!isNestedWithin(first, MAX_NESTING)) return bad(`args are nested more than ${MAX_NESTING} levels deep`);
  // Parsed JSON; the function runner checks that it is a Convex value.
  return ok({ path: udfPath, args: first as JsonObject, componentPath });
}

function parseCall(json: Fields, type: "Mutation" | "Action"): Parsed<ClientMessage> {
  const { requestId } = json;
  if (!isVersion(requestId)) return bad(`${type} needs a requestId`);
  const target = parseTarget(json);
  return target.ok ? ok({ type, call: { requestId, ...target.value } }) : target;
}

/** What a client has been brought up to. */
export interface StateVersion {
  readonly querySet: number;
  readonly identity: number;
  readonly ts: Timestamp;
}

export const INITIAL_VERSION: StateVersion = { querySet: 0, identity: 0, ts: 0n };

function versionText({ querySet, identity, ts }: StateVersion): string {
  return `{"querySet":${querySet},"identity":${identity},"ts":"${encodeTs(ts)}"}`;
}

/**
 * A Transition as text. `modifications` are JSON texts already: a result that many clients receive is written once.
 */
export function transitionText(
  versions: { readonly start: StateVersion; readonly end: StateVersion },
  modifications: readonly string[],
  clock: { readonly clientSkewMs: number | null; readonly serverMs: number },
): string {
  const skew = clock.clientSkewMs === null ? "" : `"clientClockSkew":${clock.clientSkewMs},`;
  return `{"type":"Transition","startVersion":${versionText(versions.start)},"endVersion":${versionText(versions.end)},${skew}` +
    `"serverTs":${Math.round(clock.serverMs * 1e6)},"modifications":[${modifications.join(",")}]}`;
}

/** A call's answer: `ts` for a mutation that was committed. */
export interface Answer {
  readonly type: "MutationResponse" | "ActionResponse";
  readonly requestId: number;
  readonly success: boolean;
  readonly result: JsonValue;
  readonly errorData?: JsonValue;
  readonly logLines: readonly string[];
  readonly ts?: Timestamp;
}

export function answerText({ type, requestId, success, result, errorData, logLines, ts }: Answer): string {
  const time = ts === undefined ? "" : `,"ts":"${encodeTs(ts)}"`;
  const data = errorData === undefined ? "" : `,"errorData":${JSON.stringify(errorData)}`;
  return `{"type":"${type}","requestId":${requestId},"success":${success},"result":${JSON.stringify(result)},"logLines":${JSON.stringify(logLines)}${time}${data}}`;
}

/** Past this many characters a Transition is sent in pieces. */
const CHUNK_LENGTH = 5_000_000;

/** The frames that carry a Transition: itself, or its text in pieces. */
export function transitionFrames(text: string): string[] {
  if (text.length <= CHUNK_LENGTH) return [text];
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + CHUNK_LENGTH, text.length);
    // A pair of surrogates cut in two would not survive UTF-8.
    const last = text.charCodeAt(end - 1);
    if (end < text.length && last >= 0xd800 && last <= 0xdbff) end -= 1;
    pieces.push(text.slice(start, end));
    start = end;
  }
  const transitionId = String(text.length);
  return pieces.map((chunk, partNumber) => JSON.stringify({ type: "TransitionChunk", chunk, partNumber, totalParts: pieces.length, transitionId }));
}
