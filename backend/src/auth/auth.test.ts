import { createHash } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from "jose";
import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { AuthProvider } from "../components/types.ts";
import { UserError } from "../errors.ts";
import type { Identity } from "../functions/types.ts";
import { createAuthenticator, type Authenticator } from "./authenticator.ts";
import { isAdminKey } from "./adminKey.ts";

const ADMIN_KEY = `convex-embedded|${"ab".repeat(32)}`;
const ISSUER = "https://issuer.example/auth";
const NOW_S = 1_700_000_000;

type Key = Awaited<ReturnType<typeof generateKeyPair>>["privateKey"];
let keys: { RS256: Key; ES256: Key; strange: Key };
let jwks: string;

beforeAll(async () => {
  const [rsa, ec, strange] = await Promise.all([generateKeyPair("RS256"), generateKeyPair("ES256"), generateKeyPair("RS256")]);
  keys = { RS256: rsa.privateKey, ES256: ec.privateKey, strange: strange.privateKey };
  jwks = JSON.stringify({ keys: [{ ...(await exportJWK(rsa.publicKey)), kid: "rsa", alg: "RS256" }, { ...(await exportJWK(ec.publicKey)), kid: "ec", alg: "ES256" }] });
});

const oidc: AuthProvider = { type: "oidc", domain: ISSUER, applicationID: "app" };
const custom = (more: object = {}): AuthProvider => ({ type: "customJwt", issuer: "custom", jwks: `data:application/json;base64,${Buffer.from(jwks).toString("base64")}`, algorithm: "ES256", ...more });

let fetched: string[];
let answers: Record<string, () => Response>;
let nowMs: number;
let providers: AuthProvider[];
let authenticator: Authenticator;

beforeEach(() => {
  fetched = [];
  nowMs = NOW_S * 1000;
  answers = {
    [`${ISSUER}/.well-known/openid-configuration`]: () => Response.json({ issuer: ISSUER, jwks_uri: "https://keys.example/jwks" }),
    "https://keys.example/jwks": () => new Response(jwks),
  };
  providers = [oidc];
  authenticator = createAuthenticator({
    adminKey: ADMIN_KEY,
    providers: () => providers,
    ports: { nowMs: () => nowMs },
    fetch: async (input) => {
      const url = String(input instanceof Request ? input.url : input);
      if (url.startsWith("data:")) return await fetch(url);
      fetched.push(url);
      return answers[url]?.() ?? new Response("no such page", { status: 404 });
    },
  });
});

async function token(claims: JWTPayload = {}, how: { alg?: "RS256" | "ES256"; kid?: string; key?: Key } = {}): Promise<string> {
  const { alg = "RS256" } = how;
  const { kid = alg === "RS256" ? "rsa" : "ec", key = keys[alg] } = how;
  return await new SignJWT({ iss: ISSUER, sub: "ada", aud: "app", iat: NOW_S, exp: NOW_S + 60, ...claims }).setProtectedHeader({ alg, kid }).sign(key);
}
const verify = async (jwt: string): Promise<Identity> => await authenticator.fromHeader(`Bearer ${jwt}`);
const attributesOf = async (jwt: string) => {
  const identity = await verify(jwt);
  return identity.kind === "user" ? identity.attributes : null;
};

