import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { AuthProvider } from "../components/types.ts";
import { UserError } from "../errors.ts";
import type { Identity } from "../functions/types.ts";
import { isRecord } from "../values/json.ts";
import { identityAttributes } from "./claims.ts";

const CLOCK_TOLERANCE_S = 5;

/** Verifies tokens of the providers in `auth.config`; their keys are fetched once and kept by `jose`'s rules. */
export class JwtVerifier {
  readonly #keys = new Map<string, Promise<JWTVerifyGetKey>>();
  readonly #nowMs: () => number;

  constructor(options: { nowMs: () => number }) {
    this.#nowMs = options.nowMs;
  }

  /**
   * Who a token speaks for.
   *
   * @throws UserError (401) when no provider issued it, or it is not valid now.
   */
  async verify(token: string, providers: readonly AuthProvider[]): Promise<Identity> {
    const claimed = unverifiedClaims(token);
    const candidates = providers.filter((provider) => issuerOf(provider) === withoutSlash(claimed.iss));
    if (candidates.length === 0) {
      throw unauthenticated("NoAuthProvider", `No auth provider found matching the given token. Check that your server auth config has a provider for the issuer "${claimed.iss}".`);
    }
    let failure: unknown;
    for (const provider of candidates) {
      try {
        return await this.#verifyWith(token, provider);
      } catch (error) {
        failure = error;
      }
    }
    throw asUserError(failure);
  }

  async #verifyWith(token: string, provider: AuthProvider): Promise<Identity> {
    const audience = provider.applicationID;
    const { payload } = await jwtVerify(token, await this.#keysOf(provider), {
      ...(audience === undefined ? {} : { audience }),
      ...(provider.type === "customJwt" ? { algorithms: [provider.algorithm] } : { algorithms: ["RS256", "ES256", "EdDSA"] }),
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(this.#nowMs()),
      requiredClaims: ["iss", "sub", "exp"],
    });
    const { iss, sub, exp } = payload;
    if (iss === undefined || sub === undefined || exp === undefined) throw unauthenticated("InvalidAuthHeader", "Could not validate token: a claim is missing");
    return { kind: "user", attributes: identityAttributes({ ...payload, iss, sub }), expiresMs: exp * 1000, token };
  }

  async #keysOf(provider: AuthProvider): Promise<JWTVerifyGetKey> {
    const source = provider.type === "customJwt" ? provider.jwks : provider.domain;
    let keys = this.#keys.get(source);
    if (keys === undefined) {
      keys = provider.type === "customJwt" ? keySet(provider.jwks) : discover(provider.domain);
      this.#keys.set(source, keys);
      // A provider that is down now is asked again next time.
      keys.catch(() => this.#keys.delete(source));
    }
    return await keys;
  }
}

async function keySet(jwks: string): Promise<JWTVerifyGetKey> {
  if (!jwks.startsWith("data:")) return createRemoteJWKSet(new URL(jwks));
  const response = await fetch(jwks);
  // `jose` checks the keys when it uses them.
  return createLocalJWKSet((await response.json()) as JSONWebKeySet);
}

async function discover(domain: string): Promise<JWTVerifyGetKey> {
  const url = `${withScheme(domain).replace(/\/$/, "")}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  const configuration: unknown = response.ok ? await response.json() : null;
  if (!isRecord(configuration) || typeof configuration.jwks_uri !== "string") {
    throw unauthenticated("AuthProviderDiscoveryFailed", `Auth provider discovery of ${url} failed with status ${response.status}`);
  }
  return createRemoteJWKSet(new URL(configuration.jwks_uri));
}

const withScheme = (domain: string): string => (/^https?:\/\//.test(domain) ? domain : `https://${domain}`);
const withoutSlash = (text: string): string => text.replace(/\/$/, "");

function issuerOf(provider: AuthProvider): string {
  return withoutSlash(provider.type === "customJwt" ? provider.issuer : withScheme(provider.domain));
}

function unverifiedClaims(token: string): { iss: string } {
  const [, payload = ""] = token.split(".");
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    if (isRecord(claims) && typeof claims.iss === "string") return { iss: claims.iss };
  } catch {
    // Reported below, like every other token that cannot be read.
  }
  throw unauthenticated("InvalidAuthHeader", "Could not parse as a JSON Web Token with an issuer");
}

function unauthenticated(code: string, message: string, cause?: unknown): UserError {
  return new UserError(code, message, { httpStatus: 401, cause });
}

function asUserError(error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  if (error instanceof errors.JWTExpired) return unauthenticated("InvalidAuthHeader", "Could not verify OIDC token claim. Check that the token signature is valid and the token hasn't expired.", error);
  return unauthenticated("InvalidAuthHeader", `Could not validate token: ${error.message}`, error);
}
