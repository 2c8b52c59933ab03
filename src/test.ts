/// <reference types="vite/client" />
import type { TestConvex } from "convex-test";
import type { GenericSchema, SchemaDefinition } from "convex/server";
import schema from "./component/schema.js";

/** The component's modules, for `convexTest` and its `registerComponent`. */
const modules = import.meta.glob(["./component/**/*.ts", "./component/**/*.js", "!./component/**/*.test.*", "!./component/**/*.d.ts"]);

/**
 * Registers the component with a test instance of `convex-test`.
 *
 * @param t What `convexTest` returned.
 * @param name The component's name in `convex.config.ts`. Default: "agent".
 * @example
 * const t = convexTest(schema, import.meta.glob("./**\/*.ts"));
 * agentTest.register(t);
 */
export function register<Schema extends SchemaDefinition<GenericSchema, boolean>>(t: TestConvex<Schema>, name = "agent"): void {
  t.registerComponent(name, schema, modules);
}

export { schema, modules };
// The default export is how Convex components are registered in tests: `import agent from "convex-agent/test"`.
export default { register, schema, modules };