describe("a token of an OIDC provider", () => {
  test("speaks for its subject until it expires", async () => {
    const jwt = await token();
    expect(await verify(jwt)).toEqual({
      kind: "user", attributes: { tokenIdentifier: `${ISSUER}|ada`, issuer: ISSUER, subject: "ada" }, expiresMs: (NOW_S + 60) * 1000, token: jwt,
    });
    nowMs += 70_000;
    await expect(verify(jwt)).rejects.toThrow("the token hasn't expired");
  });

  test("claims of OIDC have Convex's names, others keep theirs, and no claim can say who signed", async () => {
    const claims = {
      given_name: "Ada", email_verified: true, updated_at: 0, address: { formatted: "12 Street" }, role: { admin: true }, tokenIdentifier: "forged", constructor: "c", $bad: 1,
    };
    expect(await attributesOf(await token(claims))).toEqual({
      tokenIdentifier: `${ISSUER}|ada`, issuer: ISSUER, subject: "ada", givenName: "Ada", emailVerified: true, updatedAt: "1970-01-01T00:00:00.000Z", address: "12 Street",
      role: { admin: true }, constructor: "c",
    });
  });

  test("one of several audiences may be the application's", async () => {
    expect(await attributesOf(await token({ aud: ["other", "app"] }))).toMatchObject({ subject: "ada" });
  });

  test("keys are fetched once for many tokens", async () => {
    await Promise.all([verify(await token()), verify(await token({ sub: "bob" }))]);
    await verify(await token({ sub: "eve" }));
    expect(fetched).toEqual([`${ISSUER}/.well-known/openid-configuration`, "https://keys.example/jwks"]);
  });

  test("a provider's new key is known a second after the last time that its keys were fetched", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: nowMs });
    try {
      await verify(await token());
      const { privateKey, publicKey } = await generateKeyPair("RS256");
      const rotated = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "next", alg: "RS256" }] });
      answers["https://keys.example/jwks"] = () => new Response(rotated);
      const jwt = await token({}, { key: privateKey, kid: "next" });
      await expect(verify(jwt)).rejects.toThrow("no applicable key");
      vi.setSystemTime(nowMs + 1001);
      expect(await attributesOf(jwt)).toMatchObject({ subject: "ada" });
    } finally {
      vi.useRealTimers();
    }
  });

  test("a provider that was down is asked again", async () => {
    const discovery = `${ISSUER}/.well-known/openid-configuration`;
    const working = answers[discovery]!;
    answers[discovery] = () => new Response("down", { status: 503 });
    await expect(verify(await token())).rejects.toMatchObject({ code: "AuthProviderDiscoveryFailed", message: expect.stringContaining(`${discovery} failed: status 503`) });
    answers[discovery] = working;
    expect(await attributesOf(await token())).toMatchObject({ subject: "ada" });
  });
});

describe("a token is refused with 401 and a reason", () => {
  const refused: [string, () => Promise<string>, string][] = [
    ["of another issuer", () => token({ iss: "https://other.example" }), "No auth provider found matching the given token. Its issuer is \"https://other.example\""],
    ["for another application", () => token({ aud: "other" }), 'its aud claim ("other") is not the applicationID'],
    ["signed by somebody else", () => token({}, { key: keys.strange }), "signature verification failed"],
    ["of an unknown key", () => token({}, { kid: "nobody" }), "no applicable key"],
    ["that is not valid yet", () => token({ nbf: NOW_S + 3600 }), "nbf"],
    ["without a subject", () => token({ sub: undefined }), "sub"],
    ["that never expires", () => token({ exp: undefined }), "exp"],
    ["without a signature", async () => new UnsecuredJWT({ iss: ISSUER, sub: "ada", aud: "app", exp: NOW_S + 60 }).encode(), "Could not validate token"],
    ["that is none", async () => "nonsense", "Could not parse as a JSON Web Token"],
  ];
  test.each(refused)("one %s", async (_name, make, reason) => {
    const error = await verify(await make()).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ httpStatus: 401, message: expect.stringContaining(reason) });
  });

  test("when the app has no providers", async () => {
    providers = [];
    await expect(verify(await token())).rejects.toThrow("no providers configured");
  });

  test("signed with a public key as if it were a shared secret", async () => {
    const secret = createHash("sha256").update(jwks).digest();
    const forged = await new SignJWT({ iss: ISSUER, sub: "ada", aud: "app", exp: NOW_S + 60 }).setProtectedHeader({ alg: "HS256", kid: "rsa" }).sign(secret);
    await expect(verify(forged)).rejects.toMatchObject({ httpStatus: 401 });
  });

  test("whatever text it is, it is refused with 401", async () => {
    await fc.assert(fc.asyncProperty(fc.oneof(fc.string(), fc.array(fc.base64String(), { minLength: 2, maxLength: 4 }).map((parts) => parts.join("."))), async (jwt) => {
      const outcome = await authenticator.fromToken({ kind: "user", jwt }).catch((error: unknown) => error);
      expect(outcome).toMatchObject({ httpStatus: 401 });
    }));
  });
});

