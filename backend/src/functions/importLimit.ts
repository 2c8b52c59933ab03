import { UserError } from "../errors.ts";
import type { Ports } from "../ports.ts";
import type { Watchdog } from "./watchdog.ts";

/** Runs the import of a module, and ends the wait for one that never comes to an end. */
export type ImportLimit = <T>(path: string, work: () => Promise<T>) => Promise<T>;

/**
 * What is imported has to be there in time, also when it keeps the thread busy. Hazard: Node keeps a module that was
 * interrupted, half evaluated; the same code is refused again, after the same time.
 */
export function limitImports({ watchdog, ports, importLimitMs }: { watchdog: Pick<Watchdog, "guard">; ports: Pick<Ports, "setTimer">; importLimitMs: number }): ImportLimit {
  return async (path, work) => {
    const over = Promise.withResolvers<never>();
    const fail = (): void => over.reject(new UserError("ModuleTimeout", `Failed to analyze ${path}: its top level did not come to an end within ${importLimitMs / 1000}s`));
    const unguard = watchdog.guard(fail, importLimitMs);
    const timer = ports.setTimer(fail, importLimitMs);
    try {
      return await Promise.race([work(), over.promise]);
    } finally {
      unguard();
      timer.cancel();
    }
  };
}
