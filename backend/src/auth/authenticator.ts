import type { AuthProvider } from "../components/types.ts";
import { UserError } from "../errors.ts";
import type { Identity } from "../functions/types.ts";
import type { Ports } from "../ports.ts";
import type { AuthToken } from "../sync/protocol.ts";
import { isRecord, type JsonObject } from "../values/json.ts";
import { isAdminKey } from "./adminKey.ts";
import { JwtVerifier } from "./jwt.ts";

export interface AuthenticatorOptions {
  readonly adminKey: string;
  /** The providers of the app that runs now. */
  readonly providers: () => readonly AuthProvider[];
  readonly ports: Pick<Ports, "nowMs">;
  /** Where providers' keys are fetched with. @default the platform's `fetch` */
  readonly fetch?: typeof fetch;
}

/** Turns credentials into identities; every way in goes through it. */
export interface Authenticator {
  /** `Bearer <jwt>`, `Convex <admin key>` or `Convex <admin key>:<base64 identity>`. @throws UserError (401, 403) */
  fromHeader(authorization: string | undefined): Promise<Identity>;
  /** The sync protocol's Authenticate. @throws UserError */
  fromToken(token: AuthToken): Promise<Identity>;
}

export function createAuthenticator({ adminKey, providers, ports, fetch }: AuthenticatorOptions): Authenticator {
  const jwt = new JwtVerifier({ nowMs: () => ports.nowMs(), fetch });
  const mustBeAdminKey = (key: string): void => {
    if (isAdminKey(key, adminKey)) return;
    const [name = ""] = adminKey.split("|");
    throw new UserError(
      "BadDeployKey",
      `The provided deploy key was invalid for deployment '${name}'. Double check that the environment this key was generated for matches the desired deployment.`,
      { httpStatus: 403 },
    );
  };
  return {
    async fromHeader(authorization) {
      if (authorization === undefined || authorization === "") return { kind: "none" };
      const [, scheme = "", value = ""] = /^(\S+)\s+(.*)$/.exec(authorization) ?? [];
      if (scheme.toLowerCase() === "bearer") return await jwt.verify(value.trim(), providers());
      if (scheme !== "Convex") throw new UserError("InvalidAuthHeader", `Unknown authorization scheme ${JSON.stringify(scheme.slice(0, 40))}; use Bearer or Convex`, { httpStatus: 401 });
      // A kind of deployment may stand before the name, with a colon of its own.
      const colon = value.indexOf(":", value.indexOf("|") + 1);
      mustBeAdminKey(colon === -1 ? value : value.slice(0, colon));
      return { kind: "admin", actingAs: colon === -1 ? null : withTokenIdentifier(parseIdentity(value.slice(colon + 1))) };
    },
    async fromToken(token) {
      switch (token.kind) {
        case "none":
          return { kind: "none" };
        case "user":
          return await jwt.verify(token.jwt, providers());
        case "admin":
          mustBeAdminKey(token.key);
          return { kind: "admin", actingAs: token.actingAs === null ? null : withTokenIdentifier(token.actingAs) };
        default:
          return token satisfies never;
      }
    },
  };
}

/** Apps tell users apart by it, so whoever names an issuer and a subject gets it as a token would give it. */
function withTokenIdentifier(identity: JsonObject): JsonObject {
  const { issuer, subject } = identity;
  if (typeof issuer !== "string" || typeof subject !== "string" || identity["tokenIdentifier"] !== undefined) return identity;
  return { tokenIdentifier: `${issuer}|${subject}`, ...identity };
}

/** The user that an admin acts as, in base64 JSON. */
function parseIdentity(base64: string): JsonObject {
  try {
    const identity: unknown = JSON.parse(Buffer.from(base64, "base64").toString("utf8"));
    // Parsed JSON whose top level is an object.
    if (isRecord(identity)) return identity as JsonObject;
  } catch {
    // Reported below: not JSON and not an object are the same mistake.
  }
  throw new UserError("InvalidAuthHeader", "The identity after the admin key must be base64 of a JSON object", { httpStatus: 401 });
}
