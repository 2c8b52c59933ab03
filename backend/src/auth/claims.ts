import type { JWTPayload } from "jose";
import type { JsonObject, JsonValue } from "../values/json.ts";

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

/** The identity that a verified token states. Source: convex-protocol C.9. */
export function identityAttributes(payload: JWTPayload & { iss: string; sub: string }): JsonObject {
  const attributes: JsonObject = { tokenIdentifier: `${payload.iss}|${payload.sub}`, issuer: payload.iss, subject: payload.sub };
  for (const [claim, value] of Object.entries(payload)) {
    if (TOKEN_CLAIMS.has(claim) || value === undefined) continue;
    // A verified payload is JSON. Names that Convex cannot hold as fields are left out.
    if (!claim.startsWith("$")) attributes[NAMES[claim] ?? claim] = value as JsonValue;
  }
  const { updatedAt, address } = attributes;
  if (typeof updatedAt === "number") attributes.updatedAt = new Date(updatedAt * 1000).toISOString();
  if (typeof address === "object" && address !== null && "formatted" in address) attributes.address = address.formatted;
  return attributes;
}
