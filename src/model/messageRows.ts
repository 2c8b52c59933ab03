import { invariant } from "../shared/errors.js";
import { involvesTools, sizeBytesOf, type StoredPart, type StoredResults } from "../shared/storedMessage.js";
import type { Doc, Id } from "../component/_generated/dataModel.js";
import type { QueryCtx } from "../component/_generated/server.js";
import type { Row, RowFields } from "./messageDoc.js";

/*
 * How messages lie in their table. What every read pays for is kept small: turn and place are one number, what is as
 * usual is left out, and the results of a step's tools lie in the row of the message that calls them. Everything else
 * of the component sees messages one by one, as they were before they were put there.
 */

/** A message as it is in the thread, and the row that holds it. */
export interface MessageRow extends Row {
  _id: string;
  _creationTime: number;
  /** What is in the table: of this message alone, or of a call and its results. */
  stored: Doc<"messages">;
}

/** A place of a thread: the turn, and where in it. */
export interface Place {
  order: number;
  stepOrder: number;
}

/** Turns of more messages than this do not occur: at one a second they take eleven days. */
const PLACES = 1_000_000;
const MAX_ORDER = Math.floor(Number.MAX_SAFE_INTEGER / PLACES) - 1;

/** The id of the results in a row is the row's with this after it. */
const RESULTS = ".results";
/** Larger results lie apart, so that a search for what was said need not read them. */
const MAX_JOINED_BYTES = 32 * 1024;
/** What results share with the message that calls. */
const SHARED = ["agentName", "model", "provider"] as const;

function placeOf({ order, stepOrder }: Place): number {
  return Math.min(order, MAX_ORDER) * PLACES + Math.min(stepOrder, PLACES - 1);
}

/** The messages of a row, in order: one, or a call and its results. */
export function messagesOf(stored: Doc<"messages">): MessageRow[] {
  const { place, results, onlyResults, status = "success", tool = false, ...fields } = stored;
  const order = Math.floor(place / PLACES);
  const stepOrder = place - order * PLACES;
  if (results === undefined) {
    const _id = onlyResults === true ? resultsId(stored._id) : stored._id;
    return [{ ...fields, _id, role: fields.role ?? usualRole(stepOrder), order, stepOrder, status, tool, stored }];
  }
  const head = { ...fields, role: fields.role ?? usualRole(stepOrder - 1), order, stepOrder: stepOrder - 1, status, stored };
  const { _creationTime, threadId, userId, overflow } = head;
  const shared = Object.fromEntries(SHARED.filter((name) => head[name] !== undefined).map((name) => [name, head[name]]));
  const place2 = { _id: resultsId(stored._id), _creationTime, threadId, userId, overflow, order, stepOrder, status: "success", role: "tool", tool: true };
  return [
    { ...head, tool: isWithTools(head) },
    // `toStoredRow` took the results apart.
    { ...place2, ...shared, ...withoutNulls(results), parts: unpackParts(results.parts, head), stored } as MessageRow,
  ];
}

/** A turn begins with what a person asks, and goes on with what a model answers. */
const usualRole = (stepOrder: number): "user" | "assistant" => (stepOrder === 0 ? "user" : "assistant");

const resultsId = (id: Id<"messages">): string => `${id}${RESULTS}`;

/** Content that lies elsewhere is of a step that called. */
const isWithTools = ({ role, parts, overflow }: Pick<RowFields, "parts" | "overflow"> & { role: NonNullable<RowFields["role"]> }): boolean =>
  overflow !== undefined || involvesTools({ role, ...(parts === undefined ? {} : { parts }) });

const withoutNulls = (results: StoredResults): object => Object.fromEntries(Object.entries(results).filter(([, value]) => value !== null));

/** What the table holds of a message, or of one that calls tools and their `results`. */
export function toStoredRow({ order, stepOrder, status, tool, role, ...head }: Row, results?: Row): RowFields {
  const last = results ?? { order, stepOrder };
  invariant(last.stepOrder < PLACES, `a turn holds at most ${PLACES} messages`);
  const row = { ...head, place: placeOf(last), ...(status === "success" ? {} : { status }), ...(role === usualRole(stepOrder) ? {} : { role }) };
  if (results !== undefined) return { ...row, results: packResults(results, head) };
  return tool ? { ...row, tool } : row;
}

function packResults({ threadId: _thread, userId: _user, order: _order, stepOrder: _step, overflow: _overflow, tool: _tool, role, status, parts, ...rest }: Row, head: Head): StoredResults {
  const differing = Object.fromEntries(SHARED.filter((name) => rest[name] !== head[name]).map((name) => [name, rest[name] ?? null]));
  const { agentName: _agent, model: _model, provider: _provider, ...own } = rest;
  // Fields of a row are Convex values.
  return {
    ...own, ...differing,
    ...(role === "tool" ? {} : { role }), ...(status === "success" ? {} : { status }),
    ...(parts === undefined ? {} : { parts: packParts(parts, head) }),
  } as StoredResults;
}

type Head = Pick<RowFields, (typeof SHARED)[number] | "parts">;

const callsOf = ({ parts = [] }: Pick<Head, "parts">): StoredPart[] => parts.filter(({ type, providerExecuted }) => type === "tool-call" && providerExecuted !== true);

