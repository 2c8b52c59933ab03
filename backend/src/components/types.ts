import type { JsonObject, JsonValue } from "../values/json.ts";
import type { ComponentPath } from "../transaction/types.ts";
import type { SchemaJson, ValidatorJson } from "../schema/types.ts";
import type { FunctionKind } from "../functions/types.ts";

/** One bundled module: ESM text with everything but its sibling chunks inlined. */
export interface ModuleSource {
  /** `messages.js`, `dir/x.js`, `_deps/<hash>.js` */
  readonly path: string;
  readonly source: string;
  readonly sourceMap?: string;
  readonly environment: "isolate" | "node";
}

/** What a push carries, from our own bundler or from the official CLI: one shape for both. */
export interface PushRequest {
  readonly app: ComponentSource;
  readonly components: readonly ComponentSource[];
  /** The version of Node that its project asks for, when it asks for one. Kept for the CLI, which compares; the process's own runs. */
  readonly nodeVersion?: string;
}

/** The sources of one component definition. `definitionPath` is `""` for the app. */
export interface ComponentSource {
  readonly definitionPath: string;
  /** `convex.config.js` bundle; null: an app that has none. */
  readonly definition: ModuleSource | null;
  /** Definition paths of the components it uses. */
  readonly dependencies: readonly string[];
  readonly schema: ModuleSource | null;
  readonly functions: readonly ModuleSource[];
  readonly udfServerVersion: string;
}

/** One function as analysis found it. */
export interface AnalyzedFunction {
  readonly name: string;
  readonly kind: FunctionKind;
  readonly isPublic: boolean;
  readonly args: ValidatorJson;
  /** null: not validated. */
  readonly returns: ValidatorJson | null;
}

/** A definition after its modules were imported and looked at. */
export interface AnalyzedDefinition {
  readonly definitionPath: string;
  /** The component's own name (`defineComponent(name)`), used where it is mounted without another; null for an app. */
  readonly defaultName: string | null;
  readonly schema: SchemaJson | null;
  /** Module path to its functions. */
  readonly modules: ReadonlyMap<string, readonly AnalyzedFunction[]>;
  readonly httpRoutes: readonly { method: string; path: string }[] | null;
  readonly crons: readonly CronSpec[];
  readonly childComponents: readonly ChildComponent[];
  /** `/prefix/` to child name. */
  readonly httpMounts: Readonly<Record<string, string>>;
  readonly httpPrefix: string | null;
  readonly envVars: readonly { name: string; validator: ValidatorJson; optional: boolean }[];
}

export interface ChildComponent {
  readonly name: string;
  readonly definitionPath: string;
  readonly env: readonly (readonly [string, { type: "value"; value: JsonValue } | { type: "envVar"; name: string }])[] | null;
}

export interface CronSpec {
  readonly name: string;
  /** `module:function` in the component that declares it. */
  readonly functionPath: string;
  readonly args: JsonObject;
  readonly schedule:
    | { type: "interval"; seconds?: number; minutes?: number; hours?: number }
    | { type: "hourly"; minuteUTC?: number }
    | { type: "daily"; hourUTC: number; minuteUTC?: number }
    | { type: "weekly"; dayOfWeek: string; hourUTC: number; minuteUTC?: number }
    | { type: "monthly"; day: number; hourUTC: number; minuteUTC?: number }
    | { type: "cron"; cron: string };
}

/** A mounted component of the running app: one definition at one path. */
export interface ComponentInstance {
  readonly path: ComponentPath;
  readonly definition: AnalyzedDefinition;
}

/** The app that is running now. A push replaces it as a whole. */
export interface DeployedApp {
  readonly instances: ReadonlyMap<ComponentPath, ComponentInstance>;
  readonly authProviders: readonly AuthProvider[];
}

export type AuthProvider =
  | { readonly type: "oidc"; readonly domain: string; readonly applicationID: string }
  | { readonly type: "customJwt"; readonly issuer: string; readonly jwks: string; readonly algorithm: "RS256" | "ES256"; readonly applicationID?: string };
