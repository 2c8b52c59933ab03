import type { Commit } from "../transaction/types.ts";
import type { Store } from "./rows.ts";
import { ENVIRONMENT_TABLE, listEnvironment } from "./environment.ts";

/** The deployment's environment variables as functions get them, without a read per call. */
export interface EnvironmentCache {
  /** All variables. The same object until one changes, so that a caller can tell by identity. */
  current(): Readonly<Record<string, string>>;
  close(): void;
}

/**
 * Reads the variables once and follows the commits that change them.
 *
 * @param onChange - Called after each commit that changed a variable, when `current()` is already the new object.
 */
export async function openEnvironmentCache(transactions: Store, onChange: () => void = () => {}): Promise<EnvironmentCache> {
  let current: Readonly<Record<string, string>> = {};
  const stop = transactions.onCommit((commit) => {
    const changed = applied(current, commit);
    if (changed === null) return;
    current = changed;
    onChange();
  });
  // Set inside the execution: a commit that follows it finds this state, not one that is set over it later.
  await transactions.query(async (tx) => {
    current = Object.fromEntries(listEnvironment(tx).map(({ name, value }) => [name, value]));
  });
  return { current: () => current, close: stop };
}

/** The variables after a commit; null when it changed none. */
function applied(before: Readonly<Record<string, string>>, commit: Commit): Record<string, string> | null {
  const writes = commit.writes.filter((write) => write.table === ENVIRONMENT_TABLE && write.componentPath === "");
  if (writes.length === 0) return null;
  const variables = new Map(Object.entries(before));
  for (const { before: old, after } of writes) {
    if (typeof old?.["name"] === "string") variables.delete(old["name"]);
    if (typeof after?.["name"] === "string" && typeof after["value"] === "string") variables.set(after["name"], after["value"]);
  }
  return Object.fromEntries(variables);
}
