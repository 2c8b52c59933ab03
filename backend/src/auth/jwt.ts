import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, jwtVerify, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { AuthProvider } from "../components/types.ts";
import { UserError } from "../errors.ts";
import type { Identity } from "../functions/types.ts";
import { isRecord } from "../values/json.ts";
import { identityAttributes } from "./claims.ts";

const CLOCK_TOLERANCE_S = 5;
const FETCH_TIMEOUT_MS = 10_000;
/** A key that is not among those that were fetched may be a new one, or nobody's: a provider is asked this often at most. */
const NEW_KEYS_AFTER_MS = 1000;

export interface JwtVerifierOptions {
  readonly nowMs: () => number;
  /** Where keys are fetched with. @default the platform's `fetch` */
  readonly fetch?: typeof fetch;
}

/** Verifies tokens of the providers in `auth.config`; their keys are fetched once and kept by `jose`'s rules. */
export class JwtVerifier {
  readonly #keys = new Map<string, Promise<JWTVerifyGetKey>>();
  readonly #options: JwtVerifierOptions;

  constructor(options: JwtVerifierOptions) {
    this.#options = options;
  }

  /**
   * Who a token speaks for.
   *
   * @throws UserError (401) when no provider issued it, it is not valid now, or its provider cannot be reached.
   */
  async verify(token: string, providers: readonly AuthProvider[]): Promise<Identity> {
    const claimed = unverifiedClaims(token);
    const candidates = providers.filter((provider) => issuerOf(provider) === withoutSlash(claimed.iss));
    if (candidates.length === 0) throw noProvider(claimed.iss, providers);
    const failures: unknown[] = [];
    for (const provider of candidates) {
      try {
        return await this.#verifyWith(token, provider);
      } catch (error) {
        failures.push(error);
      }
    }
    // One that got past the audience says more than one that is for another application.
    throw asUserError(failures.find((error) => !isAudienceError(error)) ?? failures[0], token);
  }

  async #verifyWith(token: string, provider: AuthProvider): Promise<Identity> {
    const audience = provider.applicationID;
    const isCustom = provider.type === "customJwt";
    const { payload } = await jwtVerify(token, await this.#keysOf(provider), {
      ...(audience === undefined ? {} : { audience }),
      algorithms: isCustom ? [provider.algorithm] : ["RS256", "ES256", "EdDSA"],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(this.#options.nowMs()),
      requiredClaims: ["iss", "sub", "exp"],
    });
    const { iss, sub, exp } = payload;
    if (iss === undefined || sub === undefined || exp === undefined) throw unauthenticated("InvalidAuthHeader", "Could not validate token: a claim is missing");
    return { kind: "user", attributes: identityAttributes({ ...payload, iss, sub }, { flatten: isCustom }), expiresMs: exp * 1000, token };
  }

  async #keysOf(provider: AuthProvider): Promise<JWTVerifyGetKey> {
    const source = provider.type === "customJwt" ? provider.jwks : provider.domain;
    let keys = this.#keys.get(source);
    if (keys === undefined) {
      keys = provider.type === "customJwt" ? this.#keySet(provider.jwks) : this.#discover(provider.domain);
      this.#keys.set(source, keys);
      // A provider that is down now is asked again next time.
      keys.catch(() => this.#keys.delete(source));
    }
    return await keys;
  }

  async #keySet(jwks: string): Promise<JWTVerifyGetKey> {
    // `jose` checks the keys when it uses them.
    if (jwks.startsWith("data:")) return createLocalJWKSet((await this.#fetchJson(jwks, "auth.config's jwks")) as unknown as JSONWebKeySet);
    const url = URL.parse(jwks);
    if (url === null) throw unauthenticated("AuthProviderDiscoveryFailed", `auth.config's jwks is not a URL: ${jwks.slice(0, 200)}`);
    return this.#remote(url);
  }

  async #discover(domain: string): Promise<JWTVerifyGetKey> {
    const url = `${withoutSlash(withScheme(domain))}/.well-known/openid-configuration`;
    const { jwks_uri } = await this.#fetchJson(url, url);
    const keys = typeof jwks_uri === "string" ? URL.parse(jwks_uri) : null;
    if (keys === null) throw unauthenticated("AuthProviderDiscoveryFailed", `Auth provider discovery of ${url} failed: it has no jwks_uri`);
    return this.#remote(keys);
  }

  #remote(url: URL): JWTVerifyGetKey {
    const { fetch: fetchWith } = this.#options;
    return createRemoteJWKSet(url, { timeoutDuration: FETCH_TIMEOUT_MS, cooldownDuration: NEW_KEYS_AFTER_MS, ...(fetchWith === undefined ? {} : { [customFetch]: fetchWith }) });
  }

  async #fetchJson(url: string, name: string): Promise<Record<string, unknown>> {
    const { fetch: fetchWith = fetch } = this.#options;
    try {
      const response = await fetchWith(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
      if (!response.ok) throw new Error(`status ${response.status}`);
      const json: unknown = await response.json();
      if (!isRecord(json)) throw new Error("it is not a JSON object");
      return json;
    } catch (cause) {
      throw unauthenticated("AuthProviderDiscoveryFailed", `Auth provider discovery of ${name} failed: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
    }
  }
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

function noProvider(issuer: string, providers: readonly AuthProvider[]): UserError {
  if (providers.length === 0) {
    return unauthenticated("NoAuthProvider", "No auth provider found matching the given token (no providers configured). Check convex/auth.config.ts, and that it was pushed.");
  }
  const known = providers.map((provider) => `${provider.type === "oidc" ? `OIDC(domain=${provider.domain}` : `CustomJwt(issuer=${provider.issuer}`}, app_id=${provider.applicationID ?? "any"})`);
  return unauthenticated("NoAuthProvider", `No auth provider found matching the given token. Its issuer is ${JSON.stringify(issuer.slice(0, 200))}; auth.config has [${known.join(", ")}].`);
}

function unauthenticated(code: string, message: string, cause?: unknown): UserError {
  return new UserError(code, message, { httpStatus: 401, cause });
}

function isAudienceError(error: unknown): error is errors.JWTClaimValidationFailed {
  return error instanceof errors.JWTClaimValidationFailed && error.claim === "aud";
}

function asUserError(error: unknown, token: string): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  if (error instanceof errors.JWTExpired) return unauthenticated("InvalidAuthHeader", "Could not verify OIDC token claim. Check that the token signature is valid and the token hasn't expired.", error);
  if (isAudienceError(error)) {
    return unauthenticated("NoAuthProvider", `No auth provider found matching the given token: its aud claim (${JSON.stringify(audienceOf(token))}) is not the applicationID of any provider in auth.config.`, error);
  }
  return unauthenticated("InvalidAuthHeader", `Could not validate token: ${error.message}`, error);
}

function audienceOf(token: string): unknown {
  // The payload was parsed before, to find the issuer.
  const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
  return isRecord(claims) ? claims.aud : undefined;
}
