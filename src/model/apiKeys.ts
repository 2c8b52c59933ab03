import type { Doc } from "../component/_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../component/_generated/server.js";

const PREFIX = "agent";
const KEY_ID_BYTES = 8;
const SECRET_BYTES = 32;

/** A key in its parts: `agent_<keyId>_<secret>`. The first finds the row, the second proves that the caller may. */
interface ApiKey {
  keyId: string;
  secret: string;
}

/** A new key. Its secret is known only to whom it is given. */
export function newApiKey(): ApiKey & { text: string } {
  const keyId = randomHex(KEY_ID_BYTES);
  const secret = randomHex(SECRET_BYTES);
  return { keyId, secret, text: `${PREFIX}_${keyId}_${secret}` };
}

function randomHex(bytes: number): string {
  return toHex(crypto.getRandomValues(new Uint8Array(bytes)));
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The SHA-256 of a secret, hexadecimal. Secrets are random, so a plain hash gives nothing away. */
export async function hashSecret(secret: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret))));
}

function parseApiKey(text: string): ApiKey | null {
  const [prefix, keyId = "", secret = "", ...rest] = text.split("_");
  return prefix === PREFIX && rest.length === 0 && keyId !== "" && secret !== "" ? { keyId, secret } : null;
}

/** The row of a key when the key is right, else null; takes as long whatever part of the secret is wrong. */
export async function findApiKey(ctx: Pick<QueryCtx, "db">, text: string): Promise<Doc<"apiKeys"> | null> {
  const key = parseApiKey(text);
  if (key === null) return null;
  const row = await ctx.db.query("apiKeys").withIndex("keyId", (q) => q.eq("keyId", key.keyId)).unique();
  const isRight = isEqual(await hashSecret(key.secret), row?.secretHash ?? "");
  return isRight ? row : null;
}

/** Looks at every character, so that the time taken says nothing about where two texts differ. */
function isEqual(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index++) difference |= a.charCodeAt(index) ^ (b.charCodeAt(index) || 0);
  return difference === 0;
}

/** Wrong keys are counted within this time. */
const FAILURE_WINDOW_MS = 60_000;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 8_000;

/** Counts a wrong key; returns the delay that it earns: twice as long for each of the last minute. */
export async function countFailure(ctx: Pick<MutationCtx, "db">, nowMs: number): Promise<number> {
  const row = await ctx.db.query("apiKeyFailures").first();
  const isOpen = row !== null && nowMs - row.windowStartMs < FAILURE_WINDOW_MS;
  const count = isOpen ? row.count + 1 : 1;
  if (row === null) await ctx.db.insert("apiKeyFailures", { windowStartMs: nowMs, count });
  else await ctx.db.patch(row._id, isOpen ? { count } : { windowStartMs: nowMs, count });
  return Math.min(FIRST_DELAY_MS * 2 ** (count - 1), MAX_DELAY_MS);
}
