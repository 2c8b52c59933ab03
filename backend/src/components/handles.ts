import { UserError } from "../errors.ts";
import { equal, readRows, stringField } from "../system/rows.ts";
import type { ComponentPath, Transaction } from "../transaction/types.ts";
import type { ResolvedFunction } from "../functions/hooks.ts";
import { displayFunctionPath, parseFunctionPath } from "../functions/functionPath.ts";
import type { ComponentInstance } from "./types.ts";

const TABLE = "_function_handles";
const PREFIX = "function://";

/**
 * Function handles: strings that name a function of any component, in any component, and that can be stored. A
 * handle's id is given once and never to another function; while the function is not deployed, it leads nowhere.
 */
export class FunctionHandles {
  readonly #idByFunction = new Map<string, string>();
  readonly #functionById = new Map<string, ResolvedFunction>();

  add(id: string, target: ResolvedFunction): void {
    this.#idByFunction.set(keyOf(target), id);
    this.#functionById.set(id, target);
  }

  has(target: ResolvedFunction): boolean {
    return this.#idByFunction.has(keyOf(target));
  }

  /** @throws UserError for a function that is not deployed. */
  handleOf(target: ResolvedFunction): string {
    const id = this.#idByFunction.get(keyOf(target));
    if (id === undefined) throw notFound();
    return `${PREFIX}${id}#${displayFunctionPath(parseFunctionPath(target.path))}`;
  }

  /** @throws UserError for a string that is no handle of a deployed function. */
  resolve(handle: string): ResolvedFunction {
    if (!handle.startsWith(PREFIX)) throw new UserError("InvalidFunctionHandle", `Invalid function handle: ${handle}`);
    const [id = ""] = handle.slice(PREFIX.length).split("#", 1);
    const target = this.#functionById.get(id);
    if (target === undefined) throw notFound();
    return target;
  }
}

function notFound(): UserError {
  return new UserError("FunctionHandleNotFound", "Function handle not found");
}

function keyOf({ componentPath, path }: ResolvedFunction): string {
  return `${componentPath}\n${path}`;
}

function* functionsOf(instance: ComponentInstance): Generator<ResolvedFunction> {
  for (const [module, functions] of instance.definition.modules) {
    for (const { name, kind } of functions) {
      if (kind !== "HttpAction") yield { componentPath: instance.path, path: `${module}:${name}` };
    }
  }
}

/**
 * Reads the handles of an app's functions and gives ids to functions that never had one. Ids of functions that are
 * gone stay in the table: they come back to life with them.
 */
export function allocateHandles(tx: Transaction, instances: ReadonlyMap<ComponentPath, ComponentInstance>): FunctionHandles {
  const handles = new FunctionHandles();
  for (const instance of instances.values()) {
    const stored = new Map(
      readRows(tx, { componentPath: "", index: `${TABLE}.by_function`, bounds: [equal("componentPath", instance.path)] })
        .map((row) => [stringField(row, "path"), stringField(row, "_id")]),
    );
    for (const target of functionsOf(instance)) {
      handles.add(stored.get(target.path) ?? tx.insert("", TABLE, { componentPath: target.componentPath, path: target.path }), target);
    }
  }
  return handles;
}
