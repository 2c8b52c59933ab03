import { createHmac, timingSafeEqual } from "node:crypto";
import { UserError } from "../errors.ts";
import type { ComponentPath } from "../transaction/types.ts";

/** How long an upload URL may be used. */
export const UPLOAD_TOKEN_MS = 60 * 60 * 1000;

/**
 * An upload URL's token: the component it was issued to and when it ends, signed. Nothing is stored, so issuing one
 * writes nothing and a restart forgets none.
 */
export function issueUploadToken(secret: Uint8Array, grant: { componentPath: ComponentPath; nowMs: number }): string {
  const claims = JSON.stringify({ component: grant.componentPath, expiresMs: Math.floor(grant.nowMs) + UPLOAD_TOKEN_MS });
  const payload = Buffer.from(claims).toString("base64url");
  return `${payload}.${sign(secret, payload).toString("base64url")}`;
}

/**
 * The component a token was issued to.
 * @throws UserError `InvalidUploadToken` (401): not ours, changed, or older than an hour.
 */
export function readUploadToken(secret: Uint8Array, token: string, nowMs: number): ComponentPath {
  const [payload = "", signature = "", ...rest] = token.split(".");
  const expected = sign(secret, payload);
  const given = Buffer.from(signature, "base64url");
  if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw invalid("The upload URL is not valid. Generate a new one with `storage.generateUploadUrl()`.");
  }
  // The signature matched, so the payload is what `issueUploadToken` wrote.
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as { component: string; expiresMs: number };
  if (nowMs >= claims.expiresMs) throw invalid("The upload URL has expired: it can be used for one hour. Generate a new one.");
  return claims.component;
}

function sign(secret: Uint8Array, payload: string): Buffer {
  return createHmac("sha256", secret).update(`upload:${payload}`).digest();
}

function invalid(message: string): UserError {
  return new UserError("InvalidUploadToken", message, { httpStatus: 401 });
}