describe("a custom JWT", () => {
  test("is verified with the configured algorithm and keys of a data: URL, its audience only when asked for", async () => {
    providers = [custom()];
    expect(await attributesOf(await token({ iss: "custom", aud: undefined }, { alg: "ES256" }))).toMatchObject({ subject: "ada", tokenIdentifier: "custom|ada" });
    await expect(verify(await token({ iss: "custom" }, { alg: "RS256" }))).rejects.toThrow("Could not validate token");
    providers = [custom({ applicationID: "mine" })];
    await expect(verify(await token({ iss: "custom" }, { alg: "ES256" }))).rejects.toThrow('its aud claim ("app")');
  });

  test("nested claims can be reached by their paths", async () => {
    providers = [custom()];
    const attributes = await attributesOf(await token({ iss: "custom", properties: { id: "123", deep: { er: 1 } } }, { alg: "ES256" }));
    expect(attributes).toMatchObject({ properties: { id: "123" }, "properties.id": "123", "properties.deep.er": 1 });
  });

  test("among providers of one issuer the one that fits is taken", async () => {
    providers = [custom({ applicationID: "other" }), custom({ applicationID: "app" })];
    expect(await attributesOf(await token({ iss: "custom" }, { alg: "ES256" }))).toMatchObject({ subject: "ada" });
  });
});

describe("the admin key", () => {
  const acting = Buffer.from(JSON.stringify({ subject: "ada", name: "Zoë" })).toString("base64");

  test("opens everything, with or without the kind of deployment before it, and may act as somebody", async () => {
    expect(await authenticator.fromHeader(`Convex ${ADMIN_KEY}`)).toEqual({ kind: "admin", actingAs: null });
    expect(await authenticator.fromHeader(`Convex dev:${ADMIN_KEY}`)).toEqual({ kind: "admin", actingAs: null });
    expect(await authenticator.fromHeader(`Convex ${ADMIN_KEY}:${acting}`)).toEqual({ kind: "admin", actingAs: { subject: "ada", name: "Zoë" } });
    expect(await authenticator.fromHeader(`Convex prod:${ADMIN_KEY}:${acting}`)).toMatchObject({ actingAs: { subject: "ada" } });
    expect(await authenticator.fromToken({ kind: "admin", key: ADMIN_KEY, actingAs: { subject: "x" } })).toEqual({ kind: "admin", actingAs: { subject: "x" } });
  });

  test.each(["", "x", ADMIN_KEY.slice(0, -1), `${ADMIN_KEY}0`, ADMIN_KEY.toUpperCase(), "convex-embedded|", `prod:dev:${ADMIN_KEY}`])("no other key does: %j", async (key) => {
    await expect(authenticator.fromHeader(`Convex ${key} `.trimEnd() + (key === "" ? " " : ""))).rejects.toMatchObject({ code: "BadDeployKey", httpStatus: 403, message: expect.stringContaining("deployment 'convex-embedded'") });
    expect(isAdminKey(key, ADMIN_KEY)).toBe(false);
  });

  test("an identity to act as that cannot be read is refused", async () => {
    for (const bad of ["", "!!", Buffer.from("[1]").toString("base64")]) {
      await expect(authenticator.fromHeader(`Convex ${ADMIN_KEY}:${bad}`)).rejects.toMatchObject({ httpStatus: 401 });
    }
  });
});

test("without credentials one is nobody; an unknown scheme is refused", async () => {
  expect(await authenticator.fromHeader(undefined)).toEqual({ kind: "none" });
  expect(await authenticator.fromHeader("")).toEqual({ kind: "none" });
  expect(await authenticator.fromToken({ kind: "none" })).toEqual({ kind: "none" });
  await expect(authenticator.fromHeader("Basic abc")).rejects.toMatchObject({ httpStatus: 401 });
});
