import { UserError } from "../errors.ts";
import { describeThrown } from "../functions/thrown.ts";

/** A push that cannot be taken, for a reason the developer can mend. */
export function pushError(code: string, message: string, cause?: unknown): UserError {
  return new UserError(code, message, cause === undefined ? {} : { cause });
}

/** Runs `body`; what it throws becomes a push error that names the module, with frames in the developer's files. */
export async function explainFailures<T>(module: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw pushError("InvalidModules", `Failed to analyze ${module}: ${describeThrown(error).message}`, error);
  }
}