/** A result whose call is in the same place says only what it gave. */
function packParts(parts: readonly StoredPart[], head: Head): StoredPart[] {
  const calls = callsOf(head);
  return parts.map((part, index) => {
    const call = calls[index];
    const { type, toolCallId, toolName, ...rest } = part;
    if (type !== "tool-result" || toolCallId === undefined || toolCallId !== call?.toolCallId || toolName !== call.toolName) return part;
    // `unpackParts` gives it back what its call says.
    return rest as StoredPart;
  });
}

function unpackParts(parts: readonly StoredPart[] | undefined, head: Head): StoredPart[] | undefined {
  const calls = callsOf(head);
  return parts?.map((part, index) => {
    const call = calls[index];
    // Only what `packParts` shortened has no type.
    const isShort = (part.type as string | undefined) === undefined;
    return isShort ? { ...part, type: "tool-result", toolCallId: call?.toolCallId, toolName: call?.toolName } : part;
  });
}

/** Whether two messages that are saved together are a step: calls of tools, and nothing but their results. */
export function areStep(head: Row, next: Row): boolean {
  const isComplete = head.role === "assistant" && next.role === "tool" && head.status === "success" && next.status === "success";
  if (!isComplete || next.order !== head.order || next.stepOrder !== head.stepOrder + 1) return false;
  // What others find by the row is the calling message's.
  if (next.text !== undefined || next.embeddingId !== undefined || next.rawCallId !== undefined) return false;
  const called = new Set(callsOf(head).map(({ toolCallId }) => toolCallId));
  const answersAll = next.parts?.every(({ type, toolCallId }) => type === "tool-result" && called.has(toolCallId)) === true;
  return answersAll && !head.parts?.some(({ type }) => type === "tool-approval-request") && sizeBytesOf(next) <= MAX_JOINED_BYTES;
}

/** Places of a thread, `from` inclusive, `to` exclusive; left out: from its beginning, to its end. */
export interface Span {
  threadId: Id<"threads">;
  from?: Place | undefined;
  to?: Place | undefined;
  /** Default: oldest first. */
  direction?: "asc" | "desc" | undefined;
}

/** The rows that hold messages of a span; the first and the last may hold one beside it. */
export function readRows(ctx: Pick<QueryCtx, "db">, { threadId, from, to, direction = "asc" }: Span): AsyncIterable<Doc<"messages">> {
  const lowest = from === undefined ? Number.MIN_SAFE_INTEGER : placeOf(from);
  // A row has the place of its last message.
  const end = to === undefined ? Number.MAX_SAFE_INTEGER : placeOf(to) + (to.stepOrder > 0 ? 1 : 0);
  return ctx.db
    .query("messages")
    .withIndex("threadId", (q) => q.eq("threadId", threadId).gte("place", lowest).lt("place", end))
    .order(direction);
}

/** Places between two rows: `from` is where a row could begin, `before` where one does. */
export interface Gap {
  threadId: Id<"threads">;
  from: Place;
  before: Place;
}

/** The messages in a gap, oldest first. Unlike a span's end, a gap's reads no row that only begins before it. */
export async function* readGap(ctx: Pick<QueryCtx, "db">, { threadId, from, before }: Gap): AsyncGenerator<MessageRow> {
  const rows = ctx.db.query("messages").withIndex("threadId", (q) => q.eq("threadId", threadId).gte("place", placeOf(from)).lt("place", placeOf(before)));
  for await (const stored of rows) yield* messagesOf(stored);
}

/** The messages of a row that are in a span, in order. */
export function messagesIn(stored: Doc<"messages">, { from, to }: Pick<Span, "from" | "to">): MessageRow[] {
  return messagesOf(stored).filter((row) => (from === undefined || placeOf(row) >= placeOf(from)) && (to === undefined || placeOf(row) < placeOf(to)));
}

/** The messages of a span, one by one. */
export async function* readMessages(ctx: Pick<QueryCtx, "db">, span: Span): AsyncGenerator<MessageRow> {
  for await (const stored of readRows(ctx, span)) {
    const messages = messagesIn(stored, span);
    yield* span.direction === "desc" ? messages.toReversed() : messages;
  }
}

/** The first message of a span, in its direction. */
export async function firstMessage(ctx: Pick<QueryCtx, "db">, span: Span): Promise<MessageRow | null> {
  for await (const row of readMessages(ctx, span)) return row;
  return null;
}

/** The span of one turn. */
export const turnOf = (threadId: Id<"threads">, order: number): Span & { from: Place; to: Place } => ({ threadId, from: { order, stepOrder: 0 }, to: { order: order + 1, stepOrder: 0 } });

/** The message with this id; null when the text is none, or the message is gone. */
export async function findMessage(ctx: Pick<QueryCtx, "db">, messageId: string): Promise<MessageRow | null> {
  const isResults = messageId.endsWith(RESULTS);
  const id = ctx.db.normalizeId("messages", isResults ? messageId.slice(0, -RESULTS.length) : messageId);
  const stored = id === null ? null : await ctx.db.get(id);
  return stored === null ? null : (messagesOf(stored).find(({ _id }) => _id === messageId) ?? null);
}

/** The ids of messages that `toStoredRow` puts into one row. */
export const idsOf = (id: Id<"messages">): [string, string] => [id, resultsId(id)];
