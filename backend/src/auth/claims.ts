import type { JWTPayload } from "jose";
import { isObject, setField, type JsonObject, type JsonValue } from "../values/json.ts";

/** OIDC's claims by the names that `ctx.auth.getUserIdentity()` has for them. */
const NAMES: Readonly<Record<string, string>> = {
  name: "name",
  given_name: "givenName",
  family_name: "familyName",
  nickname: "nickname",
  preferred_username: "preferredUsername",
  profile: "profileUrl",
  picture: "pictureUrl",
  website: "websiteUrl",
  email: "email",
  email_verified: "emailVerified",
  gender: "gender",
  birthdate: "birthday",
  zoneinfo: "timezone",
  locale: "language",
  phone_number: "phoneNumber",
  phone_number_verified: "phoneNumberVerified",
  address: "address",
  updated_at: "updatedAt",
};

/** Claims about the token itself, not about the person. */
const TOKEN_CLAIMS = new Set(["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "azp"]);

/**
 * The identity that a verified token states. Source: convex-protocol C.9. `flatten`, for custom JWTs: fields of nested
 * claims are there under their paths too (`"properties.id"`), as Convex's documentation says.
 */
export function identityAttributes(payload: JWTPayload & { iss: string; sub: string }, { flatten }: { flatten: boolean }): JsonObject {
  const attributes: JsonObject = { tokenIdentifier: `${payload.iss}|${payload.sub}`, issuer: payload.iss, subject: payload.sub };
  for (const [claim, value] of Object.entries(payload)) {
    if (TOKEN_CLAIMS.has(claim) || value === undefined || RESERVED.has(claim)) continue;
    // A verified payload is JSON.
    const json = value as JsonValue;
    const name = Object.hasOwn(NAMES, claim) ? NAMES[claim] : undefined;
    if (name !== undefined) addStandard(attributes, { claim, name, json });
    // Names that Convex cannot hold as fields are left out.
    else if (!claim.startsWith("$")) setField(attributes, claim, json);
    if (flatten && name === undefined) addNested(attributes, claim, json);
  }
  return attributes;
}

/** Attributes that only the token's own claims make. */
const RESERVED = new Set(["tokenIdentifier", "issuer", "subject"]);

/** The last second that a date can hold. */
const MAX_DATE_S = 8.64e12;

function addStandard(attributes: JsonObject, { claim, name, json }: { claim: string; name: string; json: JsonValue }): void {
  if (claim === "updated_at" && typeof json === "number" && Math.abs(json) <= MAX_DATE_S) attributes[name] = new Date(json * 1000).toISOString();
  else if (claim === "address" && isObject(json) && typeof json.formatted === "string") attributes[name] = json.formatted;
  else attributes[name] = json;
}

function addNested(attributes: JsonObject, path: string, value: JsonValue): void {
  if (!isObject(value)) return;
  for (const [field, item] of Object.entries(value)) {
    if (!path.startsWith("$")) setField(attributes, `${path}.${field}`, item);
    addNested(attributes, `${path}.${field}`, item);
  }
}
