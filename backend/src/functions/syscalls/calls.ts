import { UserError } from "../../errors.ts";
import type { UsageCounts } from "../../transaction/types.ts";
import { checkKind, mustFindFunction, resolveAddress } from "../app.ts";
import type { TransactionFrame } from "../transactionFrame.ts";
import type { SyscallArgs } from "./args.ts";

const MAX_DEPTH = 8;

const KINDS = { query: "Query", mutation: "Mutation", snapshotQuery: "Query" } as const;

type UdfType = keyof typeof KINDS;

function udfTypeOf(args: SyscallArgs): UdfType {
  const type = args["udfType"];
  if (typeof type !== "string" || !(type in KINDS)) throw new UserError("InvalidSyscall", `Invalid argument \`udfType\` for \`runUdf\`: ${String(type)}`);
  // Just checked.
  return type as UdfType;
}

const LIMITS: readonly (keyof UsageCounts)[] = [
  "bytesRead", "bytesWritten", "databaseQueries", "documentsRead", "documentsWritten", "functionsScheduled", "scheduledFunctionArgsBytes",
];

function limitsOf(args: SyscallArgs): Partial<UsageCounts> | undefined {
  const given = args["transactionLimits"];
  if (typeof given !== "object" || given === null) return undefined;
  const limits: Partial<UsageCounts> = {};
  for (const name of LIMITS) {
    const value: unknown = Reflect.get(given, name);
    if (typeof value === "number") limits[name] = value;
  }
  return limits;
}

/** `ctx.runQuery` and `ctx.runMutation` inside a transaction: a call within it that can fail alone. */
export async function runUdf(frame: TransactionFrame, args: SyscallArgs): Promise<string> {
  const udfType = udfTypeOf(args);
  const kind = KINDS[udfType];
  if (frame.mode === "query" && kind === "Mutation") throw new UserError("WrongContext", "Cannot call a Mutation function from a Query function");
  if (frame.depth + 1 >= MAX_DEPTH) {
    throw new UserError("CallDepthExceeded", "Cross component call depth limit exceeded. Do you have an infinite loop in your app?");
  }
  const found = mustFindFunction(frame.app, resolveAddress(frame.app, frame.componentPath, args));
  checkKind(found, kind);
  return JSON.stringify(await frame.run.invokeNested(frame, { found, rawArgs: args["args"], limits: limitsOf(args), isSnapshot: udfType === "snapshotQuery" && frame.mode === "mutation" }));
}
