import type { LoadedApp, LoadedInstance } from "../components/load.ts";
import { childPath } from "../components/tree.ts";
import type { FunctionHandles } from "../components/handles.ts";
import type { AnalyzedFunction } from "../components/types.ts";
import { UserError } from "../errors.ts";
import type { ComponentPath } from "../transaction/types.ts";
import { displayFunctionPath, formatFunctionPath, parseFunctionPath, type FunctionPath } from "./functionPath.ts";
import type { ResolvedFunction } from "./hooks.ts";
import type { FunctionKind } from "./types.ts";

/** The app that runs now: loaded code and the handles of its functions. */
export interface RunningApp {
  readonly loaded: LoadedApp;
  readonly handles: FunctionHandles;
}

/** A function that can be called. */
export interface FoundFunction {
  readonly instance: LoadedInstance;
  readonly path: FunctionPath;
  readonly analyzed: AnalyzedFunction;
}

/** Looks a function up; null when there is none. */
export function findFunction(app: RunningApp, componentPath: ComponentPath, text: string): FoundFunction | null {
  const instance = app.loaded.instances.get(componentPath);
  const path = parseFunctionPath(text);
  const analyzed = instance?.functions.get(formatFunctionPath(path));
  return instance === undefined || analyzed === undefined ? null : { instance, path, analyzed };
}

/** @throws UserError that says whether the module or the export is missing. */
export function mustFindFunction(app: RunningApp, target: ResolvedFunction): FoundFunction {
  const found = findFunction(app, target.componentPath, target.path);
  if (found !== null) return found;
  const path = parseFunctionPath(target.path);
  const hasModule = app.loaded.instances.get(target.componentPath)?.definition.modules.has(path.module) === true;
  throw hasModule
    ? new UserError("FunctionNotFound", `Couldn't find "${path.name}" in module "${path.module}".`)
    : new UserError("ModuleNotFound", `Couldn't find JavaScript module '${path.module}'. Did you forget to run \`npx convex dev\`?`);
}

/** The function of a call from outside that may be internal. @throws UserError with the text the CLI looks for. */
export function mustFindAnyFunction(app: RunningApp, target: ResolvedFunction): FoundFunction {
  return findFunction(app, target.componentPath, target.path) ?? notFound("function", target);
}

function notFound(what: string, target: ResolvedFunction): never {
  const where = target.componentPath === "" ? "" : ` in component ${target.componentPath}`;
  const name = displayFunctionPath(parseFunctionPath(target.path));
  throw new UserError("FunctionNotFound", `Could not find ${what} for '${name}'${where}. Did you forget to run \`npx convex dev\` or \`npx convex deploy\`?`);
}

/** @throws UserError for a public call of something that is missing or internal: one text for both, to tell nothing. */
export function mustFindPublicFunction(app: RunningApp, target: ResolvedFunction): FoundFunction {
  const found = findFunction(app, target.componentPath, target.path);
  return found?.analyzed.isPublic === true ? found : notFound("public function", target);
}

/** @throws UserError when the function is of another kind than the call. */
export function checkKind(found: FoundFunction, kind: FunctionKind): void {
  if (found.analyzed.kind === kind) return;
  throw new UserError("WrongFunctionKind", `Trying to execute ${formatFunctionPath(found.path)} as ${kind}, but it is defined as ${found.analyzed.kind}.`);
}

/** How a syscall names a function. */
export interface FunctionAddress {
  readonly name?: unknown;
  readonly reference?: unknown;
  readonly functionHandle?: unknown;
}

const CHILD_REFERENCE = "_reference/childComponent/";
const FUNCTION_REFERENCE = "_reference/function/";

/** Works out which function an address means when code of `componentPath` uses it. The function may not exist. */
export function resolveAddress(app: RunningApp, componentPath: ComponentPath, address: FunctionAddress): ResolvedFunction {
  if (typeof address.functionHandle === "string") return app.handles.resolve(address.functionHandle);
  if (typeof address.name === "string") {
    return { componentPath, path: formatFunctionPath(parseFunctionPath(address.name)) };
  }
  const { reference } = address;
  if (typeof reference !== "string") throw new UserError("InvalidFunctionReference", "A function must be named by name, reference or functionHandle");
  if (reference.startsWith(FUNCTION_REFERENCE)) {
    return { componentPath, path: formatFunctionPath(parseFunctionPath(reference.slice(FUNCTION_REFERENCE.length))) };
  }
  if (reference.startsWith(CHILD_REFERENCE)) return resolveChild(app, componentPath, reference.slice(CHILD_REFERENCE.length));
  throw new UserError("InvalidFunctionReference", `Invalid function reference: ${reference}`);
}

function resolveChild(app: RunningApp, parent: ComponentPath, reference: string): ResolvedFunction {
  const [child = "", ...segments] = reference.split("/");
  const componentPath = childPath(parent, child);
  const name = segments.pop() ?? "";
  if (!app.loaded.instances.has(componentPath)) throw new UserError("ComponentNotFound", `Child component ${child} not found`);
  const path = `${segments.join("/")}.js:${name}`;
  if (findFunction(app, componentPath, path)?.analyzed.isPublic !== true) {
    throw new UserError("FunctionNotExported", `Child component ${child} does not export [${[...segments, name].join(", ")}]`);
  }
  return { componentPath, path };
}
