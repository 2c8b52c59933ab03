import { beforeEach, describe, expect, test } from "vitest";
import type { AnalyzedDefinition, AnalyzedFunction, DeployedApp } from "../components/types.ts";
import type { JsonObject } from "../values/json.ts";
import { changeEnvironment } from "./environment.ts";
import { isSystemPath, runSystemQuery } from "./systemQueries.ts";
import { FakePorts } from "./testing/fakePorts.ts";
import { MemoryStore } from "./testing/memoryStore.ts";

let ports: FakePorts;
let store: MemoryStore;
let app: DeployedApp | null;

beforeEach(() => {
  ports = new FakePorts();
  store = new MemoryStore(ports);
  app = null;
});

const ask = async (path: string, args: JsonObject = {}, componentPath = ""): Promise<unknown> => {
  const context = { app: () => app, urls: () => ({ cloudUrl: "http://c", siteUrl: "http://s" }) };
  return (await store.query(async (tx) => runSystemQuery(tx, { path, args, componentPath }, context))).value;
};

function definition(modules: Record<string, AnalyzedFunction[]>, routes: AnalyzedDefinition["httpRoutes"] = null): AnalyzedDefinition {
  return {
    definitionPath: "", defaultName: null, schema: { tables: [], schemaValidation: true }, modules: new Map(Object.entries(modules)),
    httpRoutes: routes, crons: [], childComponents: [], httpMounts: {}, httpPrefix: null, envVars: [],
  };
}
const fn = (name: string, kind: AnalyzedFunction["kind"], isPublic: boolean): AnalyzedFunction =>
  ({ name, kind, isPublic, args: { type: "object", value: {} }, returns: null });

describe("the queries of `convex env`", () => {
  test("list all variables, or find one", async () => {
    await store.mutate(async (tx) => changeEnvironment(tx, [{ name: "B", value: "2" }, { name: "A", value: "1" }]));
    expect(await ask("_system/cli/queryEnvironmentVariables")).toEqual([{ name: "A", value: "1" }, { name: "B", value: "2" }]);
    expect(await ask("_system/cli/queryEnvironmentVariables:default")).toHaveLength(2);
    expect(await ask("_system/cli/queryEnvironmentVariables.js:get", { name: "B" })).toEqual({ name: "B", value: "2" });
    expect(await ask("_system/cli/queryEnvironmentVariables:get", { name: "C" })).toBeNull();
  });
});

describe("the queries of `convex data`", () => {
  test("list the component's own tables, none of the system's", async () => {
    await store.mutate(async (tx) => {
      tx.insert("", "b", {});
      tx.insert("", "a", {});
      tx.insert("", "_storage", {});
      tx.insert("child", "c", {});
    });
    expect(await ask("_system/cli/tables:default")).toEqual({ page: [{ name: "a" }, { name: "b" }], isDone: true, continueCursor: "" });
    expect(await ask("_system/cli/tables:default", {}, "child")).toMatchObject({ page: [{ name: "c" }] });
    expect(await ask("_system/cli/tableSize:default", { tableName: "a" })).toBe(1);
  });

  test("know which components there are", async () => {
    await expect(ask("_system/cli/tableData", { table: "a", order: "asc", paginationOpts: {} }, "nope")).rejects.toThrow('There is no component "nope"');
  });

  test("a watched table gives another value after each change", async () => {
    const values: unknown[] = [];
    for (let round = 0; round < 3; round += 1) {
      values.push(JSON.stringify(await ask("_system/cli/queryTable", { tableName: "a" })));
      await ports.advance(1);
      await store.mutate(async (tx) => tx.insert("", "a", {}));
    }
    expect(new Set(values).size).toBe(3);
  });
});

describe("the queries of `convex function-spec` and `run`", () => {
  test("list each function and route of a component", async () => {
    const root = definition({ "m.js": [fn("q", "Query", true), fn("im", "Mutation", false)] }, [{ method: "GET", path: "/x" }]);
    app = { instances: new Map([["", { path: "", definition: root }], ["a/b", { path: "a/b", definition: definition({}) }]]), authProviders: [] };
    const common = { args: { type: "object", value: {} }, returns: { type: "any" } };
    expect(await ask("_system/cli/modules:apiSpec")).toEqual([
      { identifier: "m.js:q", functionType: "Query", visibility: { kind: "public" }, ...common },
      { identifier: "m.js:im", functionType: "Mutation", visibility: { kind: "internal" }, ...common },
      { functionType: "HttpAction", method: "GET", path: "/x" },
    ]);
    expect(await ask("_system/cli/modules:apiSpec", {}, "a/b")).toEqual([]);
    expect(await ask("_system/frontend/components:list")).toMatchObject([{ id: "", path: "" }, { id: "a/b", path: "a/b", name: "b" }]);
    expect(await ask("_system/frontend/getSchemas")).toEqual({ active: JSON.stringify({ tables: [], schemaValidation: true }) });
    expect(await ask("_system/cli/convexUrl:cloudUrl")).toBe("http://c");
    expect(await ask("_system/cli/convexUrl:siteUrl")).toBe("http://s");
  });

  test("answer before the first push too", async () => {
    expect(await ask("_system/cli/modules:apiSpec")).toEqual([]);
    expect(await ask("_system/frontend/components:list")).toEqual([]);
    expect(await ask("_system/usage:functions")).toEqual([]);
    expect(await ask("_system/usage:components")).toEqual([]);
  });
});

test("an unknown query, a wrong argument and a name from Object's prototype are refused", async () => {
  for (const path of ["_system/cli/nothing", "_system/cli/tables:other", "constructor", "__proto__", ""]) {
    await expect(ask(path)).rejects.toThrow(`Could not find public function for '${path}'.`);
  }
  await expect(ask("_system/cli/tableSize")).rejects.toThrow("`tableName` must be a string");
  expect([isSystemPath("_system/x"), isSystemPath("messages:list")]).toEqual([true, false]);
});
