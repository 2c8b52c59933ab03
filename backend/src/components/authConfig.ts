import type { ModuleFiles } from "../functions/moduleFiles.ts";
import { InstanceModules, type ImportPhase } from "../functions/moduleLoader.ts";
import { AUTH_CONFIG_PATH } from "./analyze.ts";
import { explainFailures, pushError } from "./pushError.ts";
import type { AuthProvider, ComponentSource } from "./types.ts";

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function text(provider: Record<string, unknown>, field: string): string {
  const value = provider[field];
  if (typeof value !== "string") throw pushError("InvalidAuthConfig", `auth.config: a provider's \`${field}\` must be a string`);
  return value;
}

function toProvider(value: unknown): AuthProvider {
  if (!isRecord(value)) throw pushError("InvalidAuthConfig", "auth.config: each provider must be an object");
  if (value["type"] !== "customJwt") return { type: "oidc", domain: text(value, "domain"), applicationID: text(value, "applicationID") };
  const algorithm = text(value, "algorithm");
  if (algorithm !== "RS256" && algorithm !== "ES256") {
    throw pushError("InvalidAuthConfig", `auth.config: algorithm must be RS256 or ES256, not ${algorithm}`);
  }
  const applicationID = typeof value["applicationID"] === "string" ? { applicationID: value["applicationID"] } : {};
  return { type: "customJwt", issuer: text(value, "issuer"), jwks: text(value, "jwks"), algorithm, ...applicationID };
}

/**
 * The variables that a module asked for in vain, by its address. Node evaluates an address once in the life of a process
 * and so asks once; a later push of the same module in the same environment gets the evaluated one.
 */
const askedInVain = new Map<string, Set<string>>();

function missingOf(url: string): Set<string> {
  const missing = askedInVain.get(url) ?? new Set<string>();
  askedInVain.set(url, missing);
  return missing;
}

/** An environment that notes which variables were asked for in vain. */
function watchedEnv(env: Readonly<Record<string, string>>, missing: Set<string>): Readonly<Record<string, string>> {
  return new Proxy(env, {
    // The sandbox asks whether a variable is its own before it reads it.
    getOwnPropertyDescriptor(target, key) {
      const descriptor = Reflect.getOwnPropertyDescriptor(target, key);
      if (descriptor === undefined && typeof key === "string") missing.add(key);
      return descriptor;
    },
  });
}

/** The app's auth providers; none when there is no `auth.config`. */
export async function evaluateAuthConfig(app: ComponentSource, files: ModuleFiles, phase: ImportPhase): Promise<AuthProvider[]> {
  const module = app.functions.find(({ path }) => path === AUTH_CONFIG_PATH);
  if (module === undefined) return [];
  return await explainFailures(AUTH_CONFIG_PATH, async () => {
    const laidOut = await files.layOut([module], `auth:${JSON.stringify(phase.env)}`);
    const missing = missingOf(laidOut.get(module.path)?.url ?? "");
    const exports = await new InstanceModules(laidOut, { ...phase, env: watchedEnv(phase.env, missing) }).import(module.path);
    const [name] = missing;
    if (name !== undefined) {
      throw pushError("AuthConfigMissingEnvironmentVariable", `Environment variable ${name} is used in auth config file but its value was not set.`);
    }
    const config = exports["default"];
    if (!isRecord(config) || !Array.isArray(config["providers"])) {
      throw pushError("InvalidAuthConfig", "auth.config must have a default export { providers: [...] }");
    }
    return config["providers"].map(toProvider);
  });
}
